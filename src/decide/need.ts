import type { Scene } from './scene';

/** unserved = demand − (idle + booting) × tasks per runner, at least 0; booting ones that are ordered and not listed count. */
export function unservedOf(scene: Scene): number {
  const { demand, tasksPerRunner } = scene;
  return Math.max(0, demand - (scene.idle + scene.booting) * tasksPerRunner);
}

/** Runners that the waiting jobs take. */
export const neededFor = ({ demand, tasksPerRunner }: Scene): number => Math.ceil(demand / tasksPerRunner);

/** How many runners are missing so that the waiting jobs and MIN_IDLE_RUNNERS beside them are served; booting ones count. 0 without MIN_IDLE_RUNNERS. */
export function lackOfIdle(scene: Scene): number {
  const { minIdle } = scene.targets;
  return minIdle === 0 ? 0 : Math.max(0, neededFor(scene) + minIdle - scene.idle - scene.booting);
}

/** Idle runners beyond those that the waiting jobs take and those that are kept ready. */
export const surplusOf = (scene: Scene): number => scene.idle - neededFor(scene) - scene.targets.minIdle;
