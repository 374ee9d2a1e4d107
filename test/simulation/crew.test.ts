import { expect, test } from 'vitest';
import { simulateSeeds } from '../../src/local/simulate/crew';
import type { RunReport } from '../../src/local/simulate/report';

/** Each run has hours of calm behind it. */
const LONG = 300_000;

/** As `npm run simulate` does: processes of the built file. */
async function run(jobs: number): Promise<{ told: RunReport[]; reports: readonly RunReport[] }> {
  const told: RunReport[] = [];
  const reports = await simulateSeeds({
    script: 'dist/local/simulate.js',
    args: ['--days', '0.01', '--runners', '2', '--pools', '1', '--faults', 'none'],
    seeds: [11, 12],
    jobs,
    onReport: (report) => void told.push(report),
    onProgress: () => undefined,
  });
  return { told, reports };
}

test(
  'seeds give the same runs in the same order, whoever simulates them: one process after the other, or several at once',
  async () => {
    const [alone, together] = [await run(1), await run(2)];
    const digests = (of: readonly RunReport[]): unknown => of.map(({ seed, digest }) => ({ seed, digest }));
    expect(alone.reports.map(({ seed }) => seed)).toEqual([11, 12]);
    expect(digests(together.reports)).toEqual(digests(alone.reports));
    expect(digests(together.told)).toEqual(digests(together.reports));
  },
  LONG,
);

test('a process that cannot go on ends the whole with the seed it was at', async () => {
  const options = { script: 'dist/local/simulate.js', jobs: 1, seeds: [5], onReport: () => undefined, onProgress: () => undefined };
  await expect(simulateSeeds({ ...options, args: ['--days', 'never'] })).rejects.toThrow('seed 5');
});
