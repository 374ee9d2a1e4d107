import { byVmId, noteAbsences, noteMissing } from './absences';
import { put, runWhile } from './clocks';
import { tasksOf } from './fleet';
import { bornAt, firstSight, noteDeleting, type FleetMemory } from './fleetMemory';
import { join, type Joined } from './join';
import { noteBoot } from './learnedBoot';
import { timeRun } from './learnedRuns';
import type { Observed } from './reading';
import { isBad, isDeleting, isZero } from './sighting';

/** Writes one complete reading into the fleet's memory: first sights, clocks, who speaks for which machine. Mutates `fleet`. */
export function observe(fleet: FleetMemory, seen: Observed): Joined {
  const firstSeen = firstSight(fleet, seen.now);
  noteInstances(fleet, seen, firstSeen);
  const joined = join(fleet, seen, firstSeen);
  noteRunners(fleet, seen, joined);
  noteSpeakers(fleet, joined, seen.now);
  noteMissing(fleet, seen);
  noteAbsences(fleet, seen);
  return joined;
}

function noteInstances(fleet: FleetMemory, { settings, records, instances, now }: Observed, firstSeen: number): void {
  const recorded = byVmId(records);
  for (const instance of instances) {
    const known = (fleet.instances[instance.vmId] ??= { id: instance.id, firstSeen, lastSeen: now, shown: [] });
    known.id = instance.id;
    known.lastSeen = now;
    if (instance.computerName !== undefined) known.name = instance.computerName;
    if (instance.createdAt !== undefined) known.createdAt = instance.createdAt;
    delete known.absent;
    delete known.gone;
    delete known.checkedAbsent;
    const record = recorded.get(instance.vmId);
    put(known, 'drain', record?.id);
    if (record !== undefined && (record.phase === 'deregistered' || record.phase === 'deleting')) {
      known.deregistered ??= { drain: record.id, at: now, ...(record.runnerId === undefined ? {} : { runnerId: record.runnerId }) };
    }
    if (isDeleting(instance) || record?.phase === 'deleting') noteDeleting(fleet, known, now);
    const isBooting = known.shown.length === 0 && now - bornAt(known) <= settings.durations.boot;
    put(known, 'bad', runWhile(isBad(instance) && !isBooting && record === undefined, known.bad, now));
  }
}

function noteRunners(fleet: FleetMemory, seen: Observed, joined: Joined): void {
  const { records, runners, now } = seen;
  const recorded = new Map(records.flatMap((record) => (record.runnerId === undefined ? [] : [[record.runnerId, record] as const])));
  const twins = new Map(joined.stale.map(({ runner, instance }) => [runner.runnerId, instance]));
  for (const runner of runners) {
    const known = fleet.runners[runner.runnerId];
    if (known === undefined) continue;
    timeRun(fleet, known, runner, seen);
    delete known.missing;
    delete known.gone;
    const record = recorded.get(runner.runnerId);
    put(known, 'tasks', tasksOf(runner));
    put(known, 'disconnected', runWhile(runner.connected === false, known.disconnected, now));
    // A flap of the connection changes nothing; a drain, and so a give-back, begins it anew.
    put(known, 'idle', runWhile(runner.status === 'ACTIVE' && record === undefined && isZero(runner), known.idle, now));
    put(known, 'zero', runWhile(isZero(runner), known.zero, now));
    // From the first reading without a record: after a give-back of ours the clock of adoption begins anew.
    put(known, 'draining', runWhile(runner.status === 'DRAINING' && record === undefined, known.draining, now));
    const machine = twins.get(runner.runnerId);
    const speaker = machine === undefined ? undefined : joined.speakers.get(machine.vmId);
    put(known, 'stale', runWhile(runner.connected === false && speaker?.connected === true, known.stale, now));
  }
}

function noteSpeakers(fleet: FleetMemory, joined: Joined, now: number): void {
  for (const [vmId, runner] of joined.speakers) {
    const known = fleet.instances[vmId];
    if (known === undefined) continue;
    if (!known.shown.includes(runner.runnerId)) {
      // A boot that registers ends the incident of boots (rule 5).
      if (known.shown.length === 0 && known.firstSeen > fleet.bornAt) {
        fleet.boots = { failed: 0, tries: 0 };
        noteBoot(fleet, (fleet.runners[runner.runnerId]?.firstSeen ?? now) - bornAt(known));
      }
      known.shown = [...known.shown, runner.runnerId].slice(-4);
    }
    if (isZero(runner)) known.lastIdle = now;
    else known.lastBusy = now;
    delete known.bare;
    delete known.unjudged;
    if (known.deregistered !== undefined && known.deregistered.runnerId !== runner.runnerId) delete known.deregistered;
  }
}
