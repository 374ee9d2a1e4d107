import { expect, test } from 'vitest';
import { localHostStage } from '../../src/local/crash/stage';
import { runTrial } from '../../src/local/crash/trial';
import { bundled } from '../support/wholeApp';

/** The whole app in a process of its own, killed at random moments; `npm run crash` does the same for longer. Real time: both mostly wait. */
test.concurrent.each(['Uniform', 'Flexible'] as const)(
  'killed six times during drains and scale-outs: every job is done, every drain ends once, no VM is left, no stamp is lost (%s)',
  async (mode) => {
    const seed = mode === 'Uniform' ? 11 : 12;
    const stage = localHostStage({
      speed: 60,
      appDirectory: process.cwd(),
      entry: bundled('src/index.ts'),
      script: bundled('src/local/crash.ts'),
    });
    const report = await runTrial(stage, { kills: 6, seed, mode, print: () => undefined });
    expect(report.findings, `seed ${seed}`).toEqual([]);
    expect(report).toMatchObject({ jobsDone: report.jobs, jobsKilled: 0, orphanVms: 0, ghostRunners: 0 });
    expect(report.killsWhileDraining + report.killsWhileGrowing).toBeGreaterThan(0);
  },
  240_000,
);
