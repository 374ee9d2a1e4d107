import { z } from 'zod';

/** What a pool did, day by day: enough to try rules on it, small enough to keep for weeks. */

export const MOST_DAYS = 56;
/** Of one day; a pool with more is busy enough that single arrivals tell nothing new. */
export const MOST_ARRIVALS = 2_000;
export const DAY_SECONDS = 86_400;

const pastDay = z.object({
  /** Whole days since 1970, UTC. */
  day: z.int().min(0).max(100_000),
  /** Seconds of the day at which jobs came, in order. */
  arrivals: z.array(z.number().min(0).max(DAY_SECONDS)).max(MOST_ARRIVALS),
  /** How long a job ran, on the average. */
  jobSeconds: z.number().min(0).max(DAY_SECONDS),
});

const past = z.object({
  schema: z.literal(1),
  /** The last day that was looked at, whether or not its ledger told enough. */
  through: z.int().min(0).max(100_000),
  /** In order of time, each once. */
  days: z.array(pastDay).max(MOST_DAYS),
});

export type PastDay = z.infer<typeof pastDay>;
export type Past = z.infer<typeof past>;

export const dayOf = (at: number): number => Math.floor(at / 1_000 / DAY_SECONDS);
/** 0 is Sunday. */
export const weekdayOf = (day: number): number => (day + 4) % 7;

/** Undefined for anything that is not this schema: it is learned anew from the ledger. */
export function parsePast(text: string): Past | undefined {
  try {
    const parsed = past.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

/** With one more day looked at; `found` is undefined where its ledger told too little. */
export function withDay(known: Past | undefined, day: number, found: PastDay | undefined): Past {
  const others = (known?.days ?? []).filter((each) => each.day !== day);
  const days = [...others, ...(found === undefined ? [] : [found])].toSorted((a, b) => a.day - b.day).slice(-MOST_DAYS);
  return { schema: 1, through: Math.max(known?.through ?? 0, day), days };
}

/** Jobs of a trace, in seconds since `startDay`, as whole days: where the trace begins or ends within a day, that day is left out. */
export function daysOfJobs(
  jobs: readonly { readonly arrivalSeconds: number; readonly durationSeconds: number }[],
  startDay: number,
  wholeDays: number,
): PastDay[] {
  return Array.from({ length: wholeDays }, (_, index) => {
    const from = index * DAY_SECONDS;
    const own = jobs.filter(({ arrivalSeconds }) => arrivalSeconds >= from && arrivalSeconds < from + DAY_SECONDS);
    const ran = own.reduce((sum, { durationSeconds }) => sum + durationSeconds, 0);
    return {
      day: startDay + index,
      arrivals: own.map(({ arrivalSeconds }) => arrivalSeconds - from).slice(0, MOST_ARRIVALS),
      jobSeconds: own.length === 0 ? 0 : Math.min(DAY_SECONDS, ran / own.length),
    };
  });
}
