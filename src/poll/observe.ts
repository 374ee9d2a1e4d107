import type { DrainRecord } from '../model/drain';
import { isCommitted } from '../persist/records';
import type { Runner } from '../ports/runnerService';
import type { Instance } from '../ports/scaleSet';
import type { PoolSettings } from '../settings/settings';
import { confirmed, extend, READINGS, runWhile } from './clocks';
import type { FleetMemory, InstanceMemory, RunnerMemory } from './fleetMemory';
import { MachineIndex } from './identity';
import { isAlive, isDeleting, isZero } from './sighting';

/** Which entry speaks for which machine, and the entries that speak for none. */
export interface Joined {
  /** By vmId. */
  readonly speakers: ReadonlyMap<string, Runner>;
  /** By vmId: entries with its computer name that are connected or have tasks, beside the speaker. */
  readonly rivals: ReadonlyMap<string, readonly Runner[]>;
  readonly stale: readonly { readonly runner: Runner; readonly instance: Instance }[];
  readonly ghosts: readonly Runner[];
  readonly foreign: readonly Runner[];
  /** vmIds that share their computer name with another living instance: nothing is ever done to them. */
  readonly ambiguous: ReadonlySet<string>;
}

/** One complete reading, as far as memory learns from it. */
export interface Observed {
  readonly settings: PoolSettings;
  /** The recorded drains of this binding. */
  readonly records: readonly DrainRecord[];
  readonly runners: readonly Runner[];
  readonly instances: readonly Instance[];
  readonly ghostChecks: Readonly<Record<string, 'absent' | 'present'>>;
  readonly now: number;
}

/** Writes one complete reading into the fleet's memory: first sights, clocks, who speaks for which machine. Mutates `fleet`. */
export function observe(fleet: FleetMemory, seen: Observed): Joined {
  noteInstances(fleet, seen);
  const joined = join(fleet, seen.runners, seen.instances, seen.now);
  noteRunners(fleet, seen, joined);
  noteSpeakers(fleet, joined, seen.now);
  noteMissing(fleet, seen);
  noteAbsences(fleet, seen);
  return joined;
}

/** When an instance's boot began: Azure's timeCreated; our first sight where that is not told, or where Azure's clock runs ahead. */
export function bornAt(memory: InstanceMemory): number {
  return Math.min(memory.createdAt ?? memory.firstSeen, memory.firstSeen);
}

function noteInstances(fleet: FleetMemory, { settings, records, instances, now }: Observed): void {
  const recorded = byVmId(records);
  for (const instance of instances) {
    const known = (fleet.instances[instance.vmId] ??= { id: instance.id, firstSeen: now, lastSeen: now, shown: [] });
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
    const isBooting = known.shown.length === 0 && now - bornAt(known) < settings.durations.boot;
    put(known, 'bad', runWhile(isBad(instance) && !isBooting && record === undefined, known.bad, now));
  }
}

/** Seen Deleting or ordered: sku.capacity may fall by one, now or later, or has fallen already. */
function noteDeleting(fleet: FleetMemory, known: InstanceMemory, now: number): void {
  if (known.deleting !== undefined) return;
  known.deleting = now;
  fleet.deleteCredits.push(now);
}

const byVmId = (records: readonly DrainRecord[]): ReadonlyMap<string, DrainRecord> =>
  new Map(records.map((record) => [record.vmId, record]));

/** Failed, stopped or deallocated (rule 5). */
export function isBad({ provisioningState, power }: Instance): boolean {
  return provisioningState.toLowerCase() === 'failed' || power === 'stopped' || power === 'deallocated';
}

function join(fleet: FleetMemory, runners: readonly Runner[], instances: readonly Instance[], now: number): Joined {
  const index = new MachineIndex<Instance>();
  const byVm = new Map<string, Instance>();
  for (const instance of instances) {
    index.add(instance.computerName, instance);
    byVm.set(instance.vmId, instance);
  }
  const ambiguous = new Set<string>();
  const named = new Map<string, Runner[]>();
  const entries = new Map<string, Runner[]>();
  const ghosts: Runner[] = [];
  const foreign: Runner[] = [];
  for (const instance of instances) {
    const twins = index.find(instance.computerName).filter((one) => !isDeleting(one));
    if (twins.length > 1) for (const twin of twins) ambiguous.add(twin.vmId);
  }
  for (const runner of runners) {
    const known = (fleet.runners[runner.runnerId] ??= { firstSeen: now, lastSeen: now });
    known.lastSeen = now;
    const found = index.find(runner.computerName);
    for (const instance of found) push(named, instance.vmId, runner);
    const owner = ownerOf(fleet, known, found, byVm);
    if (owner === undefined) (known.vmId === undefined ? foreign : ghosts).push(runner);
    else {
      known.vmId = owner.vmId;
      push(entries, owner.vmId, runner);
    }
  }
  const speakers = new Map<string, Runner>();
  const rivals = new Map<string, readonly Runner[]>();
  const stale: { runner: Runner; instance: Instance }[] = [];
  for (const instance of instances) {
    const [speaker, ...others] = (entries.get(instance.vmId) ?? []).toSorted(bySpeech(fleet));
    if (speaker !== undefined) speakers.set(instance.vmId, speaker);
    for (const runner of others) stale.push({ runner, instance });
    const alive = (named.get(instance.vmId) ?? []).filter((one) => one !== speaker && isAlive(one));
    if (alive.length > 0) rivals.set(instance.vmId, alive);
  }
  return { speakers, rivals, stale, ghosts, foreign, ambiguous };
}

/**
 * The instance that an entry belongs to. An entry that we saw before we saw the machine belongs to an earlier machine of that name (names
 * are used again). An entry whose name is not told, or changed, stays with the machine it was matched to.
 */
function ownerOf(
  fleet: FleetMemory,
  known: RunnerMemory,
  found: readonly Instance[],
  byVm: ReadonlyMap<string, Instance>,
): Instance | undefined {
  const before = known.vmId === undefined ? undefined : byVm.get(known.vmId);
  if (before !== undefined && (found.length === 0 || found.includes(before))) return before;
  const candidates = found.filter((instance) => {
    const machine = fleet.instances[instance.vmId];
    if (machine === undefined || known.firstSeen >= machine.firstSeen) return true;
    return known.vmId === undefined && machine.createdAt !== undefined && machine.createdAt <= known.firstSeen;
  });
  return candidates.find((instance) => !isDeleting(instance)) ?? candidates[0];
}

/** The connected entry speaks for its machine; of several the one with tasks, then the one seen last. */
function bySpeech(fleet: FleetMemory): (a: Runner, b: Runner) => number {
  const seen = (runner: Runner): number => fleet.runners[runner.runnerId]?.firstSeen ?? 0;
  const connection = (runner: Runner): number => (runner.connected === true ? 2 : runner.connected === undefined ? 1 : 0);
  return (a, b) =>
    connection(b) - connection(a) || Number(isZero(a)) - Number(isZero(b)) || seen(b) - seen(a) || (a.runnerId < b.runnerId ? -1 : 1);
}

function noteRunners(fleet: FleetMemory, { records, runners, now }: Observed, joined: Joined): void {
  const recorded = new Map(records.flatMap((record) => (record.runnerId === undefined ? [] : [[record.runnerId, record] as const])));
  const twins = new Map(joined.stale.map(({ runner, instance }) => [runner.runnerId, instance]));
  for (const runner of runners) {
    const known = fleet.runners[runner.runnerId];
    if (known === undefined) continue;
    delete known.missing;
    delete known.gone;
    const record = recorded.get(runner.runnerId);
    if (record?.phase === 'givingBack') known.reactivatedAt = now;
    put(known, 'disconnected', runWhile(runner.connected === false, known.disconnected, now));
    put(known, 'idle', runWhile(runner.status === 'ACTIVE' && runner.connected !== false && isZero(runner), known.idle, now));
    put(known, 'zero', runWhile(isZero(runner), known.zero, now));
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
      if (known.shown.length === 0 && known.firstSeen > fleet.bornAt) fleet.boots = { failed: 0, tries: 0 };
      known.shown = [...known.shown, runner.runnerId].slice(-4);
    }
    if (isZero(runner)) known.lastIdle = now;
    else known.lastBusy = now;
    delete known.bare;
    delete known.unjudged;
    if (known.deregistered !== undefined && known.deregistered.runnerId !== runner.runnerId) delete known.deregistered;
  }
}

/** Runners that are no longer listed while their instance is: each by its own clock, unless we took them off the list ourselves. */
function noteMissing(fleet: FleetMemory, { settings, records, now }: Observed): void {
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
    if (confirmed(known.missing, READINGS, 3 * settings.durations.minute)) known.gone = true;
  }
}

/** Our own doing: a drain of it got as far as its commit, or ended. One that is still waiting explains no absence. */
function wasOrdered(known: InstanceMemory, record: DrainRecord | undefined): boolean {
  if (known.deregistered !== undefined) return true;
  return known.drain !== undefined && (record === undefined || record.kind !== 'runner' || isCommitted(record));
}

const MOST_CHECKS = 5;

function noteAbsences(fleet: FleetMemory, { settings, records, instances, runners, ghostChecks, now }: Observed): void {
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
    if (known.deleting !== undefined || confirmed(known.absent, READINGS, 3 * settings.durations.minute)) known.gone = true;
    if (ghostChecks[known.id] === 'absent' || ids.has(known.id)) known.checkedAbsent = true;
    if (pointed.has(vmId) && known.checkedAbsent !== true && known.gone === true && fleet.checkNext.length < MOST_CHECKS) {
      fleet.checkNext.push(known.id);
    }
  }
}

function push<T>(map: Map<string, T[]>, key: string, item: T): void {
  const list = map.get(key);
  if (list) list.push(item);
  else map.set(key, [item]);
}

/** Sets or removes an optional property. */
export function put<T extends object, K extends keyof T>(target: T, key: K, value: T[K] | undefined): void {
  if (value === undefined) delete target[key];
  else target[key] = value;
}
