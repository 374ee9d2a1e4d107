import type { Forecast } from '../../../src/forecast/forecast';
import type { Parameters } from '../../../src/forecast/parameters';
import { dayOf, type PastDay } from '../../../src/forecast/past';
import { FOLLOW_MINUTES } from '../../../src/forecast/profile';

/** A Monday. */
export const MONDAY = dayOf(Date.UTC(2025, 3, 7));

/** So many days from that Monday on; on working days a job every `gap` seconds from 9 to 17, each running four minutes. */
export function officeDays(count: number, gap = 300): PastDay[] {
  return Array.from({ length: count }, (_, index) => ({
    day: MONDAY + index,
    arrivals: index % 7 >= 5 ? [] : Array.from({ length: Math.floor((8 * 3_600) / gap) }, (_unused, job) => 9 * 3_600 + job * gap),
    jobSeconds: 240,
  }));
}

/** Learned from two weeks; `jobs` an hour at any time. */
export const aForecast = (parameters: Parameters, jobs = 6, fields: Partial<Forecast> = {}): Forecast => ({
  ...{ schema: 1, learnedAt: 0, through: MONDAY, days: 14, jobsPerDay: 100, settingsVersion: 'v', parameters },
  rates: new Array<number>(168).fill(jobs),
  follow: FOLLOW_MINUTES.map((_, index) => index / 10),
  ...fields,
});
