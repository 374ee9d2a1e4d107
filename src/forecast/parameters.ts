import { z } from 'zod';

/** The rules of a forecast, each one sentence; absent: that rule is off. */
export const parameters = z.object({
  /** In hours that usually bring so many jobs the newest idle runner is kept so long. */
  keep: z.object({ from: z.number().positive(), minutes: z.number().min(0).max(240) }).optional(),
  /** After so many jobs within a quarter of an hour it is kept so long, at any time. */
  burst: z.object({ jobs: z.int().min(1).max(100), minutes: z.number().min(0).max(240) }).optional(),
  /** In hours that usually bring so many jobs, and while work came within so many minutes, so many idle runners are always ready. */
  ready: z.object({ from: z.number().positive(), within: z.number().positive().max(1440), runners: z.int().min(1).max(10) }).optional(),
  /** In hours that usually bring so many jobs one more than the queue is ordered while jobs wait. */
  extra: z.object({ from: z.number().positive() }).optional(),
});

export type Parameters = z.infer<typeof parameters>;

export const BURST_MINUTES = 15;

/** What came lately: minutes since the last job (Infinity: none known), and jobs within the last quarter of an hour. */
export interface Recent {
  readonly sinceMinutes: number;
  readonly jobs: number;
}

export interface Numbers {
  readonly minIdle: number;
  /** The newest idle runner is kept so long; 0: no longer than the plain rule says. */
  readonly keepMinutes: number;
  readonly extra: number;
}

/** What the rules ask for in an hour that usually brings `rate` jobs. The trial of rules on the past and the app ask this same function. */
export function numbersOf({ keep, burst, ready, extra }: Parameters, rate: number, recent: Recent): Numbers {
  const kept = keep !== undefined && rate >= keep.from ? keep.minutes : 0;
  const inBurst = burst !== undefined && recent.jobs >= burst.jobs ? burst.minutes : 0;
  return {
    minIdle: ready !== undefined && rate >= ready.from && recent.sinceMinutes <= ready.within ? ready.runners : 0,
    keepMinutes: Math.max(kept, inBurst),
    extra: extra !== undefined && rate >= extra.from ? 1 : 0,
  };
}

export function recentOf(arrivals: readonly number[], now: number): Recent {
  const before = arrivals.filter((at) => at <= now);
  const last = before.at(-1);
  return {
    sinceMinutes: last === undefined ? Infinity : (now - last) / 60_000,
    jobs: before.filter((at) => at > now - BURST_MINUTES * 60_000).length,
  };
}
