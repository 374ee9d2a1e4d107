import type { Act } from '../model/decision';
import type { Member } from '../poll/fleet';
import { confirmed, extend, READINGS } from '../poll/clocks';
import { newDrainsAreBarred } from '../persist/deletion';
import { isCommitted } from '../persist/records';
import { isDeleting } from '../poll/sighting';
import { mayDrain } from './candidates';
import { drainOf } from './scaleIn';
import type { Scene } from './scene';

/**
 * Rule 4. A recorded drain whose instance is over goes on under a new id where its commit stands, whatever is paused or refused; where its
 * runner still drains, unless scale-in is paused; else its record goes. A runner that drains without a record gets one.
 */
export function planAdoptions(scene: Scene): readonly Act[] {
  const isPaused = scene.memory.flags.paused?.scaleIn === true;
  const again = scene.fleet.members.map((member) => goOn(member, isPaused)).filter((act) => act !== undefined);
  const isHeld = isPaused || newDrainsAreBarred(scene.memory);
  const found = isHeld ? [] : scene.fleet.members.filter((member) => mayAdopt(scene, member));
  return [...again, ...found.map((member) => ({ ...drainOf(member, 'adopt', false), adopted: true })), ...forgetGone(scene)];
}

function goOn(member: Member, isPaused: boolean): Act | undefined {
  const { record, runner, instance } = member;
  // One that is being given back needs no drain: each tick sets its runner ACTIVE until that was answered.
  if (record?.isOver !== true || record.vmId !== instance.vmId || record.phase === 'givingBack') return undefined;
  const stands = isCommitted(record) || record.kind !== 'runner';
  if (!stands && isPaused) return undefined;
  if (!stands && !(runner?.status === 'DRAINING' && runner.runnerId === record.runnerId))
    return { kind: 'forgetDrain', drainId: record.id, reason: 'its instance is over and its runner is not draining' };
  return {
    ...drainOf(member, 'adopt/again', false),
    target: record.kind === 'reap' ? 'lost' : record.kind,
    runnerId: record.runnerId,
    adopted: record.adopted,
    replaces: record.id,
  };
}

function mayAdopt({ memory, settings, fleet }: Scene, { record, runner, runnerMemory, instance, state }: Member): boolean {
  if (record !== undefined || state !== 'draining' || runner === undefined || isDeleting(instance)) return false;
  if (instance.isProtected === true || fleet.ambiguous.has(instance.vmId)) return false;
  const { protectedRunners, protectedInstances } = memory.flags;
  if (protectedRunners.includes(runner.runnerId) || protectedInstances.includes(instance.vmId)) return false;
  return confirmed(runnerMemory?.draining, READINGS, 5 * settings.durations.minute);
}

/** A record whose instance left the scale set and whose drain is over has nothing left to do. */
function forgetGone({ memory, fleet }: Scene): Act[] {
  const listed = new Set(fleet.members.map((member) => member.instance.vmId));
  return Object.values(memory.drains)
    .filter((record) => record.isOver === true && !listed.has(record.vmId))
    .map((record) => ({ kind: 'forgetDrain', drainId: record.id, reason: 'its instance is gone' }));
}

export function planRepairs(scene: Scene): readonly Act[] {
  const { memory, settings, fleet, fleetMemory, now } = scene;
  noteBoots(scene);
  noteBadTurns(scene);
  const strays = fleet.members.filter((member) => member.state === 'stray' || member.state === 'lost');
  for (const { memory: known } of strays) known.bare = extend(known.bare, now);
  if (memory.flags.paused?.scaleIn === true || fleetMemory.frozenSince !== undefined) return [];
  const drains = newDrainsAreBarred(memory) ? [] : [...unhealthyDrains(scene), ...strayDrains(scene, strays)];
  const chosen = [...drains, ...deadEntries(scene)].slice(0, settings.repairMaxPerTick);
  for (const act of chosen) {
    const known = act.kind === 'deregister' ? fleetMemory.runners[act.runnerId] : undefined;
    if (known !== undefined) known.deregisterAskedAt = now;
    // During an incident of boots this try of growth has had its stray.
    if (act.kind === 'drain' && act.target === 'stray' && isIncident(scene)) fleetMemory.boots.strayFor = fleetMemory.boots.tries;
  }
  return chosen;
}

const unhealthyDrains = (scene: Scene): Act[] =>
  scene.fleet.members
    .filter((member) => member.state === 'unhealthy' && mayDrain(scene, member))
    .map((member) => drainOf(member, 'repair/unhealthy', false));

function strayDrains(scene: Scene, strays: readonly Member[]): Act[] {
  const { settings, memory } = scene;
  const { minute, boot } = settings.durations;
  const free = strays.filter(
    ({ instance, record }) =>
      record === undefined && instance.isProtected !== true && !memory.flags.protectedInstances.includes(instance.vmId),
  );
  const due = free.filter(({ state, memory: { bare, lastBusy = 0, lastIdle = 0 } }) =>
    state === 'stray' ? confirmed(bare, 2, 5 * minute) : lastIdle > 0 && lastIdle >= lastBusy && confirmed(bare, READINGS, 2 * boot),
  );
  const mayGo = isIncident(scene) ? oldestOfTry(scene, due) : undefined;
  return due
    .filter((member) => member.state === 'lost' || mayGo === undefined || mayGo.includes(member))
    .map((member) => ({
      ...drainOf(member, `repair/${member.state}`, false),
      target: member.state as 'stray' | 'lost',
      runnerId: undefined,
    }));
}

/** An incident of boots: until a boot registers, or until an hour after the last failed one. */
const isIncident = ({ fleetMemory: { boots }, settings, now }: Scene): boolean =>
  boots.incidentSince !== undefined && now - (boots.lastFailedAt ?? 0) <= 60 * settings.durations.minute;

/** One stray, the oldest, goes before each try of growth. */
function oldestOfTry({ fleetMemory: { boots } }: Scene, due: readonly Member[]): readonly Member[] {
  if (boots.strayFor === boots.tries) return [];
  return due
    .filter((member) => member.state === 'stray')
    .toSorted((a, b) => a.memory.firstSeen - b.memory.firstSeen)
    .slice(0, 1);
}

/** A refused deregistration is asked for again so late that it takes no other repair's turn. */
const DEAD_ENTRY_MINUTES = 5;

function deadEntries({ settings, fleet, fleetMemory, now }: Scene): Act[] {
  const { minute, disconnectGrace } = settings.durations;
  const acts: Act[] = [];
  const isAsked = (runnerId: string): boolean =>
    now - (fleetMemory.runners[runnerId]?.deregisterAskedAt ?? -Infinity) < DEAD_ENTRY_MINUTES * minute;
  for (const { runnerId } of fleet.ghosts) {
    const known = fleetMemory.runners[runnerId];
    const instance = known?.vmId === undefined ? undefined : fleetMemory.instances[known.vmId];
    if (instance?.checkedAbsent !== true || !confirmed(instance.absent, READINGS, 5 * minute) || isAsked(runnerId)) continue;
    if (confirmed(known?.zero, READINGS, 5 * minute))
      acts.push({ kind: 'deregister', runnerId, reason: 'ghost', vmId: known?.vmId, instanceId: instance.id });
  }
  for (const { runner, instance } of fleet.stale) {
    const known = fleetMemory.runners[runner.runnerId];
    if (!confirmed(known?.stale, READINGS, disconnectGrace) || isAsked(runner.runnerId)) continue;
    if (confirmed(known?.zero, READINGS, disconnectGrace))
      acts.push({ kind: 'deregister', runnerId: runner.runnerId, reason: 'stale', vmId: instance.vmId, instanceId: instance.id });
  }
  return acts;
}

/** A boot fails when its allowance ends without a runner; three in a row are an incident. */
function noteBoots({ fleet, fleetMemory, now }: Scene): void {
  const { boots } = fleetMemory;
  for (const member of fleet.members) {
    const isNew = member.state === 'stray' && member.memory.shown.length === 0 && member.memory.bootFailed !== true;
    if (!isNew) continue;
    member.memory.bootFailed = true;
    boots.failed += 1;
    if (boots.incidentSince !== undefined && member.memory.firstSeen > boots.incidentSince) boots.tries += 1;
    boots.lastFailedAt = now;
    if (boots.failed >= 3) boots.incidentSince ??= now;
  }
}

/** The breaker: above a fifth of the pool and at least three turned bad within 15 minutes, until 15 minutes pass without another. */
function noteBadTurns({ fleet, fleetMemory, memory, settings, now }: Scene): void {
  const span = 15 * settings.durations.minute;
  for (const member of fleet.members) {
    const isBad = member.state === 'unhealthy' || member.state === 'lost';
    if (isBad && member.memory.turnedBad !== true) {
      member.memory.turnedBad = true;
      fleetMemory.badTurns.push(now);
    } else if (member.state === 'active') delete member.memory.turnedBad;
  }
  const acknowledged = memory.flags.acknowledgedAt ?? 0;
  const recent = fleetMemory.badTurns.filter((at) => now - at < span && at > acknowledged);
  fleetMemory.badTurns = recent;
  if (recent.length >= 3 && recent.length * 5 > fleet.members.length) fleetMemory.frozenSince ??= now;
  else if (recent.length === 0) delete fleetMemory.frozenSince;
}
