import { expect, test } from 'vitest';
import { ALL_FAULTS, simulateRun } from '../../src/local/simulate/run';

/** A quarter of a day with every fault and six hours of calm after it; the night of a larger search is `npm run simulate`. */
test.each([1, 2, 3, 4])('seed %i: no invariant breaks under all faults, and everything heals', async (seed) => {
  const result = await simulateRun({ seed, days: 0.25, faults: ALL_FAULTS });
  expect(result.violations).toEqual([]);
  expect(result.ticks).toBeGreaterThan(100);
  expect(Object.values(result.faults).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(100);
});

test('the same seed gives the same run to the byte under all faults', async () => {
  const [first, second] = [
    await simulateRun({ seed: 9, days: 0.1, faults: ALL_FAULTS }),
    await simulateRun({ seed: 9, days: 0.1, faults: ALL_FAULTS }),
  ];
  expect(second.digest).toBe(first.digest);
});
