import type { Act } from '../model/decision';
import { isIdle, type Member } from '../poll/fleet';
import type { Scene } from './scene';

export interface ScaleInPlan {
  readonly rule: 'scale-in/threshold' | 'scale-in/above-maximum';
  readonly acts: readonly Extract<Act, { kind: 'drain' }>[];
  readonly reason: string;
}

/** Rule 3. Undefined where it does not hold; acts may be empty where nothing may go. */
export function planScaleIn(scene: Scene): ScaleInPlan | { readonly waits: string } | undefined {
  const { settings, memory, demand, undrained, now } = scene;
  const above = settings.maxRunners === undefined ? 0 : undrained - settings.maxRunners;
  if (above <= 0 && demand > settings.scaleInThreshold) return undefined;
  const rule = above > 0 ? 'scale-in/above-maximum' : 'scale-in/threshold';
  const victims = choose(scene, above);
  if (victims.length === 0) return undefined;
  const { scaleOutAt = 0, scaleInAt = 0, giveBackAt = 0 } = memory.cooldowns;
  const left = Math.max(scaleOutAt, scaleInAt, giveBackAt) + settings.durations.scaleInCooldown - now;
  if (left > 0) return { waits: `the scale-in cooldown runs for another ${Math.ceil(left / settings.durations.minute)} min` };
  if (memory.flags.paused?.scaleIn === true) return { waits: 'scale-in is paused' };
  const names = victims.map((member) => member.runner?.runnerId).join(', ');
  const cause =
    above > 0
      ? `${undrained} instances are above MAX_RUNNERS ${settings.maxRunners ?? 0}`
      : `${demand} jobs wait, at most SCALE_IN_THRESHOLD ${settings.scaleInThreshold}`;
  return { rule, acts: victims.map((member) => drainOf(member, rule, true)), reason: `${cause}: draining ${names}.` };
}

/** Unhealthy first, then idle, then least busy, then oldest; a busy one only at demand 0 with none idle, or above MAX. */
function choose(scene: Scene, above: number): readonly Member[] {
  const { settings, demand, tasksPerRunner } = scene;
  const candidates = scene.fleet.members.filter(
    (member) => (member.state === 'active' || member.state === 'unhealthy') && mayDrain(scene, member),
  );
  const unhealthy = candidates.filter((member) => member.state === 'unhealthy' && member.tasks === 0);
  const idle = candidates.filter(isIdle).toSorted(oldestFirst);
  const kept = above > 0 ? 0 : Math.ceil(demand / tasksPerRunner);
  const surplus = idle.slice(0, Math.max(0, idle.length - kept));
  const busyToo = above > 0 || (demand === 0 && idle.length === 0);
  const busy = busyToo ? candidates.filter((member) => member.state === 'active' && (member.tasks ?? 0) > 0).toSorted(leastBusyFirst) : [];
  const step = above > 0 ? Math.min(settings.scaleInStep, above) : settings.scaleInStep;
  // Counted capacity less the booting ones must stay at MIN_RUNNERS: unhealthy ones do not count, so they do not use it up.
  const spare = Math.max(0, scene.active - settings.minRunners);
  const counted = [...surplus, ...busy].slice(0, spare);
  return [...unhealthy, ...counted].slice(0, step);
}

export function mayDrain(scene: Scene, member: Member): boolean {
  const { protectedRunners, protectedInstances } = scene.memory.flags;
  const { runner, instance, record } = member;
  if (instance.isProtected === true) return false;
  if (record !== undefined || scene.fleet.ambiguous.has(instance.vmId) || protectedInstances.includes(instance.vmId)) return false;
  return runner !== undefined && !protectedRunners.includes(runner.runnerId);
}

export function drainOf(member: Member, rule: string, stamps: boolean): Extract<Act, { kind: 'drain' }> {
  const { runner, instance } = member;
  return {
    kind: 'drain',
    target: 'runner',
    runnerId: runner?.runnerId,
    vmId: instance.vmId,
    instanceId: instance.id,
    computerName: instance.computerName ?? '',
    rule,
    adopted: false,
    replaces: undefined,
    stamps,
  };
}

const bornAt = (member: Member): number => member.instance.createdAt ?? member.memory.firstSeen;
const oldestFirst = (a: Member, b: Member): number => bornAt(a) - bornAt(b);
const leastBusyFirst = (a: Member, b: Member): number => (a.tasks ?? 0) - (b.tasks ?? 0) || oldestFirst(a, b);
