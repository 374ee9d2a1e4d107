import type { Runner } from '../ports/runnerService';
import type { PoolSettings } from '../settings/settings';
import { put } from './clocks';
import { tasksOf, type Member } from './fleet';
import type { FleetMemory, RunnerMemory } from './fleetMemory';
import type { Observed } from './reading';

const MOST_SAMPLES = 100;
/** So many runs must have lasted longer than this one has: of the few longest nothing is foretold. */
const FEWEST_LONGER = 20;
/** Of those, the share that was over soon after. Polled once a minute, runs of one length are measured as two: more is hardly ever reached. */
const SHARE = 0.75;
const SOON_MINUTES = 1;
/** Between two readings further apart a run may have begun or ended at any time: it is not measured. */
const MOST_GAP_MINUTES = 2;

/**
 * Times each run from its first reading with tasks to the first with none, both as late as the poll. One during which jobs waited is not
 * measured: its runner may have taken the next job at once. A new runner that is busy at first sight took its job since the last reading.
 * Mutates both, and goes before this reading's counts are noted in them.
 */
export function timeRun(fleet: FleetMemory, known: RunnerMemory, runner: Runner, { settings, waiting, now }: Observed): void {
  const { busy, missing, tasks: before, firstSeen } = known;
  const tasks = tasksOf(runner);
  delete known.busy;
  const isClose = fleet.work !== undefined && now - fleet.work.at <= MOST_GAP_MINUTES * settings.durations.minute;
  if (!isClose || missing !== undefined || tasks === undefined) return;
  if (tasks > 0) {
    const begun = busy ?? (before === 0 || firstSeen >= now ? { since: now } : undefined);
    put(known, 'busy', begun && waiting > 0 ? { ...begun, queued: true } : begun);
  } else if (busy !== undefined && busy.queued !== true) {
    fleet.runTimes = [...(fleet.runTimes ?? []), now - busy.since].slice(-MOST_SAMPLES);
  }
}

/**
 * Busy runners that will be free within a minute, by the pool's own runs: of those that lasted longer than this runner's so far, three of
 * four were over by then. Where runs are of any length nobody is ever so; one that outlasts its like is so no more, and a VM is ordered. 0 where
 * a runner takes several tasks: when one of them ends is not seen.
 */
export function freeingOf(
  { scaleOutStrategy, durations: { minute } }: PoolSettings,
  { runTimes = [] }: Pick<FleetMemory, 'runTimes'>,
  members: readonly Member[],
  tasksPerRunner: number,
  now: number,
): number {
  if (scaleOutStrategy !== 'demand' || tasksPerRunner > 1 || runTimes.length < FEWEST_LONGER) return 0;
  return members.filter(({ state, runner, runnerMemory }) => {
    if (state !== 'active' || runner?.connected !== true || runnerMemory?.busy === undefined) return false;
    const lasted = now - runnerMemory.busy.since;
    const longer = runTimes.filter((took) => took > lasted);
    const over = longer.filter((took) => took <= lasted + SOON_MINUTES * minute);
    return longer.length >= FEWEST_LONGER && over.length >= SHARE * longer.length;
  }).length;
}
