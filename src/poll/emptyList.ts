import type { DrainRecord } from '../model/drain';
import type { Instance } from '../ports/scaleSet';
import type { FleetMemory } from './fleetMemory';
import { isDeleting } from './sighting';

/**
 * Rule 1: a list of runners that is missing counts as empty while no entry is to be expected: each instance is booting, Deleting, has never
 * shown a runner, or had its living runner deregistered by us. An instance older than our memory may have shown one.
 */
export function mayBeEmpty(
  instances: readonly Instance[],
  fleet: Pick<FleetMemory, 'instances' | 'bornAt'> | undefined,
  records: readonly DrainRecord[],
  boot: number,
  now: number,
): boolean {
  const deregistered = new Set(records.filter(isDeregistered).map((record) => record.vmId));
  return instances.every((instance) => {
    const known = fleet?.instances[instance.vmId];
    if (isDeleting(instance) || known?.deregistered !== undefined || deregistered.has(instance.vmId)) return true;
    const isBooting = now - (instance.createdAt ?? now) <= boot;
    const isBare = known === undefined ? isBooting : known.shown.length === 0;
    return isBare && fleet !== undefined && (instance.createdAt ?? now) >= fleet.bornAt - boot;
  });
}

/** A deregister that may have been sent counts: its answer is exactly what such a list keeps back. */
const isDeregistered = (record: DrainRecord): boolean =>
  record.kind === 'runner' && (record.phase === 'deregistered' || record.phase === 'deleting' || record.deregisterSent === true);
