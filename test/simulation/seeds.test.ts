import { expect, test } from 'vitest';
import { ALL_FAULTS, simulateRun } from '../../src/local/simulate/run';

/** A fixed small set; a larger search is `npm run simulate`. */
const LONG = 300_000;

test.each([1, 2, 4])(
  'seed %i: six hours of every fault break no invariant, and in the calm after them everything heals',
  async (seed) => {
    const result = await simulateRun({ seed, days: 0.25, faults: ALL_FAULTS });
    expect(result.violations).toEqual([]);
    expect(result.ticks).toBeGreaterThan(100);
    expect(Object.values(result.faults).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(100);
  },
  LONG,
);

test(
  'the same seed gives the same run to the byte under all faults',
  async () => {
    const run = (): ReturnType<typeof simulateRun> => simulateRun({ seed: 9, days: 0.1, faults: ALL_FAULTS, faultsOnly: true });
    const first = await run();
    const second = await run();
    expect(second.digest).toBe(first.digest);
  },
  LONG,
);
