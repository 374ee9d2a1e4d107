import type { Scene } from '../scene';
import { neededFor } from '../need';
import type { ScaleOutStrategy } from './strategy';

/**
 * Capacity for all unserved jobs in one order. From one job on: SCALE_OUT_THRESHOLD and SCALE_OUT_STEP belong to the other strategy, and so
 * does the cooldown, which keeps a rule that looks at the queue alone from ordering twice for it. This one counts what boots and what is
 * ordered, so a second order is for other jobs. After a failed growth it waits like every rule. Nothing is ordered for a job that a runner
 * will take which is about to be free: a VM would come too late for it.
 */
export const demand: ScaleOutStrategy = {
  rule: (scene) => (lackOf(scene) > 0 ? 'scale-out/demand' : undefined),
  amount: (scene) => lackOf(scene),
};

function lackOf(scene: Scene): number {
  const { idle, freeing, booting, tasksPerRunner, targets } = scene;
  // Jobs that idle runners are about to take are no burst: for them nothing is ordered, and nothing beyond them.
  if (scene.demand <= idle * tasksPerRunner) return 0;
  return Math.max(0, neededFor(scene) + targets.extra - idle - freeing - booting);
}
