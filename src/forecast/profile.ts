import { DAY_SECONDS, weekdayOf, type PastDay } from './past';

/** The jobs that each hour of the week usually brings, and how often one job is followed by another. */

/** A week of four weeks ago counts half of the last one's: so the table follows a trend. */
const HALF_LIFE_DAYS = 28;
/** With so many days' weight the same hour of similar days (working days, weekends) speaks beside the weekday's own. */
const SIMILAR_WEIGHT = 2;
/** Under a week nothing is known of some day of it. */
export const LEAST_DAYS = 7;

export const FOLLOW_MINUTES = [1, 2, 3, 5, 8, 12, 20, 30, 60] as const;

const isWeekend = (weekday: number): boolean => weekday === 0 || weekday === 6;
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

interface Sums {
  weight: number;
  readonly hours: number[];
}
const noSums = (): Sums => ({ weight: 0, hours: new Array<number>(24).fill(0) });

/** Jobs to expect per hour: `rates[weekday * 24 + hour]`, Sunday is 0, hours UTC. `leftOut` (a day) has no say: to judge what the others taught. */
export function ratesOf(days: readonly PastDay[], leftOut?: number): number[] {
  const latest = days.at(-1)?.day ?? 0;
  const byWeekday = Array.from({ length: 7 }, noSums);
  const similar = [noSums(), noSums()];
  for (const { day, arrivals } of days) {
    if (day === leftOut) continue;
    const weekday = weekdayOf(day);
    const weight = 0.5 ** ((latest - day) / HALF_LIFE_DAYS);
    for (const sums of [byWeekday[weekday], similar[Number(isWeekend(weekday))]]) {
      if (sums === undefined) continue;
      sums.weight += weight;
      for (const second of arrivals) {
        const hour = Math.min(23, Math.floor(second / 3_600));
        sums.hours[hour] = (sums.hours[hour] ?? 0) + weight;
      }
    }
  }
  return byWeekday.flatMap((own, weekday) => {
    const others = similar[Number(isWeekend(weekday))] ?? noSums();
    const usual = (hour: number): number => (others.weight === 0 ? 0 : (others.hours[(hour + 24) % 24] ?? 0) / others.weight);
    return own.hours.map((count, hour) => {
      // The neighbouring hours of similar days, so that an edge of the working day is no cliff.
      const smooth = (usual(hour - 1) + 2 * usual(hour) + usual(hour + 1)) / 4;
      return (count + SIMILAR_WEIGHT * smooth) / (own.weight + SIMILAR_WEIGHT);
    });
  });
}

export const rateAt = (rates: readonly number[], at: number): number => {
  const date = new Date(at);
  return rates[date.getUTCDay() * 24 + date.getUTCHours()] ?? 0;
};

/** Of all jobs, the share (0 to 1) that another one followed within FOLLOW_MINUTES[i]. */
export function followOf(days: readonly PastDay[]): number[] {
  const times = days.flatMap(({ day, arrivals }) => arrivals.map((second) => day * DAY_SECONDS + second));
  const gaps = times.slice(1).map((time, index) => time - (times[index] ?? time));
  return FOLLOW_MINUTES.map((minutes) => (gaps.length === 0 ? 0 : gaps.filter((gap) => gap <= minutes * 60).length / gaps.length));
}

export const jobsPerDay = (days: readonly PastDay[]): number =>
  days.length === 0 ? 0 : sum(days.map((each) => each.arrivals.length)) / days.length;
