import { adviceOf, type ForecastAdvice } from '../../forecast/advice';
import type { Forecast } from '../../forecast/forecast';
import { forecastOf } from '../../forecast/learn';
import { dayOf, daysOfJobs, DAY_SECONDS, type PastDay } from '../../forecast/past';
import { LEAST_DAYS, ratesOf } from '../../forecast/profile';
import type { PoolSettings } from '../../settings/settings';
import type { Part, PartName } from './tasks';

const DAY_MS = DAY_SECONDS * 1_000;
/** As long as a tick remembers arrivals. */
const RECENT_MS = 150 * 60_000;
/** The app learns anew each day; here, where a month is to take a second, each week. */
const LEARN_DAYS = 7;

/** What a forecast would have said at a moment of a part of the past. Undefined where FORECAST is not `on`. */
export function foresightOf(settings: PoolSettings, part: Part, name: PartName): ((now: number) => ForecastAdvice | undefined) | undefined {
  if (settings.forecast !== 'on') return undefined;
  const arrivals = [...part.past, ...part.jobs].map(({ arrivalSeconds }) => part.startAt + arrivalSeconds * 1_000);
  const forecastAt = LEARNING[name](settings, part);
  return (now) => adviceOf(forecastAt(now), now, recent(arrivals, now));
}

type Learning = (settings: PoolSettings, part: Part) => (now: number) => Forecast | undefined;

const LEARNING: Readonly<Record<PartName, Learning>> = {
  /** As the app would have: at any time what had been learned by then. */
  all: (settings, part) => {
    const days = wholeDays(part.jobs, part.startAt, part.startAt + part.seconds * 1_000);
    const learned = new Map<number, Forecast>();
    return (now) => {
      const known = days.filter(({ day }) => day < dayOf(now)).length;
      const count = known - (known % LEARN_DAYS);
      if (count < LEAST_DAYS) return undefined;
      const forecast = learned.get(count) ?? forecastOf({ schema: 1, through: 0, days: days.slice(0, count) }, settings, now);
      learned.set(count, forecast);
      return forecast;
    };
  },
  /** Chosen on this part as its settings are; each day by the hours that the other days taught, or it would only remember. */
  learn: (settings, part) => {
    const days = wholeDays(part.jobs, part.startAt, part.startAt + part.seconds * 1_000);
    const forecast = forecastOf({ schema: 1, through: 0, days }, settings, part.startAt);
    const byDay = new Map(days.map(({ day }) => [day, { ...forecast, rates: ratesOf(days, day) }]));
    return (now) => byDay.get(dayOf(now)) ?? forecast;
  },
  /** Learned from what came before, and from nothing of what it is judged by. */
  judge: (settings, part) => {
    const first = part.past[0]?.arrivalSeconds ?? 0;
    const from = Math.floor((part.startAt + first * 1_000) / DAY_MS) * DAY_MS;
    const days = wholeDays(part.past, part.startAt, part.startAt, from);
    const forecast = forecastOf({ schema: 1, through: 0, days }, settings, part.startAt);
    return () => forecast;
  },
};

/** Of jobs counted from `zero`: the days from the first midnight on to the last that end by `end` (epoch ms). */
function wholeDays(jobs: Part['jobs'], zero: number, end: number, from: number = Math.ceil(zero / DAY_MS) * DAY_MS): PastDay[] {
  const moved = jobs.map((job) => ({ ...job, arrivalSeconds: job.arrivalSeconds - (from - zero) / 1_000 }));
  return daysOfJobs(moved, dayOf(from), Math.max(0, Math.floor((end - from) / DAY_MS)));
}

/** Arrivals are in order: the first that still counts is found by halving. */
function recent(arrivals: readonly number[], now: number): readonly number[] {
  const after = (time: number): number => {
    let [low, high] = [0, arrivals.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((arrivals[middle] ?? Infinity) > time) high = middle;
      else low = middle + 1;
    }
    return low;
  };
  return arrivals.slice(after(now - RECENT_MS), after(now));
}
