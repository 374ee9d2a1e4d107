import { bornAt } from '../../poll/fleetMemory';
import type { Member } from '../../poll/fleet';
import { candidatesOf } from '../candidates';
import type { Scene } from '../scene';
import { jobsWait } from '../words';
import { surplusOf } from '../need';
import type { ScaleInStrategy } from './strategy';

/** The seed's rule: at SCALE_IN_THRESHOLD waiting jobs or fewer, SCALE_IN_STEP runners, once a cooldown. */
export const stepIn: ScaleInStrategy = {
  rule: 'scale-in/threshold',
  waitsForCooldown: true,
  choose: (scene) => {
    const { demand, settings } = scene;
    if (demand > settings.scaleInThreshold) return undefined;
    return {
      victims: leastBusy(scene, false).slice(0, settings.scaleInStep),
      because: `${jobsWait(demand)}, at most SCALE_IN_THRESHOLD ${settings.scaleInThreshold}`,
    };
  },
};

/** Unhealthy first, then idle, then least busy, then oldest; a busy one only at demand 0 with none idle, or above MAX. */
export function leastBusy(scene: Scene, isAboveMaximum: boolean): readonly Member[] {
  const { demand, targets, fleet } = scene;
  const isAnyIdle = fleet.members.some(({ state, tasks }) => (state === 'active' || state === 'unhealthy') && tasks === 0);
  // Where an idle one is to be kept, a busy one is not set to go the moment it becomes idle.
  const isKept = targets.minIdle > 0 || targets.kept !== undefined;
  const isBusyToo = isAboveMaximum || (demand === 0 && !isAnyIdle && !isKept);
  const { unhealthy, active } = candidatesOf(scene, isBusyToo);
  const surplus = isBusyToo ? active.length : surplusOf(scene);
  // Counted capacity less the booting ones must stay at MIN_RUNNERS: unhealthy ones do not count, so they do not use it up.
  const spare = Math.max(0, Math.min(scene.active - targets.minRunners, surplus));
  return [...unhealthy.toSorted(leastBusyFirst), ...active.toSorted(leastBusyFirst).slice(0, spare)];
}

const leastBusyFirst = (a: Member, b: Member): number => (a.tasks ?? 0) - (b.tasks ?? 0) || bornAt(a.memory) - bornAt(b.memory);
