import type { Bucket } from '../data/answers';
import type { Range } from './range';

/** Buckets as the columns that charts are drawn from; all of one length. `x` in epoch seconds, as the chart library takes it. */
export interface Columns {
  readonly x: readonly number[];
  readonly waiting: Column;
  readonly busy: Column;
  readonly idle: Column;
  readonly booting: Column;
  readonly draining: Column;
  readonly instances: Column;
  readonly capacity: Column;
  readonly unserved: Column;
  /** Times in which ticks were held. */
  readonly held: readonly Range[];
}

export type Column = readonly (number | null)[];

export type ColumnName = Exclude<keyof Columns, 'x' | 'held'>;

const EMPTY: Omit<Bucket, 'at'> = {
  ...{ demand: null, waiting: null, idle: null, busy: null, booting: null, draining: null, instances: null, capacity: null },
  ...{ unservedSeconds: null, held: false, scaleOuts: 0, scaleIns: 0 },
};

/**
 * Steps are drawn from each point to the next one, so each run of buckets is closed by a point at its end; after it, and where buckets are
 * missing, is nothing.
 */
export function columnsOf(buckets: readonly Bucket[], resolutionSeconds: number): Columns {
  const step = resolutionSeconds * 1000;
  const points: Bucket[] = [];
  buckets.forEach((bucket, index) => {
    points.push(bucket);
    const next = buckets[index + 1];
    const end = bucket.at + step;
    if (next === undefined) points.push({ ...bucket, at: end });
    else if (next.at - bucket.at > 1.5 * step) points.push({ ...bucket, at: end - 1 }, { ...EMPTY, at: end });
  });
  const column = (of: (bucket: Bucket) => number | null): Column => points.map(of);
  return {
    x: points.map(({ at }) => at / 1000),
    waiting: column((bucket) => bucket.waiting ?? bucket.demand),
    busy: column(({ busy }) => busy),
    idle: column(({ idle }) => idle),
    booting: column(({ booting }) => booting),
    draining: column(({ draining }) => draining),
    instances: column(({ instances }) => instances),
    capacity: column(({ capacity }) => capacity),
    unserved: column(({ unservedSeconds }) => unservedSeconds),
    held: heldRanges(buckets, step),
  };
}

function heldRanges(buckets: readonly Bucket[], step: number): readonly Range[] {
  const ranges: { from: number; to: number }[] = [];
  for (const { at, held } of buckets) {
    if (!held) continue;
    const last = ranges.at(-1);
    if (last !== undefined && at <= last.to) last.to = at + step;
    else ranges.push({ from: at, to: at + step });
  }
  return ranges;
}

/** Each column added to those below it. A point with nothing read in any of them stays empty. */
export function stacked(columns: readonly Column[]): readonly Column[] {
  let below: Column = columns[0]?.map(() => null) ?? [];
  return columns.map((column) => {
    below = column.map((value, index) => {
      const under = below[index] ?? null;
      return value === null ? under : value + (under ?? 0);
    });
    return below;
  });
}

/** The end of a value axis: the next round number, at least `least`, so that a quiet chart does not magnify a single job. */
export function topOfCounts(highest: number, least: number): number {
  if (highest <= least) return least;
  const power = 10 ** Math.floor(Math.log10(highest));
  const factor = [1, 1.2, 1.6, 2, 2.4, 3, 4, 6, 8, 10].find((each) => each * power >= highest) ?? 10;
  // Even, so that its half is a whole number too.
  return Math.ceil((factor * power) / 2) * 2;
}

const MINUTE = 60;
const HOUR = 3_600;
const ROUND_TIMES = [1, 2, 4, 6, 10, 20, 30, 40, 60, 80].map((minutes) => minutes * MINUTE);

/** The same for seconds: round as times are. */
export function topOfSeconds(highest: number, least: number): number {
  if (highest <= least) return least;
  return ROUND_TIMES.find((each) => each >= highest) ?? Math.ceil(highest / (2 * HOUR)) * 2 * HOUR;
}

/** VM-hours of the buckets: those that were listed, each for the time of its bucket. */
export function vmHours(buckets: readonly Bucket[], resolutionSeconds: number): number {
  return buckets.reduce((sum, { instances }) => sum + (instances ?? 0), 0) * (resolutionSeconds / 3_600);
}

/** At most `most` buckets, each with the highest numbers of those it stands for. */
export function coarser(buckets: readonly Bucket[], most: number): readonly Bucket[] {
  const size = Math.max(1, Math.ceil(buckets.length / most));
  const groups: Bucket[] = [];
  for (let start = 0; start < buckets.length; start += size) {
    const [first, ...rest] = buckets.slice(start, start + size);
    if (first !== undefined) groups.push(rest.reduce(higher, first));
  }
  return groups;
}

const highest = (a: number | null, b: number | null): number | null => (a === null ? b : b === null ? a : Math.max(a, b));

const higher = (a: Bucket, b: Bucket): Bucket => ({
  at: a.at,
  demand: highest(a.demand, b.demand),
  waiting: highest(a.waiting, b.waiting),
  idle: highest(a.idle, b.idle),
  busy: highest(a.busy, b.busy),
  booting: highest(a.booting, b.booting),
  draining: highest(a.draining, b.draining),
  instances: highest(a.instances, b.instances),
  capacity: highest(a.capacity, b.capacity),
  unservedSeconds: highest(a.unservedSeconds, b.unservedSeconds),
  held: a.held || b.held,
  scaleOuts: a.scaleOuts + b.scaleOuts,
  scaleIns: a.scaleIns + b.scaleIns,
});

/** "now 3, at most 12 at 14:05": what a chart shows, for those who do not see it. */
export function spoken(
  name: string,
  column: Column,
  x: readonly number[],
  say: (value: number) => string,
  at: (ms: number) => string,
): string {
  let top = -1;
  let last: number | null = null;
  column.forEach((value, index) => {
    if (value === null) return;
    last = value;
    if (top === -1 || value > (column[top] ?? 0)) top = index;
  });
  if (last === null || top === -1) return `${name}: nothing recorded`;
  return `${name}: last ${say(last)}, at most ${say(column[top] ?? 0)} at ${at((x[top] ?? 0) * 1000)}`;
}
