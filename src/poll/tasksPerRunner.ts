import type { PoolSettings } from '../settings/settings';
import { confirmed, extend, READINGS } from './clocks';
import type { Fleet } from './fleet';
import type { FleetMemory } from './fleetMemory';

const CONFIRM_MINUTES = 3;

/**
 * One until learned: what some runner was seen to run at once in three readings over three minutes, the least of those. One doubled or
 * absurd count must not make every later demand look served. It falls again only with the fleet's memory. Mutates `fleet`.
 */
export function learnTasksPerRunner(settings: PoolSettings, fleet: FleetMemory, { members }: Fleet, now: number): void {
  const most = members.reduce((found, { runner }) => Math.max(found, runner?.runningTasks ?? 0), 0);
  if (most <= fleet.tasksPerRunner) {
    delete fleet.tasksClock;
    return;
  }
  const before = fleet.tasksClock;
  const clock = extend(before?.clock, now);
  const least = Math.min(before?.least ?? most, most);
  if (confirmed(clock, READINGS, CONFIRM_MINUTES * settings.durations.minute)) {
    fleet.tasksPerRunner = least;
    delete fleet.tasksClock;
  } else fleet.tasksClock = { clock, least };
}
