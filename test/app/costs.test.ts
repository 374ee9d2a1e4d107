import { expect, test } from 'vitest';
import { drainCosts, idleCosts, largestTick, pagesOf, scaleInCalls } from '../../src/local/bench/costs';

/** What the app may ask of StackGuardian, Azure, blobs and engine; `npm run bench` prints the figures. */

test.each([10, 100, 1_000])('an idle tick at %i runners: three calls and the list’s further pages, whatever the fleet', async (runners) => {
  const costs = await idleCosts(runners);
  expect(costs.calls).toBe(3 + pagesOf(runners) - 1);
  expect(costs).toMatchObject({ activities: 1, entityCalls: 1, timers: 1, historyRows: 14 });
  expect(costs.blobWrites).toBeGreaterThanOrEqual(1);
  // The state, every second time the owner's heartbeat, every fifth a line of the ledger.
  expect(costs.blobWrites).toBeLessThanOrEqual(2);
  expect(costs.historyBytes).toBeLessThan(8_000);
});

test('a scale-in by one at 1,000 runners takes fewer than 20 calls', async () => {
  expect(await scaleInCalls(1_000)).toBe(2 + pagesOf(1_000) + 1);
});

test('ten runners leave with two writes each, shared readings and one batched delete', async () => {
  const costs = await drainCosts(10);
  expect(costs).toMatchObject({ stackguardianWrites: 20, deletes: 1 });
  // One for the deregistrations and one for the delete, were they all granted at once; in truth within a second or two.
  expect(costs.groupReads).toBeLessThanOrEqual(6);
  expect(costs.azureReads).toBeLessThanOrEqual(12);
  // The loop's own left out. Timers fire up to a second early: a drain that asked again and again until its time has come asked thrice this.
  expect(costs.spent.entityCalls - 2 * costs.spent.ticks).toBeLessThanOrEqual(22 * 10);
  expect(costs.spent.timers - costs.spent.ticks).toBeLessThanOrEqual(11 * 10);
});

test('the largest tick, which begins fifty drains, stays under 32 KB of history', async () => {
  expect(await largestTick(120, 50)).toBeLessThan(32 * 1024);
});
