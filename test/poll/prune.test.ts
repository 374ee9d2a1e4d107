import { expect, test } from 'vitest';
import { freshFleet } from '../../src/poll/fleetMemory';
import { prune } from '../../src/poll/prune';

const HOUR = 3_600_000;
const NOW = 100 * HOUR;

const fleetOf = (runnerAway: number, instanceAway: number) => ({
  ...freshFleet(undefined, 0),
  runners: { r: { firstSeen: 0, lastSeen: NOW - runnerAway, vmId: 'v' } },
  instances: { v: { id: '1', firstSeen: 0, lastSeen: NOW - instanceAway, shown: ['r'] } },
});

/** A ghost whose machine was forgotten could never be proven one: it would stay on the list for good, with no alert. */
test.each([
  ['both listed', 0, 0, true, true],
  ['its machine gone for five hours', 0, 5 * HOUR, true, true],
  ['its machine gone for five hours, itself not listed for an hour', HOUR, 5 * HOUR, true, true],
  ['itself not listed for two hours', 2 * HOUR, 5 * HOUR, true, true],
  ['itself not listed for longer', 2 * HOUR + 1, 5 * HOUR, false, false],
])('a runner, %s', (_name, runnerAway, instanceAway, keepsRunner, keepsInstance) => {
  const fleet = fleetOf(runnerAway, instanceAway);
  prune(fleet, NOW, HOUR);
  expect('r' in fleet.runners).toBe(keepsRunner);
  expect('v' in fleet.instances).toBe(keepsInstance);
});
