import { BLOBS } from '../names';
import { readLedger } from '../observe/ledger/read';
import type { StateStore } from '../ports/stateStore';
import type { PoolSettings } from '../settings/settings';
import { choose } from './choose';
import { parseForecast, type Forecast } from './forecast';
import { dayFromLedger } from './fromLedger';
import { dayOf, parsePast, withDay, DAY_SECONDS, type Past } from './past';
import { plainRuleOf } from './plainRule';
import { followOf, jobsPerDay, ratesOf } from './profile';

/** The ledger is kept for so long by default. */
const MOST_BEHIND_DAYS = 35;
/** Days without a ledger that are passed over in one run; one that has a ledger is read alone. */
const MOST_EMPTY_DAYS = 5;

export type Learning =
  | { readonly kind: 'up-to-date' }
  /** Looked at one day; more are to come. */
  | { readonly kind: 'day'; readonly day: string; readonly jobs: number | undefined }
  | { readonly kind: 'chosen'; readonly forecast: Forecast };

/** Per store, the day and the settings up to which a pool is known to be learned: so that a quiet run asks for nothing. */
const known = new WeakMap<StateStore, Map<string, string>>();

/**
 * One small piece of learning, for the keeper: reads the ledger of one day at a time up to yesterday, and then chooses the rules for the
 * settings that stand. May be called each minute and run twice: what it writes depends on the ledger alone. Throws {@link ServiceError}.
 */
export async function learnSome(store: StateStore, settings: PoolSettings, now: number): Promise<Learning> {
  const marks = known.get(store) ?? new Map<string, string>();
  known.set(store, marks);
  const yesterday = dayOf(now) - 1;
  const mark = `${yesterday} ${settings.version}`;
  if (marks.get(settings.pool) === mark) return { kind: 'up-to-date' };
  // A process that has just begun: what stands may be chosen for this day and these settings already.
  const standing = parseForecast((await store.read(BLOBS.forecast(settings.pool)))?.text ?? '');
  if (standing?.through === yesterday && standing.settingsVersion === settings.version) {
    marks.set(settings.pool, mark);
    return { kind: 'up-to-date' };
  }
  const blob = await store.read(BLOBS.past(settings.pool));
  const past = blob === undefined ? undefined : parsePast(blob.text);
  const from = Math.max((past?.through ?? 0) + 1, yesterday - MOST_BEHIND_DAYS + 1);
  if (from <= yesterday) return learnDays(store, settings.pool, past, from, yesterday);
  const forecast = forecastOf(past, settings, now);
  await store.write(BLOBS.forecast(settings.pool), JSON.stringify(forecast));
  marks.set(settings.pool, mark);
  return { kind: 'chosen', forecast };
}

async function learnDays(store: StateStore, pool: string, past: Past | undefined, from: number, to: number): Promise<Learning> {
  const last = Math.min(to, from + MOST_EMPTY_DAYS - 1);
  let known = past;
  for (let day = from; day <= last; day += 1) {
    const ledger = await store.read(BLOBS.ledger(pool, day * DAY_SECONDS * 1_000));
    const found = ledger === undefined ? undefined : dayFromLedger(readLedger([ledger.text]).ticks, day);
    known = withDay(known, day, found);
    if (ledger !== undefined || day === last) {
      await store.write(BLOBS.past(pool), JSON.stringify(known));
      return { kind: 'day', day: new Date(day * DAY_SECONDS * 1_000).toISOString().slice(0, 10), jobs: found?.arrivals.length };
    }
  }
  return { kind: 'up-to-date' };
}

/** Pure: the same past and settings choose the same rules. */
export function forecastOf(past: Past | undefined, settings: PoolSettings, now: number): Forecast {
  const days = past?.days ?? [];
  const choice = choose(days, plainRuleOf(settings), settings);
  return {
    schema: 1,
    learnedAt: now,
    through: past?.through ?? 0,
    days: days.length,
    jobsPerDay: jobsPerDay(days),
    rates: ratesOf(days),
    follow: followOf(days),
    parameters: choice?.parameters ?? {},
    ...(choice === undefined ? {} : { plain: choice.plain, chosen: choice.chosen }),
    settingsVersion: settings.version,
  };
}

/** For the log. */
export function briefly(learned: Learning): Record<string, unknown> {
  if (learned.kind !== 'chosen') return learned;
  const { learnedAt, days, jobsPerDay: jobs, parameters, plain, chosen } = learned.forecast;
  return { kind: learned.kind, learnedAt, days, jobsPerDay: jobs, parameters, plain, chosen };
}
