import type { Forecast } from './forecast';
import { numbersOf, recentOf, BURST_MINUTES, type Parameters } from './parameters';
import { FOLLOW_MINUTES, LEAST_DAYS, rateAt } from './profile';

/** What the pool's own past advises for this moment. It may only raise what the plain rule asks for. */
export interface ForecastAdvice {
  /** Idle runners to keep beside demand. */
  readonly minIdle: number;
  /** Minutes that the newest idle runners are kept; undefined: no advice. */
  readonly idleMinutes: number | undefined;
  /** So many newest of the idle ones are kept for that time; undefined: no advice. */
  readonly keepNewestIdle: number | undefined;
  /** Runners ordered beyond the queue while jobs wait. */
  readonly extra: number;
  /** One sentence each. */
  readonly because: readonly string[];
}

/** Pure. Undefined where nothing is advised: under a week of past, or in an hour for which no rule speaks. `arrivals` in epoch ms, in order. */
export function adviceOf(forecast: Forecast | undefined, now: number, arrivals: readonly number[]): ForecastAdvice | undefined {
  if (forecast === undefined || forecast.days < LEAST_DAYS) return undefined;
  const rate = rateAt(forecast.rates, now);
  const recent = recentOf(arrivals, now);
  const { minIdle, keepMinutes, extra } = numbersOf(forecast.parameters, rate, recent);
  if (minIdle === 0 && keepMinutes === 0 && extra === 0) return undefined;
  return {
    minIdle,
    idleMinutes: keepMinutes === 0 ? undefined : keepMinutes,
    keepNewestIdle: keepMinutes === 0 ? undefined : 1,
    extra,
    because: sentences(forecast, { rate, now, minIdle, keepMinutes, extra }),
  };
}

interface Moment {
  readonly rate: number;
  readonly now: number;
  readonly minIdle: number;
  readonly keepMinutes: number;
  readonly extra: number;
}

function sentences(forecast: Forecast, { rate, now, minIdle, keepMinutes, extra }: Moment): readonly string[] {
  const { keep, burst, ready }: Parameters = forecast.parameters;
  const hour = `${hourOf(now)} usually bring ${told(rate)} jobs`;
  const said: string[] = [];
  if (minIdle > 0 && ready !== undefined) {
    const runners = minIdle === 1 ? 'one idle runner is' : `${minIdle} idle runners are`;
    said.push(`${hour}, and work came within ${minutes(ready.within)}: ${runners} always ready.`);
  }
  if (keepMinutes > 0) {
    const isUsual = keep !== undefined && rate >= keep.from && keep.minutes === keepMinutes;
    const cause = isUsual ? hour : `${burst?.jobs ?? 0} jobs came within ${BURST_MINUTES} minutes${followed(forecast, keepMinutes)}`;
    said.push(`${cause}: the newest idle runner is kept for ${minutes(keepMinutes)}.`);
  }
  if (extra > 0) said.push(`${hour}: while jobs wait, one runner more than the queue is ordered.`);
  return said;
}

const DAYS = ['Sundays', 'Mondays', 'Tuesdays', 'Wednesdays', 'Thursdays', 'Fridays', 'Saturdays'] as const;

function hourOf(now: number): string {
  const date = new Date(now);
  const hour = date.getUTCHours();
  const clock = (value: number): string => `${String(value % 24).padStart(2, '0')}:00`;
  return `${DAYS[date.getUTCDay()] ?? ''} from ${clock(hour)} to ${clock(hour + 1)} UTC`;
}

const told = (rate: number): string => String(rate < 10 ? Number(rate.toFixed(1)) : Math.round(rate));
const minutes = (count: number): string => `${count} ${count === 1 ? 'minute' : 'minutes'}`;

function followed({ follow }: Forecast, within: number): string {
  const at = FOLLOW_MINUTES.findIndex((each) => each >= within);
  const share = follow[at];
  return share === undefined
    ? ''
    : `, and of 100 jobs ${Math.round(share * 100)} are followed by another within ${minutes(FOLLOW_MINUTES[at] ?? within)}`;
}
