import type { Act } from '../model/decision';
import type { Member } from '../poll/fleet';
import { confirmed, extend, READINGS } from '../poll/clocks';
import { drainOf, mayDrain } from './scaleIn';
import type { Scene } from './scene';

/** Rules 4 and 5: adoption of what drains without a record, and repair. Mutates the clocks of the fleet's memory. */
export function planAdoptions(scene: Scene): readonly Act[] {
  const { memory, fleet } = scene;
  if (memory.flags.paused?.scaleIn === true) return [];
  const acts: Act[] = fleet.members.flatMap((member) => [...adoptAgain(member), ...adopt(scene, member)]);
  // A record whose instance left the scale set and whose drain is over has nothing left to do.
  const listed = new Set(fleet.members.map((member) => member.instance.vmId));
  for (const record of Object.values(memory.drains)) {
    if (record.note === OVER && !listed.has(record.vmId))
      acts.push({ kind: 'forgetDrain', drainId: record.id, reason: 'its instance is gone' });
  }
  return acts;
}

/** What settle.ts notes of a record whose drain instance is over. */
const OVER = 'its instance is over';

/** A record whose drain instance is over: adopted anew where its commit stands or its runner still drains, else dropped. */
function adoptAgain(member: Member): readonly Act[] {
  const { record, runner } = member;
  if (record?.note !== OVER) return [];
  const stands = ['committed', 'deregistered', 'deleting'].includes(record.phase) || record.kind !== 'runner';
  if (!stands && runner?.status !== 'DRAINING')
    return [{ kind: 'forgetDrain', drainId: record.id, reason: 'its instance is over and its runner is not draining' }];
  const target = record.kind === 'reap' ? 'lost' : record.kind;
  const { runnerId, adopted, id } = record;
  return [{ ...drainOf(member, 'adopt/again', false), target, runnerId, adopted, replaces: id }];
}

/** A runner that drains by another's hand. */
function adopt(scene: Scene, member: Member): readonly Act[] {
  const { record, runner, runnerMemory, instance } = member;
  if (record !== undefined || member.state !== 'draining' || runner === undefined || instance.provisioningState === 'Deleting') return [];
  if (scene.fleet.ambiguous.has(instance.vmId) || isKept(scene, member)) return [];
  if (!confirmed(runnerMemory?.draining, READINGS, 5 * scene.settings.durations.minute)) return [];
  return [{ ...drainOf(member, 'adopt', false), adopted: true }];
}

/** Protected in Azure or by an operator, the instance or its runner. */
function isKept({ memory }: Scene, { instance, runner }: Member): boolean {
  const { protectedInstances, protectedRunners } = memory.flags;
  if (instance.isProtected === true || protectedInstances.includes(instance.vmId)) return true;
  return runner !== undefined && protectedRunners.includes(runner.runnerId);
}

export function planRepairs(scene: Scene): readonly Act[] {
  const { memory, settings, fleet, fleetMemory, now } = scene;
  noteBoots(scene);
  noteBadTurns(scene);
  if (memory.flags.paused?.scaleIn === true || fleetMemory.frozenSince !== undefined || deletingIsBarred(scene)) return [];
  const acts = [...fleet.members.flatMap((member) => repair(scene, member)), ...ghosts(scene), ...stales(scene)];
  const chosen = acts.slice(0, settings.repairMaxPerTick);
  for (const act of chosen) {
    const known = act.kind === 'deregister' ? fleetMemory.runners[act.runnerId] : undefined;
    if (known !== undefined) known.deregisterAskedAt = now;
  }
  return chosen;
}

function repair(scene: Scene, member: Member): readonly Act[] {
  if (member.state === 'unhealthy') return mayDrain(scene, member) ? [drainOf(member, 'repair/unhealthy', false)] : [];
  if (member.state !== 'stray' && member.state !== 'lost') return [];
  const { minute, boot } = scene.settings.durations;
  member.memory.bare = extend(member.memory.bare, scene.now);
  if (member.record !== undefined || isKept(scene, member)) return [];
  const { bare, lastBusy = 0, lastIdle = 0 } = member.memory;
  if (member.state === 'stray') return confirmed(bare, 2, 5 * minute) && mayGoAsStray(scene, member) ? [strayOf(member, 'stray')] : [];
  const wasIdle = lastIdle > 0 && lastIdle >= lastBusy;
  return wasIdle && confirmed(bare, READINGS, 2 * boot) ? [strayOf(member, 'lost')] : [];
}

/** Runners of ours whose instance is gone. */
function ghosts({ fleet, fleetMemory, settings }: Scene): readonly Act[] {
  const span = 5 * settings.durations.minute;
  return fleet.ghosts.flatMap(({ runnerId }): readonly Act[] => {
    const known = fleetMemory.runners[runnerId];
    const instance = known?.vmId === undefined ? undefined : fleetMemory.instances[known.vmId];
    const isGone = instance?.checkedAbsent === true && confirmed(instance.absent, READINGS, span);
    if (!isGone || !confirmed(known?.zero, READINGS, span)) return [];
    return [{ kind: 'deregister', runnerId, reason: 'ghost', vmId: known?.vmId, instanceId: instance.id }];
  });
}

/** Entries of a machine that another, connected entry speaks for. */
function stales({ fleet, fleetMemory, settings }: Scene): readonly Act[] {
  const { disconnectGrace } = settings.durations;
  return fleet.stale.flatMap(({ runner: { runnerId }, instance }): readonly Act[] => {
    const known = fleetMemory.runners[runnerId];
    if (!confirmed(known?.stale, READINGS, disconnectGrace) || !confirmed(known?.zero, READINGS, disconnectGrace)) return [];
    return [{ kind: 'deregister', runnerId, reason: 'stale', vmId: instance.vmId, instanceId: instance.id }];
  });
}

function strayOf(member: Member, target: 'stray' | 'lost'): Act {
  return { ...drainOf(member, `repair/${target}`, false), target, runnerId: undefined };
}

/** During an incident of boots one stray goes before each try of growth; the rest wait for its end, or an hour after the last failure. */
function mayGoAsStray({ fleetMemory, fleet, settings, now }: Scene, member: Member): boolean {
  const { boots } = fleetMemory;
  if (boots.incidentSince === undefined || now - (boots.lastFailedAt ?? 0) > 60 * settings.durations.minute) return true;
  const oldest = fleet.members.filter((each) => each.state === 'stray').toSorted((a, b) => a.memory.firstSeen - b.memory.firstSeen)[0];
  if (oldest !== member || boots.strayFor === boots.tries) return false;
  boots.strayFor = boots.tries;
  return true;
}

/** A boot fails when its allowance ends without a runner; three in a row are an incident. */
function noteBoots({ fleet, fleetMemory, memory, now }: Scene): void {
  const { boots } = fleetMemory;
  for (const member of fleet.members) {
    const isNew = member.state === 'stray' && member.memory.shown.length === 0 && member.memory.bootFailed !== true;
    if (!isNew) continue;
    member.memory.bootFailed = true;
    boots.failed += 1;
    boots.lastFailedAt = now;
    if (boots.failed >= 3) boots.incidentSince ??= now;
  }
  if (boots.incidentSince !== undefined && memory.growth !== undefined && memory.growth.at > boots.incidentSince)
    boots.tries = Math.max(boots.tries, boots.failed - 3 + 1);
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

/** New drains stop where the right to delete is missing, or when two different VMs are refused for good. */
export function deletingIsBarred({ memory }: Scene): boolean {
  const refusals = Object.values(memory.deletion.refusals);
  return refusals.length >= 2 || refusals.some((refusal) => refusal.right);
}
