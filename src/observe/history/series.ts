import type { BriefTick } from '../ledger/days';

/** One stretch of time; times are epoch ms. What no line tells is null. */
export interface SeriesBucket {
  readonly at: number;
  readonly demand: number | null;
  readonly waiting: number | null;
  readonly active: number | null;
  readonly idle: number | null;
  readonly busy: number | null;
  readonly booting: number | null;
  readonly draining: number | null;
  readonly instances: number | null;
  readonly capacity: number | null;
  readonly unservedSeconds: number | null;
  readonly held: number;
  readonly scaleOuts: number;
  readonly scaleIns: number;
}

/** A line tells how it stands until the next one, which comes within five minutes while the loop ticks. */
const LASTS_MS = 15 * 60_000;

type Counts = NonNullable<BriefTick['line']['counts']>;

/**
 * Buckets from `from` to `to`, which both lie on the grid of `resolution` (ms). `ticks` are in the order of time and begin early enough to tell
 * how it stood at `from`.
 */
export function seriesOf(ticks: readonly BriefTick[], from: number, to: number, resolution: number): readonly SeriesBucket[] {
  const buckets: SeriesBucket[] = [];
  let next = 0;
  let last: BriefTick | undefined;
  for (let at = from; at < to; at += resolution) {
    const end = at + resolution;
    const within: BriefTick[] = [];
    for (let tick = ticks[next]; tick !== undefined && tick.line.at < end; tick = ticks[++next]) {
      if (tick.line.at >= at) within.push(tick);
      // A held tick saw nothing: how it stood before goes on.
      if (tick.line.counts !== undefined) last = tick;
    }
    const stands = last !== undefined && end - last.line.at <= Math.max(LASTS_MS, resolution) ? last : undefined;
    buckets.push(bucketOf(at, within, stands));
  }
  return buckets;
}

function bucketOf(at: number, within: readonly BriefTick[], stands: BriefTick | undefined): SeriesBucket {
  const counts = stands?.line.counts;
  const seen = within.flatMap(({ line }) => (line.counts === undefined ? [] : [line.counts]));
  const most = (of: (counts: Counts) => number | undefined): number | null => {
    const values = [...(counts === undefined ? [] : [counts]), ...seen].flatMap((each) => of(each) ?? []);
    return values.length === 0 ? null : Math.max(...values);
  };
  const unserved = within.flatMap(({ line }) => line.unservedSeconds ?? []);
  const sum = (of: (tick: BriefTick) => number): number => within.reduce((all, tick) => all + of(tick), 0);
  return {
    at,
    demand: most(({ demand, deducted }) => (demand === undefined ? undefined : demand - deducted)),
    waiting: most(({ demand }) => demand),
    active: counts?.active ?? null,
    idle: counts?.idle ?? null,
    busy: counts?.busy ?? null,
    booting: counts?.booting ?? null,
    draining: counts?.draining ?? null,
    instances: counts?.instances ?? null,
    capacity: counts?.capacity ?? null,
    unservedSeconds: unserved.length > 0 ? Math.max(...unserved) : (stands?.line.unservedSeconds ?? null),
    held: sum(({ line }) => (line.held ? 1 : 0)),
    scaleOuts: sum(({ done }) => done.filter(({ act, answer }) => act.kind === 'setCapacity' && answer === 'done').length),
    scaleIns: sum(scaleInsOf),
  };
}

/** Runners whose drain rule 3 began: recorded and started. */
function scaleInsOf({ line, done }: BriefTick): number {
  if (!done.some(({ act }) => act.kind === 'startScaleIn')) return 0;
  return line.decision.acts.filter((act) => act.kind === 'drain' && act.rule?.startsWith('scale-in/') === true).length;
}
