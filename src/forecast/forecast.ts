import { z } from 'zod';
import { parameters } from './parameters';
import { FOLLOW_MINUTES } from './profile';

/** What the app keeps of a pool's past to advise by: small, made anew each day. */

const trial = z.object({ waitMinutes: z.number(), waitP95Seconds: z.number(), vmMinutes: z.number(), jobs: z.number() });

const forecast = z.object({
  schema: z.literal(1),
  /** Epoch ms. */
  learnedAt: z.number(),
  /** The last day that it knows of, in whole days since 1970. */
  through: z.int().min(0).max(100_000),
  /** How many days taught it. */
  days: z.int().min(0).max(1_000),
  jobsPerDay: z.number().min(0),
  /** Jobs to expect per hour of the week: `rates[weekday * 24 + hour]`, Sunday is 0, hours UTC. */
  rates: z.array(z.number().min(0).max(1_000_000)).length(168),
  /** The share (0 to 1) of jobs that another followed within 1, 2, 3, 5, … minutes. */
  follow: z.array(z.number().min(0).max(1)).length(FOLLOW_MINUTES.length),
  parameters,
  /** The past under the settings alone, and with the forecast: each day judged by what the other days taught. */
  plain: trial.optional(),
  chosen: trial.optional(),
  /** The settings that it was chosen for. */
  settingsVersion: z.string().max(64),
});

export type Forecast = z.infer<typeof forecast>;

/** Undefined for anything that is not this schema: the plain rule holds until it was learned anew. */
export function parseForecast(text: string): Forecast | undefined {
  try {
    const parsed = forecast.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
