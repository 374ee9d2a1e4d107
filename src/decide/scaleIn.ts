import type { Act } from '../model/decision';
import type { Member } from '../poll/fleet';
import { bornAt } from '../poll/fleetMemory';
import { aboveMaximum } from './bounds';
import type { Scene } from './scene';
import { count, jobsWait, minutesLeft } from './words';

export interface ScaleInPlan {
  readonly rule: 'scale-in/threshold' | 'scale-in/above-maximum';
  readonly acts: readonly Extract<Act, { kind: 'drain' }>[];
  readonly reason: string;
}

/** Rule 3. Undefined where it does not hold; acts may be empty where nothing may go. */
export function planScaleIn(scene: Scene): ScaleInPlan | { readonly waits: string } | undefined {
  const { settings, memory, demand, undrained, now } = scene;
  const above = aboveMaximum(scene);
  if (above === 0 && demand > settings.scaleInThreshold) return undefined;
  const rule = above > 0 ? 'scale-in/above-maximum' : 'scale-in/threshold';
  const victims = choose(scene, above);
  if (victims.length === 0) return undefined;
  const { scaleOutAt = 0, scaleInAt = 0, giveBackAt = 0 } = memory.cooldowns;
  const left = Math.max(scaleOutAt, scaleInAt, giveBackAt) + settings.durations.scaleInCooldown - now;
  if (left > 0) return { waits: `the scale-in cooldown runs for another ${minutesLeft(left, settings.durations.minute)}` };
  if (memory.flags.paused?.scaleIn === true) return { waits: 'scale-in is paused' };
  const names = victims.map((member) => member.runner?.runnerId).join(', ');
  const cause =
    above > 0
      ? `${count(undrained, 'instance')} without a drain, above MAX_RUNNERS ${settings.maxRunners ?? 0}`
      : `${jobsWait(demand)}, at most SCALE_IN_THRESHOLD ${settings.scaleInThreshold}`;
  return { rule, acts: victims.map((member) => drainOf(member, rule, true)), reason: `${cause}: draining ${names}.` };
}

/** Unhealthy first, then idle, then least busy, then oldest; a busy one only at demand 0 with none idle, or above MAX. */
function choose(scene: Scene, above: number): readonly Member[] {
  const { settings, targets, demand, tasksPerRunner } = scene;
  const isOver = above > 0;
  const present = scene.fleet.members.filter((member) => member.state === 'active' || member.state === 'unhealthy');
  const isBusyToo = isOver || (demand === 0 && !present.some((member) => member.tasks === 0));
  const candidates = present.filter(
    (member) =>
      member.tasks !== undefined &&
      (isBusyToo || member.tasks === 0) &&
      mayDrain(scene, member) &&
      !scene.fleet.contested.has(member.instance.vmId),
  );
  const unhealthy = candidates.filter((member) => member.state === 'unhealthy');
  const active = candidates.filter((member) => member.state === 'active');
  // Idle runners that the waiting jobs will take stay.
  const surplus = isBusyToo ? active.length : scene.idle - Math.ceil(demand / tasksPerRunner);
  // Counted capacity less the booting ones must stay at MIN_RUNNERS: unhealthy ones do not count, so they do not use it up.
  const spare = Math.max(0, Math.min(scene.active - targets.minRunners, surplus));
  const step = isOver ? Math.min(settings.scaleInStep, above) : settings.scaleInStep;
  return [...unhealthy.toSorted(leastBusyFirst), ...active.toSorted(leastBusyFirst).slice(0, spare)].slice(0, step);
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

const leastBusyFirst = (a: Member, b: Member): number => (a.tasks ?? 0) - (b.tasks ?? 0) || bornAt(a.memory) - bornAt(b.memory);
