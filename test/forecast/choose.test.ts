import { expect, test } from 'vitest';
import { choose } from '../../src/forecast/choose';
import type { PlainRule } from '../../src/forecast/plainRule';
import { officeDays } from '../support/builders/past';

const PLAIN: PlainRule = {
  ...{ poll: 60, confirm: 60, minRunners: 0, minIdle: 0, idleFor: 0, keepNewest: 0, extra: 0, maxRunners: Infinity },
};
const worth = (waitMinuteWorth: number) => ({ waitMinuteWorth, targetWaitP95: undefined });
const target = (targetWaitP95: number) => ({ waitMinuteWorth: 0, targetWaitP95 });

test('under a week nothing is chosen', () => {
  expect(choose(officeDays(6), PLAIN, worth(5))).toBeUndefined();
  expect(choose(officeDays(7), PLAIN, worth(5))).toBeDefined();
});

test('where waiting is worth nothing, nothing is kept warm', () => {
  expect(choose(officeDays(14), PLAIN, worth(0))?.parameters).toEqual({});
});

test('work every five minutes at office hours keeps a runner for it, by worth', () => {
  const choice = choose(officeDays(14), PLAIN, worth(5));
  expect(choice?.parameters).not.toEqual({});
  const { plain, chosen } = choice ?? {};
  expect(chosen?.waitMinutes).toBeLessThan(0.2 * (plain?.waitMinutes ?? 0));
  expect((chosen?.vmMinutes ?? 0) + 5 * (chosen?.waitMinutes ?? 0)).toBeLessThan((plain?.vmMinutes ?? 0) + 5 * (plain?.waitMinutes ?? 0));
});

test('more worth never waits longer, on the past that it was chosen for', () => {
  const days = officeDays(14, 1_000);
  const waits = [1, 5, 20, 100].map((each) => choose(days, PLAIN, worth(each))?.chosen.waitMinutes ?? Infinity);
  expect(waits).toEqual(waits.toSorted((a, b) => b - a));
});

test('a target is reached with no more VMs than it takes', () => {
  const days = officeDays(14, 700);
  const reached = choose(days, PLAIN, target(100));
  expect(reached?.chosen.waitP95Seconds).toBeLessThanOrEqual(100);
  expect(choose(days, PLAIN, target(10_000))?.parameters).toEqual({});
});

test('two jobs a day at any hour are not worth a warm runner', () => {
  const days = officeDays(14).map((each, index) => ({
    ...each,
    arrivals: [(index * 7_919) % 40_000, 40_000 + ((index * 104_729) % 40_000)].toSorted((a, b) => a - b),
  }));
  expect(choose(days, PLAIN, worth(5))?.parameters).toEqual({});
});

test('the same past chooses the same', () => {
  expect(choose(officeDays(14, 777), PLAIN, worth(5))).toEqual(choose(officeDays(14, 777), PLAIN, worth(5)));
});

/** So many jobs between eight and six. */
const busyDays = (perDay: number): ReturnType<typeof officeDays> =>
  officeDays(8).map((each) => ({
    ...each,
    arrivals: Array.from({ length: perDay }, (_, at) => 28_800 + Math.floor((at * 36_000) / perDay)),
  }));

test('a busy pool is tried on its newest days alone, by what the others taught', () => {
  const choice = choose(busyDays(1_400), PLAIN, worth(5));
  expect(choice?.plain.jobs).toBe(2 * 1_400);
  expect(choice?.parameters).not.toEqual({});
  expect(choose(busyDays(4_000), PLAIN, worth(5))?.plain.jobs).toBe(4_000);
});

test('where one day has more than 5,000 jobs no rules are tried: it would hold the app up for minutes', () => {
  const choice = choose(busyDays(5_001), PLAIN, worth(5));
  expect(choice).toMatchObject({ parameters: {}, plain: { jobs: 5_001 } });
  expect(choice?.chosen).toBe(choice?.plain);
});
