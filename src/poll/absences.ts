import type { DrainRecord } from '../model/drain';
import { isCommitted } from '../persist/records';
import { confirmed, extend, READINGS } from './clocks';
import { noteDeleting, type FleetMemory, type InstanceMemory } from './fleetMemory';
import type { Observed } from './reading';

/** What is no longer listed, each by its own clock, until its absence is believed (rule 1). */

const BELIEVED_MINUTES = 3;

export const byVmId = (records: readonly DrainRecord[]): ReadonlyMap<string, DrainRecord> =>
  new Map(records.map((record) => [record.vmId, record]));

/** Runners that are no longer listed while their instance is: each by its own clock, unless we took them off the list ourselves. */
export function noteMissing(fleet: FleetMemory, { settings, records, now }: Observed): void {
  const recorded = byVmId(records);
  for (const known of Object.values(fleet.runners)) {
    if (known.lastSeen === now || known.gone === true || known.vmId === undefined) continue;
    const machine = fleet.instances[known.vmId];
    const isOurs = known.deregisterAskedAt !== undefined || (machine !== undefined && wasOrdered(machine, recorded.get(known.vmId)));
    if (machine === undefined || machine.lastSeen !== now || machine.deleting !== undefined || isOurs) {
      // With its machine gone too, the machine's own clock decides.
      if (isOurs || machine === undefined || machine.deleting !== undefined) known.gone = true;
      continue;
    }
    known.missing = extend(known.missing, now);
    if (confirmed(known.missing, READINGS, BELIEVED_MINUTES * settings.durations.minute)) known.gone = true;
  }
}

/** Our own doing: a drain of it got as far as its commit, or ended. One that is still waiting explains no absence. */
function wasOrdered(known: InstanceMemory, record: DrainRecord | undefined): boolean {
  if (known.deregistered !== undefined) return true;
  return known.drain !== undefined && (record === undefined || record.kind !== 'runner' || isCommitted(record));
}

const MOST_CHECKS = 5;

export function noteAbsences(fleet: FleetMemory, { settings, records, instances, runners, ghostChecks, now }: Observed): void {
  const recorded = byVmId(records);
  const ids = new Set(instances.map((instance) => instance.id));
  const pointed = new Set(runners.map((runner) => fleet.runners[runner.runnerId]?.vmId));
  fleet.checkNext = [];
  for (const [vmId, known] of Object.entries(fleet.instances)) {
    if (known.lastSeen === now) continue;
    // A direct look that finds it proves the list wrong: the clock starts anew.
    if (ghostChecks[known.id] === 'present' && !ids.has(known.id)) delete known.absent;
    else known.absent = extend(known.absent, now);
    if (wasOrdered(known, recorded.get(vmId))) noteDeleting(fleet, known, now);
    if (known.deleting !== undefined || confirmed(known.absent, READINGS, BELIEVED_MINUTES * settings.durations.minute)) known.gone = true;
    if (ghostChecks[known.id] === 'absent' || ids.has(known.id)) known.checkedAbsent = true;
    if (pointed.has(vmId) && known.checkedAbsent !== true && known.gone === true && fleet.checkNext.length < MOST_CHECKS) {
      fleet.checkNext.push(known.id);
    }
  }
}
