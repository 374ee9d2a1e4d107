import { expect, test } from 'vitest';
import { CLEAN, scenario, type Scenario } from './scenario';

/** Dead capacity, refusals, and settings or owners that change under way. */

const MINUTE = 60_000;
const codes = async (story: Scenario): Promise<readonly string[]> => (await story.status()).alerts.map(({ code }) => code);

test('10. Dead capacity deadlock', async () => {
  const story = await scenario({ flags: { initialRunners: 10 }, settings: { MAX_RUNNERS: '10', MIN_RUNNERS: '10' } });
  await story.pass(5);
  const dead = story.vms().slice(0, 7);
  for (const { vmId } of dead) story.mishaps.powerOff(vmId);
  story.jobs(12, 30);
  await story.pass(14);
  expect((await story.status()).counts).toMatchObject({ unhealthy: 7, counted: 3 });
  expect(await codes(story)).toContain('repair-frozen');
  await story.pass(160);
  expect(story.vms().filter((vm) => dead.includes(vm))).toEqual([]);
  expect(story.pool.vms.size).toBe(10);
  expect(story.world.metrics()).toMatchObject({ jobsDone: 12, ...CLEAN });
});

test('10. Dead capacity deadlock: Azure has no room', async () => {
  const story = await scenario({ flags: { initialRunners: 1 } });
  let isFull = true;
  story.hostile({ onGrowth: () => (isFull ? { code: 'AllocationFailed', message: 'no capacity in this zone', create: 0 } : undefined) });
  story.jobs(6, 20);
  await story.pass(180);
  const tries = story.growths();
  expect(tries.length).toBeGreaterThan(3);
  const pauses = tries.slice(1).map(({ at }, index) => Math.round((at - (tries[index]?.at ?? 0)) / MINUTE));
  // The waits double up to 30 minutes; when the failure is read and when a tick is due come on top, so two waits at the bound may differ either way.
  const bounded = pauses.map((pause) => Math.min(pause, 30));
  expect(bounded).toEqual(bounded.toSorted((one, other) => one - other));
  expect(pauses[0]).toBeGreaterThanOrEqual(4);
  expect(pauses.at(-1)).toBeGreaterThanOrEqual(30);
  const failed = (await story.status()).alerts.find(({ code }) => code === 'growth-failed');
  expect(failed?.text).toContain('AllocationFailed');
  isFull = false;
  story.jobs(6, 20);
  await story.pass(150);
  expect(story.world.metrics()).toMatchObject({ jobsDone: 12, ...CLEAN });
  expect(await codes(story)).toEqual([]);
});

test('17. The ghost that cannot be deregistered', async () => {
  const story = await scenario({ flags: { initialRunners: 2 }, settings: { MIN_RUNNERS: '2' } });
  story.jobs(1, 60);
  await story.pass(5);
  const victim = story.vms().find((vm) => vm.jobs.size > 0);
  const ghost = victim?.entry?.runnerId ?? '';
  story.mishaps.evict(victim?.vmId ?? '');
  await story.pass(40);
  expect(story.pool.vms.size).toBe(2);
  const status = await story.status();
  expect(status.counts).toMatchObject({ ghost: 1, counted: 2, instances: 2 });
  expect(status.alerts.map(({ code }) => code)).toContain('ghost-runner');
  await story.pass(8 * 60);
  expect(story.sent.filter(({ body }) => body['ForceDeregister'] !== undefined)).toEqual([]);
  expect(story.pool.entries.has(ghost)).toBe(true);
  expect((await story.post(`pools/default/runners/${ghost}/forget`, { confirm: ghost })).status).toBe(200);
  expect(story.pool.entries.has(ghost)).toBe(false);
  await story.pass(5);
  expect((await story.status()).counts).toMatchObject({ ghost: 0 });
});

test('Extra: two writers, one cap', async () => {
  const story = await scenario({ flags: { initialRunners: 1 }, settings: { MAX_RUNNERS: '5', SCALE_OUT_STEP: '3' } });
  await story.pass(3);
  const second = await story.join({ WEBSITE_SITE_NAME: 'forgotten-app', MAX_RUNNERS: '5', SCALE_OUT_STEP: '3' });
  story.jobs(20, 30);
  let most = 0;
  for (let step = 0; step < 60; step += 1) {
    await story.pass(1);
    most = Math.max(most, story.pool.vms.size);
  }
  expect(most).toBe(5);
  let told: unknown;
  void second.request('GET', 'pools/default').then(({ body }) => (told = body));
  await story.pass(1);
  expect(told).toMatchObject({ decision: { rule: 'hold/foreign-owner' } });
  // The owner stops: the other takes over.
  await story.post('pools/default/stop', { reason: 'moved' });
  await story.pass(200);
  expect(story.world.metrics()).toMatchObject({ jobsDone: 20, ...CLEAN });
  expect(story.pool.vms.size).toBe(1);
});

test.each([
  ['the right is missing', { status: 403, code: 'AuthorizationFailed', message: "does not have authorization to perform action 'delete'" }],
  ['a lock', { status: 409, code: 'ScopeLocked', message: 'The scope is locked' }],
] as const)('Extra: drain only after you may delete (%s)', async (_why, refuse) => {
  const story = await scenario({ flags: { initialRunners: 6 } });
  let isRefused = true;
  story.hostile({ onDelete: () => (isRefused ? { refuse } : undefined) });
  await story.pass(120);
  // The first one finds it out; with two VMs refused at the latest nobody else is drained.
  expect([...story.pool.entries.values()].filter(({ status }) => status === 'ACTIVE').length).toBeGreaterThanOrEqual(4);
  expect(await codes(story)).toContain('delete-refused');
  const sent = story.deletes().length;
  expect(sent).toBeLessThan(30);
  isRefused = false;
  await story.pass(90);
  expect(story.pool.vms.size).toBe(1);
  expect(story.world.metrics()).toMatchObject({ ...CLEAN });
  expect(await codes(story)).toEqual([]);
});

test('Extra: config lowered below fleet size', async () => {
  const story = await scenario({ flags: { initialRunners: 10 }, settings: { MIN_RUNNERS: '10', MAX_RUNNERS: '10' } });
  story.jobs(10, 50);
  await story.pass(5);
  story.app.changeSettings({ MIN_RUNNERS: '1', MAX_RUNNERS: '3', SCALE_IN_STEP: '4' });
  await story.pass(40);
  expect(story.events.filter(({ kind, note }) => kind === 'runner-status' && note === 'DRAINING').length).toBeGreaterThanOrEqual(7);
  story.jobs(6, 10);
  await story.pass(120);
  expect(story.pool.vms.size).toBeLessThanOrEqual(3);
  for (const { body } of story.growths()) expect(body['sku'].capacity).toBeLessThanOrEqual(3);
  expect(story.world.metrics()).toMatchObject({ jobsDone: 16, ...CLEAN });
});

test('Extra: the loop is stuck while it reads as running', async () => {
  let isStuck = false;
  const story = await scenario({
    flags: { initialRunners: 1 },
    hooks: {
      beforeStep: ({ kind, name }) => (isStuck && kind === 'activity' && name === 'poll' ? { delayMs: 12 * 3_600_000 } : undefined),
    },
  });
  await story.pass(5);
  isStuck = true;
  await story.pass(2);
  isStuck = false;
  const before = story.ticks.length;
  await story.pass(8);
  expect(story.ticks.length).toBeGreaterThan(before + 2);
  story.jobs(4, 5);
  await story.pass(60);
  expect(story.world.metrics()).toMatchObject({ jobsDone: 4, ...CLEAN });
});

test('Extra: duplicate singleton starts', async () => {
  const story = await scenario({ flags: { initialRunners: 1 } });
  for (let start = 0; start < 10; start += 1) {
    void story.app.request('POST', 'pools/default/start');
    void story.app.request('POST', 'keeper');
  }
  await story.pass(2);
  story.jobs(4, 30);
  await story.pass(12);
  expect(story.growths()).toHaveLength(2);
  await story.pass(10);
  // Ten seconds apart at its quickest: a second loop's ticks would fall between.
  const gaps = story.ticks.slice(1).map(({ at }, before) => at - (story.ticks[before]?.at ?? 0));
  expect(gaps.length).toBeGreaterThan(20);
  expect(Math.min(...gaps)).toBeGreaterThan(7_000);
});

test('Extra: the token endpoint never answers while the token runs out', async () => {
  const story = await scenario({ flags: { initialRunners: 1 } });
  let isDown = false;
  story.hostile({
    tokenSeconds: () => 3_600,
    onRequest: (service) => (service === 'identity' && isDown ? { hang: true } : undefined),
  });
  await story.pass(30);
  isDown = true;
  await story.pass(60);
  expect(await codes(story)).toEqual([expect.stringMatching(/^azure-/)]);
  isDown = false;
  await story.pass(10);
  expect(story.ticks.at(-1)).toMatchObject({ rule: 'steady', held: false });
});

test('Extra: blob storage fails for an hour', async () => {
  const story = await scenario({ flags: { initialRunners: 2 }, settings: { MIN_RUNNERS: '1' } });
  let isDown = false;
  story.hostile({
    onStore: () => (isDown ? { kind: 'refused', code: 'store-unavailable', text: 'Blob storage did not answer.' } : undefined),
  });
  await story.pass(2);
  isDown = true;
  story.jobs(4, 5);
  await story.pass(60);
  expect(story.ticks.at(-1)).toMatchObject({ rule: 'hold/store-unavailable' });
  expect(story.growths()).toEqual([]);
  expect(story.deletes()).toEqual([]);
  isDown = false;
  await story.pass(60);
  expect(story.world.metrics()).toMatchObject({ jobsDone: 4, ...CLEAN });
  expect(story.pool.vms.size).toBe(1);
});

test('Extra: a machine that is gone before its runner was ever read', async () => {
  const story = await scenario({ flags: { initialRunners: 1 }, settings: { MIN_RUNNERS: '2' } });
  await story.until('a second runner registers', () => story.pool.entries.size === 2, 10);
  const late = [...story.pool.entries.values()][1];
  story.mishaps.evict(late?.vm.vmId ?? '');
  await story.pass(5);
  expect(story.pool.entries.has(late?.runnerId ?? '')).toBe(true);
  await story.pass(25);
  expect(story.pool.entries.has(late?.runnerId ?? '')).toBe(false);
  expect(story.pool).toMatchObject({ vms: { size: 2 }, entries: { size: 2 } });
});
