import { Cron } from 'croner';
import type { Schedule } from '../settings/settings';

type Set = Schedule['sets'];

export interface InForce<K extends keyof Set> {
  readonly value: NonNullable<Set[K]>;
  readonly schedule: Schedule;
}

/**
 * The schedule that sets `key` at `now`: of those that fired and are not over yet the one that fired last, and of two that fired at once
 * the one that stands later in the list. One without an end lasts until another that sets the same fires.
 */
export function inForce<K extends keyof Set>(schedules: readonly Schedule[], key: K, now: number): InForce<K> | undefined {
  let found: InForce<K> | undefined;
  let firedAt = -Infinity;
  for (const schedule of schedules) {
    const value = schedule.sets[key];
    const fired = value === undefined ? undefined : lastFiring(schedule, now);
    if (value === undefined || fired === undefined || fired < firedAt) continue;
    if (schedule.forMs !== undefined && now - fired >= schedule.forMs) continue;
    firedAt = fired;
    found = { value, schedule };
  }
  return found;
}

interface Span {
  readonly cron: Cron;
  from: number;
  until: number;
}

/** Between two firings the answer is the same: what was computed for one tick serves those after it. */
const spans = new Map<string, Span>();

/**
 * When a schedule last fired, `now` included (epoch ms). A time that the clocks skip counts as the moment of the change; one that comes
 * twice counts once, the first time.
 */
export function lastFiring({ cron, timeZone }: Schedule, now: number): number | undefined {
  const key = `${timeZone} ${cron}`;
  const known = spans.get(key);
  if (known !== undefined && now >= known.from && now < known.until) return known.from === -Infinity ? undefined : known.from;
  const job = known?.cron ?? new Cron(cron, { timezone: timeZone, paused: true });
  const from = job.previousRuns(1, new Date(now + 1))[0]?.getTime();
  const until = job.nextRun(new Date(now))?.getTime() ?? Infinity;
  spans.set(key, { cron: job, from: from ?? -Infinity, until });
  return from;
}
