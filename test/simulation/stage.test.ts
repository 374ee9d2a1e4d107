import { afterEach, expect, test } from 'vitest';
import { createStage, type Stage, type StageOptions } from '../../src/local/simulate/stage';

const HOUR = 3_600_000;
const burst = Array.from({ length: 12 }, (_, index) => ({ arrivalSeconds: 600 + index * 20, durationSeconds: 400 }));

let stage: Stage | undefined;
afterEach(() => stage?.stop());

async function play(options: StageOptions): Promise<Stage> {
  stage = await createStage(options);
  stage.world.addJobs(burst);
  await stage.runUntil(stage.startedAt + 2 * HOUR);
  await stage.app.crash();
  await stage.runUntil(stage.startedAt + 4 * HOUR);
  return stage;
}

test.each(['Uniform', 'Flexible'] as const)('%s: serves a burst through a crash, gives the VMs back, and kills nothing', async (mode) => {
  const { world } = await play({ seed: 7, pools: [{ name: 'default', mode }] });
  expect(world.metrics()).toMatchObject({ jobs: 12, jobsDone: 12, jobsKilled: 0, orphanVms: 0, ghostRunners: 0 });
  expect(await stage?.app.request('GET', 'pools/default')).toMatchObject({ status: 200, body: { mode: 'running', counts: { active: 1 } } });
});

test('the same seed gives the same run to the byte, another seed another one', async () => {
  const digests: string[] = [];
  for (const seed of [1, 1, 2]) {
    const { log } = await play({ seed });
    expect(log.lines).toBeGreaterThan(200);
    digests.push(log.digest());
    await stage?.stop();
  }
  expect(digests[1]).toBe(digests[0]);
  expect(digests[2]).not.toBe(digests[0]);
});

test('a request that waits while the app is killed is answered: the next one of that operator is not lost with it', async () => {
  // Each command waits for its orchestration, which is late.
  stage = await createStage({ seed: 3, hooks: { beforeStep: ({ name }) => (name === 'command' ? { delayMs: 300_000 } : undefined) } });
  const { app, startedAt } = stage;
  const protect = app.request('POST', 'pools/default/runners/r1/protect');
  await stage.runUntil(startedAt + 5_000);
  await app.crash();
  expect(await Promise.race([protect, stage.runUntil(startedAt + HOUR)])).toEqual({ status: 503, body: undefined });
});
