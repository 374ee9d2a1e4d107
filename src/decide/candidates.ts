import type { Member } from '../poll/fleet';
import { keptByForecast } from './kept';
import type { Scene } from './scene';

export interface Candidates {
  readonly unhealthy: readonly Member[];
  readonly active: readonly Member[];
}

/** Who may be drained at all by rule 3: known tasks, ours, unprotected, and no other living entry on the machine. */
export function candidatesOf(scene: Scene, isBusyToo: boolean): Candidates {
  const kept = keptByForecast(scene);
  const may = scene.fleet.members.filter(
    (member) =>
      (member.state === 'active' || member.state === 'unhealthy') &&
      member.tasks !== undefined &&
      (isBusyToo || (member.tasks === 0 && !kept.has(member))) &&
      mayDrain(scene, member) &&
      !scene.fleet.contested.has(member.instance.vmId),
  );
  return { unhealthy: may.filter(({ state }) => state === 'unhealthy'), active: may.filter(({ state }) => state === 'active') };
}

export function mayDrain(scene: Scene, member: Member): boolean {
  const { protectedRunners, protectedInstances } = scene.memory.flags;
  const { runner, instance, record } = member;
  if (instance.isProtected === true) return false;
  if (record !== undefined || scene.fleet.ambiguous.has(instance.vmId) || protectedInstances.includes(instance.vmId)) return false;
  return runner !== undefined && !protectedRunners.includes(runner.runnerId);
}
