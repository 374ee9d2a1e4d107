import { describe, expect, test } from 'vitest';
import { lastFiring } from '../../src/decide/schedules';
import { targetsOf } from '../../src/decide/targets';
import type { Schedule } from '../../src/settings/settings';
import { settingsOf } from '../support/ticker';
import { aPool, growthOf, ids } from '../support/builders/pool';

const at = (text: string): number => Date.parse(text);
const schedule = (cron: string, timeZone: string): Schedule => ({ cron, timeZone, forMs: undefined, sets: {} });

describe('a schedule fires by the clock on the wall, also where the clocks change', () => {
  test.each([
    // Berlin, 30 March 2025: 02:00 becomes 03:00. 26 October 2025: 03:00 becomes 02:00.
    ['0 8 * * *', 'Europe/Berlin', '2025-03-29T07:00:00Z', 'the last morning of winter'],
    ['0 8 * * *', 'Europe/Berlin', '2025-03-30T06:00:00Z', 'the first morning of summer'],
    ['0 8 * * *', 'Europe/Berlin', '2025-10-25T06:00:00Z', 'the last morning of summer'],
    ['0 8 * * *', 'Europe/Berlin', '2025-10-26T07:00:00Z', 'the first morning of winter'],
    ['30 2 * * *', 'Europe/Berlin', '2025-03-30T01:00:00Z', 'a time that is skipped: the moment of the change'],
    ['30 2 * * *', 'Europe/Berlin', '2025-10-26T00:30:00Z', 'a time that comes twice: the first'],
    // New York, 9 March 2025: 02:00 becomes 03:00. 2 November 2025: 02:00 becomes 01:00.
    ['0 8 * * *', 'America/New_York', '2025-03-08T13:00:00Z', 'the last morning of winter'],
    ['0 8 * * *', 'America/New_York', '2025-03-09T12:00:00Z', 'the first morning of summer'],
    ['0 8 * * *', 'America/New_York', '2025-11-01T12:00:00Z', 'the last morning of summer'],
    ['0 8 * * *', 'America/New_York', '2025-11-02T13:00:00Z', 'the first morning of winter'],
    ['30 2 * * *', 'America/New_York', '2025-03-09T07:00:00Z', 'a time that is skipped: the moment of the change'],
    ['30 1 * * *', 'America/New_York', '2025-11-02T05:30:00Z', 'a time that comes twice: the first'],
    ['0 8 * * *', 'UTC', '2025-03-30T08:00:00Z', 'UTC knows no change'],
  ])('%s in %s: %s, %s', (cron, timeZone, fires) => {
    const one = schedule(cron, timeZone);
    const moment = at(fires);
    expect(lastFiring(one, moment)).toBe(moment);
    expect(lastFiring(one, moment + 1)).toBe(moment);
    expect(lastFiring(one, moment - 1)).toBeLessThan(moment - 22 * 3_600_000);
    // An hour on: the second 01:30 or 02:30 of an autumn night is no firing of its own.
    expect(lastFiring(one, moment + 3_600_000)).toBe(moment);
  });

  test('the answer does not depend on what was asked before', () => {
    const one = schedule('0 8 * * 1-5', 'Europe/Berlin');
    const times = ['2025-04-07T05:59:59Z', '2025-04-07T06:00:00Z', '2025-04-04T06:00:00Z', '2025-04-07T05:59:59Z'].map(at);
    const friday = at('2025-04-04T06:00:00Z');
    expect(times.map((time) => lastFiring(one, time))).toEqual([friday, at('2025-04-07T06:00:00Z'), friday, friday]);
  });
});

const settings = (schedules: readonly unknown[]): ReturnType<typeof settingsOf> =>
  settingsOf({ MIN_RUNNERS: '1', SCHEDULES: JSON.stringify(schedules) });
const leastAt = (schedules: readonly unknown[], time: string): number => targetsOf(settings(schedules), undefined, at(time)).minRunners;

describe('the schedule in force', () => {
  const office = [
    { cron: '0 8 * * 1-5', MIN_RUNNERS: 5 },
    { cron: '0 18 * * 1-5', MIN_RUNNERS: 0 },
  ];

  test.each([
    ['2025-04-07T07:59:59Z', 0],
    ['2025-04-07T08:00:00Z', 5],
    ['2025-04-07T17:59:59Z', 5],
    ['2025-04-07T18:00:00Z', 0],
    ['2025-04-06T12:00:00Z', 0],
  ])('without an end it lasts until another of the same fires: %s', (time, least) => {
    expect(leastAt(office, time)).toBe(least);
  });

  test.each([
    ['2025-04-07T11:59:59Z', 5],
    ['2025-04-07T12:00:00Z', 9],
    ['2025-04-07T12:59:59Z', 9],
    ['2025-04-07T13:00:00Z', 5],
  ])('with forMinutes it ends by itself, and what it covered is back: %s', (time, least) => {
    expect(leastAt([...office, { cron: '0 12 * * *', forMinutes: 60, MIN_RUNNERS: 9 }], time)).toBe(least);
  });

  test('of two that fire at once the later in the list counts', () => {
    const twins = [5, 7].map((MIN_RUNNERS) => ({ cron: '0 8 * * *', MIN_RUNNERS }));
    expect(leastAt(twins, '2025-04-07T08:00:00Z')).toBe(7);
    expect(leastAt(twins.toReversed(), '2025-04-07T08:00:00Z')).toBe(5);
  });

  test('each value has its own, and each says so in a sentence', () => {
    const mixed = [
      { cron: '0 8 * * *', timeZone: 'Europe/Berlin', MIN_RUNNERS: 4, SCALE_IN_IDLE_MINUTES: 20 },
      { cron: '0 9 * * *', forMinutes: 30, MIN_IDLE_RUNNERS: 2 },
    ];
    expect(targetsOf(settings(mixed), undefined, at('2025-04-07T09:15:00Z'))).toMatchObject({
      minRunners: 4,
      minIdle: 2,
      idleFor: 1_200_000,
      because: [
        'MIN_RUNNERS is 4 by the schedule "0 8 * * *" (Europe/Berlin).',
        'MIN_IDLE_RUNNERS is 2 by the schedule "0 9 * * *" (UTC).',
        'SCALE_IN_IDLE_MINUTES is 20 by the schedule "0 8 * * *" (Europe/Berlin).',
      ],
    });
  });

  test('the rules follow it: a higher MIN_RUNNERS orders', () => {
    // The builder's clock starts on Monday, 7 April 2025, at 06:00 UTC.
    const env = { SCHEDULES: JSON.stringify([{ cron: '2 6 * * *', forMinutes: 20, MIN_RUNNERS: 3 }]), SCALE_IN_COOLDOWN_DURATION: '5' };
    const pool = aPool(env).runners(ids(1), { runningTasks: 1 });
    expect(growthOf(pool.tick(() => ({ answer: 'late' })).plan)).toBeUndefined();
    const { plan } = pool.wait(2).tick();
    expect(plan.decision.reason).toBe('1 runner counts, below MIN_RUNNERS 3: ordering 2 instances, capacity 1 to 3.');
    expect(plan.asked).toEqual(['MIN_RUNNERS is 3 by the schedule "2 6 * * *" (UTC).']);
  });
});

describe('a forecast only raises', () => {
  const advice = { minIdle: 2, idleMinutes: 30, keepNewestIdle: 1, extra: 1, because: ['It says so.'] };
  test.each([
    [{}, { minIdle: 2, idleFor: 300_000, kept: { newest: 1, idleFor: 1_800_000 }, extra: 1 }],
    [
      { MIN_IDLE_RUNNERS: '3', SCALE_IN_IDLE_MINUTES: '45', KEEP_NEWEST_IDLE: '4', SCALE_OUT_EXTRA: '2' },
      { minIdle: 3, idleFor: 2_700_000, keepNewestIdle: 4, kept: { newest: 1, idleFor: 1_800_000 }, extra: 2 },
    ],
  ])('%j', (env, targets) => {
    const plain = settingsOf({ MIN_RUNNERS: '1', ...env });
    expect(targetsOf(plain, advice, 0)).toMatchObject({ ...targets, minRunners: 1, because: ['It says so.'] });
    expect(targetsOf(plain, undefined, 0).because).toEqual([]);
  });
});
