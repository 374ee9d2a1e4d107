import { expect, test } from 'vitest';
import { followOf, ratesOf, rateAt } from '../../src/forecast/profile';
import { MONDAY, officeDays } from '../support/builders/past';

const hourAt = (day: number, hour: number): number => day * 86_400_000 + hour * 3_600_000;

test('an hour of a working day that always brings twelve jobs is expected to, a night and a weekend are not', () => {
  const rates = ratesOf(officeDays(14));
  expect(rateAt(rates, hourAt(MONDAY, 12))).toBeCloseTo(12);
  expect(rateAt(rates, hourAt(MONDAY, 3))).toBe(0);
  expect(rateAt(rates, hourAt(MONDAY + 5, 12))).toBe(0);
});

test('the hour before work begins feels the next one, so that the edge is no cliff', () => {
  // A quarter of twelve with the weight of two days, beside its own zero of six days ago.
  const rates = ratesOf(officeDays(7));
  expect(rateAt(rates, hourAt(MONDAY, 8))).toBeCloseTo((2 * 3) / (2 + 0.5 ** (6 / 28)));
});

test('a weekday that was never seen is taken for its like', () => {
  const withoutFriday = officeDays(14).filter(({ day }) => (day - MONDAY) % 7 !== 4);
  expect(rateAt(ratesOf(withoutFriday), hourAt(MONDAY + 4, 12))).toBeCloseTo(12);
});

test('a day left out has no say in what it is judged by', () => {
  const days = officeDays(14).map((each) => ({ ...each, arrivals: each.day === MONDAY + 1 ? each.arrivals : [] }));
  expect(rateAt(ratesOf(days), hourAt(MONDAY + 1, 12))).toBeGreaterThan(3);
  expect(ratesOf(days, MONDAY + 1)).toEqual(new Array(168).fill(0));
});

test('what is new counts more than what is old', () => {
  const grown = officeDays(28).map((each) => (each.day < MONDAY + 14 ? { ...each, arrivals: [] } : each));
  const shrunk = officeDays(28).map((each) => (each.day < MONDAY + 14 ? each : { ...each, arrivals: [] }));
  expect(rateAt(ratesOf(grown), hourAt(MONDAY, 12))).toBeGreaterThan(rateAt(ratesOf(shrunk), hourAt(MONDAY, 12)));
});

test('how often one job follows another is counted over the gaps', () => {
  const days = [{ day: MONDAY, arrivals: [0, 30, 150, 1_000], jobSeconds: 1 }];
  // Gaps of 30, 120 and 850 seconds; within 1, 2, 3, 5, 8, 12, 20, 30, 60 minutes.
  expect(followOf(days).map((share) => Math.round(share * 3))).toEqual([1, 2, 2, 2, 2, 2, 3, 3, 3]);
  expect(followOf([])).toEqual(new Array(9).fill(0));
});
