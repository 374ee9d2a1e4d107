import { afterEach, expect, test } from 'vitest';
import { createStage, type Stage } from '../../src/local/simulate/stage';

const MINUTE = 60_000;

let stage: Stage | undefined;
afterEach(() => stage?.stop());

async function play(settings: Record<string, string>): Promise<Stage> {
  stage = await createStage({
    seed: 9,
    pools: [{ name: 'default', mode: 'Uniform', initialRunners: 4 }],
    settings: { MIN_RUNNERS: '0', SCALE_IN_STEP: '4', SCALE_IN_COOLDOWN_DURATION: '1', ...settings },
  });
  return stage;
}

const vms = (of: Stage) => [...(of.world.pools[0]?.vms.values() ?? [])];
const longJobs = Array.from({ length: 4 }, (_, index) => ({ arrivalSeconds: 1 + index, durationSeconds: 3_000 }));

test.each([
  ['true', 0],
  ['false', 4],
] as const)('PROTECT_INSTANCES=%s: a capacity lowered by another kills %i jobs', async (value, killed) => {
  const open = await play({ PROTECT_INSTANCES: value });
  open.world.addJobs(longJobs);
  await open.runUntil(open.startedAt + 10 * MINUTE);
  open.world.mishaps().setCapacity(0);
  await open.runUntil(open.startedAt + 80 * MINUTE);
  expect(open.world.metrics().jobsKilled).toBe(killed);
});

test('our own deletes go by id and are not hindered by the protection', async () => {
  const open = await play({});
  open.world.addJobs(longJobs.map((job) => ({ ...job, durationSeconds: 600 })));
  await open.runUntil(open.startedAt + 10 * MINUTE);
  expect(vms(open).map((vm) => vm.protection.protectFromScaleIn)).toEqual([true, true, true, true]);
  await open.runUntil(open.startedAt + 60 * MINUTE);
  expect(vms(open)).toEqual([]);
  expect(open.world.metrics()).toMatchObject({ jobsDone: 4, jobsKilled: 0, orphanVms: 0, ghostRunners: 0 });
});

test('setting our protection keeps the tags of an instance and its other protection', async () => {
  const open = await play({ MIN_RUNNERS: '4' });
  const [first] = vms(open);
  if (first === undefined) throw new Error('no VM');
  first.tags = { team: 'platform' };
  await open.runUntil(open.startedAt + 10 * MINUTE);
  expect(first.protection).toEqual({ protectFromScaleIn: true, protectFromScaleSetActions: false });
  expect(first.tags).toEqual({ team: 'platform' });
});

test.each([
  ['the tag', { tags: { 'SG-Autoscaler': 'protect' } }],
  ['protectFromScaleSetActions', { protection: { protectFromScaleIn: false, protectFromScaleSetActions: true } }],
])('%s keeps an instance from us, also after its drain began; without it the drain goes on', async (_, change) => {
  const open = await play({ DRAIN_CONFIRM_SECONDS: '300' });
  await open.runUntil(open.startedAt + 3 * MINUTE);
  const [kept] = vms(open);
  if (kept === undefined) throw new Error('no VM');
  expect(kept.entry?.status).toBe('DRAINING');
  const before = { tags: kept.tags, protection: kept.protection };
  Object.assign(kept, change);
  await open.runUntil(open.startedAt + 60 * MINUTE);
  expect(vms(open)).toEqual([kept]);
  const status = await open.app.request('GET', 'pools/default');
  expect(JSON.stringify(status?.body)).toContain('the instance is protected');
  Object.assign(kept, before);
  await open.runUntil(open.startedAt + 120 * MINUTE);
  expect(vms(open)).toEqual([]);
});
