import type { HttpRequest } from '@azure/functions';
import { RequestError } from './answer';

/** The queries of the history routes. What is not understood is refused with the text that says what is: nothing is guessed. */

const DAY = 86_400_000;
export const MOST_RANGE_DAYS = 35;
export const MOST_BUCKETS = 1_500;
const AIMED_BUCKETS = 300;
/** Seconds; each divides a day, so that buckets lie alike on every day. */
const RESOLUTIONS = [10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 21_600, 43_200, 86_400];

export interface Range {
  /** Epoch ms; `to` itself is not within. */
  readonly from: number;
  readonly to: number;
}

const bad = (text: string): RequestError => new RequestError(400, 'bad-query', text);

/** Refuses parameters that the route does not know: a misspelt `form=` would otherwise answer for the wrong time. */
export function only(request: HttpRequest, names: readonly string[]): void {
  for (const name of request.query.keys())
    if (!names.includes(name) && name !== 'code') throw bad(`?${name.slice(0, 40)}= is unknown here; known are: ${names.join(', ')}.`);
}

/** `?from=&to=`: the last 24 hours where nothing is said. */
export function rangeOf(request: HttpRequest, now: number): Range {
  const to = Math.min(timeOf(request, 'to') ?? now, now);
  const from = timeOf(request, 'from') ?? to - DAY;
  if (from >= to) throw bad('?from= must lie before ?to= and before now.');
  if (to - from > MOST_RANGE_DAYS * DAY)
    throw bad(`?from= and ?to= are more than ${String(MOST_RANGE_DAYS)} days apart; ask for less at a time.`);
  return { from, to };
}

function timeOf(request: HttpRequest, name: string): number | undefined {
  const given = request.query.get(name);
  if (given === null) return undefined;
  const at = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:?\d\d))?$/.test(given) ? Date.parse(given) : NaN;
  if (Number.isNaN(at))
    throw bad(`?${name}= takes a day or a time with its zone, such as 2026-01-31 or 2026-01-31T08:00:00Z, not "${given.slice(0, 40)}".`);
  return at;
}

/** Seconds of a bucket: the finest that makes at most {@link AIMED_BUCKETS}, or the one that was asked for. */
export function resolutionOf(request: HttpRequest, { from, to }: Range): number {
  const seconds = (to - from) / 1_000;
  const given = request.query.get('resolution');
  if (given === null) return RESOLUTIONS.find((each) => seconds / each <= AIMED_BUCKETS) ?? 86_400;
  const asked = Number(given);
  if (!RESOLUTIONS.includes(asked)) throw bad(`?resolution= takes seconds: ${RESOLUTIONS.join(', ')}; not "${given.slice(0, 40)}".`);
  if (seconds / asked > MOST_BUCKETS)
    throw bad(`?resolution=${given} makes more than ${String(MOST_BUCKETS)} buckets of this time; ask for a coarser one or for less time.`);
  return asked;
}

export function limitOf(request: HttpRequest, fallback: number, most: number): number {
  const given = request.query.get('limit');
  if (given === null) return fallback;
  const limit = Number(given);
  if (!/^\d+$/.test(given) || limit < 1 || limit > most)
    throw bad(`?limit= takes a whole number from 1 to ${String(most)}, not "${given.slice(0, 40)}".`);
  return limit;
}

/** The `next` of the page before, as it was given. */
export function cursorOf(request: HttpRequest, shape: RegExp): string | undefined {
  const given = request.query.get('cursor');
  if (given === null) return undefined;
  if (!shape.test(given)) throw bad('?cursor= takes the "next" of the page before, as it was given.');
  return given;
}
