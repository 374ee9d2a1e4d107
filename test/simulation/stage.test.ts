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
