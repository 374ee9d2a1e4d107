import { tryRules, type PastJob, type Trial } from './model';
import type { Parameters } from './parameters';
import { DAY_SECONDS, weekdayOf, type PastDay } from './past';
import type { PlainRule } from './plainRule';
import { LEAST_DAYS, ratesOf } from './profile';

/** What the user states: the price of waiting, or the wait to keep below. */
export interface Aim {
  /** VM-minutes that one minute of waiting is worth. */
  readonly waitMinuteWorth: number;
  /** Seconds; where it is set the worth has no say. */
  readonly targetWaitP95: number | undefined;
}

export interface Choice {
  readonly parameters: Parameters;
  /** The past under the plain rule, and under the chosen ones, each day judged by what the other days taught. */
  readonly plain: Trial;
  readonly chosen: Trial;
}

/** The newest of them: enough weeks to learn from, and a bound on the time that a choice takes. */
const MOST_DAYS = 35;
const MOST_JOBS = 3_000;
/**
 * A choice tries hundreds of rules, and nothing else runs in the process meanwhile: a week of 34,000 jobs a day held the app up for minutes
 * (simulation seed 43003). The few runners that a rule keeps are nothing to such a pool.
 */
const MOST_JOBS_A_DAY = 5_000;
/** Less than this is chance. */
const LEAST_GAIN = 0.01;
const ROUNDS = 4;

const pairs = <A, B, T>(as: readonly A[], bs: readonly B[], make: (a: A, b: B) => T): T[] => as.flatMap((a) => bs.map((b) => make(a, b)));

const OPTIONS: { readonly [Key in keyof Required<Parameters>]: readonly (Parameters[Key] | undefined)[] } = {
  keep: [undefined, ...pairs([1, 2, 3, 4, 6, 10], [3, 5, 8, 12, 16, 20, 30], (from, minutes) => ({ from, minutes }))],
  burst: [undefined, ...pairs([2, 3, 4], [3, 5, 8, 12], (jobs, minutes) => ({ jobs, minutes }))],
  ready: [
    undefined,
    ...pairs([1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 18, 24], [15, 30, 60, 120], (from, within) => ({ from, within, runners: 1 })),
    ...pairs([1, 4, 8, 14], [2, 3], (from, runners) => ({ from, within: 60, runners })),
  ],
  extra: [undefined, { from: 2 }, { from: 4 }, { from: 6 }, { from: 10 }],
};
/** The most that is ever chosen: idle runners kept ready, and minutes that the newest is kept. */
export const MOST_READY = Math.max(...OPTIONS.ready.map((option) => option?.runners ?? 0));
export const MOST_KEEP_MINUTES = Math.max(...[...OPTIONS.keep, ...OPTIONS.burst].map((option) => option?.minutes ?? 0));
const RULES = Object.keys(OPTIONS) as (keyof Parameters)[];
/** A climb from one side alone stops at the nearest hill. */
const STARTS: readonly Parameters[] = [{}, { ready: { from: 4, within: 60, runners: 1 } }];

/** Undefined under a week of past. Deterministic; about a second of computing for 3,000 jobs, one or two for a day of 5,000. */
export function choose(days: readonly PastDay[], plain: PlainRule, aim: Aim): Choice | undefined {
  if (days.length < LEAST_DAYS) return undefined;
  const kept = days.slice(-MOST_DAYS);
  const used = latest(kept);
  const jobs = jobsOf(used);
  const { rateAt, rates } = crossRates(used.length < LEAST_DAYS ? kept : used);
  const tried = new Map<string, Trial>();
  const trial = (rules: Parameters): Trial => {
    const told = toldApart(rules, rates);
    const key = JSON.stringify(told);
    const known = tried.get(key) ?? tryRules(jobs, plain, told, rateAt);
    tried.set(key, known);
    return known;
  };
  const none = trial({});
  const cost = costOf(aim, none);
  const isPointless = jobs.length === 0 || jobs.length > MOST_JOBS_A_DAY || (aim.targetWaitP95 === undefined && aim.waitMinuteWorth === 0);
  if (isPointless) return { parameters: {}, plain: none, chosen: none };
  const found =
    STARTS.map((start) => climb(start, (rules) => cost(trial(rules)))).toSorted((a, b) => cost(trial(a)) - cost(trial(b)))[0] ?? {};
  const least = aim.targetWaitP95 === undefined ? cost(none) * (1 - LEAST_GAIN) : cost(none);
  const best = cost(trial(found)) < least ? found : {};
  return { parameters: best, plain: none, chosen: trial(best) };
}

/** By worth: VM-minutes and waiting in one sum. By target: the fewest VM-minutes that reach it; until it is reached, the wait itself. */
function costOf({ waitMinuteWorth, targetWaitP95 }: Aim, none: Trial): (trial: Trial) => number {
  if (targetWaitP95 === undefined) return ({ vmMinutes, waitMinutes }) => vmMinutes + waitMinuteWorth * waitMinutes;
  return ({ vmMinutes, waitP95Seconds, waitMinutes }) => {
    const beyond = Math.max(0, waitP95Seconds - targetWaitP95);
    // Not reached yet: the percentile hardly moves before many a wait is gone, so the mean leads the way to it.
    return beyond === 0 ? vmMinutes : 1_000 * none.vmMinutes + 1_000 * (beyond + waitMinutes);
  };
}

/** One rule at a time, each option of it, until no single change is better. */
function climb(start: Parameters, cost: (rules: Parameters) => number): Parameters {
  let best = start;
  let least = cost(start);
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = least;
    for (const rule of RULES) {
      for (const option of OPTIONS[rule]) {
        const rules: Parameters = { ...best, [rule]: option };
        // Off is absent: the same rules have one form.
        if (option === undefined) delete rules[rule];
        const found = cost(rules);
        if (found < least) [best, least] = [rules, found];
      }
    }
    if (least === before) break;
  }
  return best;
}

/** What rules are tried on: the newest days up to {@link MOST_JOBS}, of a busy pool perhaps one alone. */
function latest(days: readonly PastDay[]): readonly PastDay[] {
  let [count, from] = [0, days.length];
  while (from > 0 && (from === days.length || count + (days[from - 1]?.arrivals.length ?? 0) <= MOST_JOBS)) {
    from -= 1;
    count += days[from]?.arrivals.length ?? 0;
  }
  return days.slice(from);
}

const jobsOf = (days: readonly PastDay[]): PastJob[] =>
  days.flatMap(({ day, arrivals, jobSeconds }) => arrivals.map((second) => ({ at: day * DAY_SECONDS + second, seconds: jobSeconds })));

interface Rates {
  readonly rateAt: (second: number) => number;
  /** All that `rateAt` can answer, the least first. */
  readonly rates: readonly number[];
}

/** Each day sees what the others taught: rules that only remember would look better than they are. */
function crossRates(days: readonly PastDay[]): Rates {
  const byDay = new Map(days.map(({ day }) => [day, ratesOf(days, day)]));
  const all = ratesOf(days);
  const rateAt = (second: number): number => {
    const day = Math.floor(second / DAY_SECONDS);
    const hour = Math.floor((second % DAY_SECONDS) / 3_600);
    return (byDay.get(day) ?? all)[weekdayOf(day) * 24 + hour] ?? 0;
  };
  return { rateAt, rates: [...new Set([0, ...all, ...[...byDay.values()].flat()])].toSorted((a, b) => a - b) };
}

/** Rules whose threshold parts this past's hours in the same way are one, and one that no hour reaches is off: a quiet pool has few to try. */
function toldApart(rules: Parameters, rates: readonly number[]): Parameters {
  const told: Parameters = { ...rules };
  for (const name of ['keep', 'ready', 'extra'] as const) {
    const rule = rules[name];
    const from = rule && rates.find((rate) => rate >= rule.from);
    if (from === undefined) delete told[name];
    else Object.assign(told, { [name]: { ...rule, from } });
  }
  return told;
}
