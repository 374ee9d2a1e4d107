import type { RunnerGroup } from '../ports/runnerService';
import type { FleetMemory } from './fleetMemory';

/** Jobs as the readings show them: each increase of what waits and runs together is an arrival. */
export interface WorkMemory {
  /** When, and how many jobs waited or ran then. */
  at: number;
  level: number;
  /** Running alone. */
  running: number;
  /** Arrivals since this memory began. */
  arrived: number;
  /** When they were seen, the latest, in order: what a forecast looks at. */
  recent: number[];
}

const KEPT_MINUTES = 150;
const MOST_KEPT = 200;
/** After a longer silence what is new is not known to have come just now. */
const GAP_MINUTES = 30;

/**
 * A job that comes while another one ends between two readings is not seen: in a busy pool arrivals are a little underestimated. A task that is
 * pending on its runner counts as running where StackGuardian tells no pending workflows, so that no job leaves and comes again. Mutates `fleet`.
 */
export function noteWork(fleet: FleetMemory, group: RunnerGroup, waiting: number, minute: number, now: number): WorkMemory {
  const isPendingCounted = group.pending !== undefined;
  const running = (group.runners ?? []).reduce(
    (sum, runner) => sum + (runner.runningTasks ?? 0) + (isPendingCounted ? 0 : (runner.pendingTasks ?? 0)),
    0,
  );
  const level = waiting + running;
  const { work } = fleet;
  const isKnown = work !== undefined && now - work.at <= GAP_MINUTES * minute;
  const came = isKnown ? Math.max(0, level - work.level) : 0;
  const since = now - KEPT_MINUTES * minute;
  const recent = [...(work?.recent ?? []).filter((at) => at > since), ...new Array<number>(Math.min(came, MOST_KEPT)).fill(now)];
  fleet.work = { at: now, level, running, arrived: (work?.arrived ?? 0) + came, recent: recent.slice(-MOST_KEPT) };
  return fleet.work;
}
