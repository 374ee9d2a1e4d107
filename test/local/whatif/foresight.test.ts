import { describe, expect, test } from 'vitest';
import type { TraceJob } from '../../../src/local/traces';
import { foresightOf } from '../../../src/local/whatif/foresight';
import { partsOf } from '../../../src/local/whatif/past';
import { settingsOf } from '../../../src/local/whatif/settings';
import { runTask } from '../../../src/local/whatif/tasks';
import { FLEET_MODEL } from '../../../src/local/whatif/fleetModel';
import { DAY_SECONDS } from '../../../src/forecast/past';
import { MONDAY, officeDays } from '../../support/builders/past';

const KEEP_NOTHING = { MIN_RUNNERS: '0', SCALE_OUT_STRATEGY: 'demand', SCALE_IN_STRATEGY: 'surplus', SCALE_IN_IDLE_MINUTES: '0' };
const MIDNIGHT = MONDAY * 86_400_000;
const office = (days: number): TraceJob[] =>
  officeDays(days, 600).flatMap(({ day, arrivals }) =>
    arrivals.map((second) => ({ arrivalSeconds: (day - MONDAY) * DAY_SECONDS + second, durationSeconds: 240 })),
  );
const parts = partsOf(office(28), MIDNIGHT, 28 * DAY_SECONDS);
const noonOf = (day: number): number => MIDNIGHT + day * 86_400_000 + 12 * 3_600_000;

describe('what a forecast would have said', () => {
  const on = settingsOf({ ...KEEP_NOTHING, FORECAST: 'on' });

  test('nothing under FORECAST=off', () => {
    expect(foresightOf(settingsOf(KEEP_NOTHING), parts.judge, 'judge')).toBeUndefined();
  });

  test('over the whole past, nothing before a week is learned', () => {
    const says = foresightOf(on, parts.all, 'all');
    expect(says?.(noonOf(4))).toBeUndefined();
    expect(says?.(noonOf(7))).toBeDefined();
  });

  test('over the part that is held back, what came before it taught it from its first day on', () => {
    const says = foresightOf(on, parts.judge, 'judge');
    expect(says?.(noonOf(14))).toBeDefined();
    expect(says?.(noonOf(19))).toBeUndefined();
  });

  test('of what comes it knows nothing: other jobs in the second half, the same advice until they come', () => {
    const changed = { ...parts.judge, jobs: parts.judge.jobs.filter(({ arrivalSeconds }) => arrivalSeconds < 13 * 3_600) };
    const [says, other] = [foresightOf(on, parts.judge, 'judge'), foresightOf(on, changed, 'judge')];
    for (let minute = 0; minute < 12 * 60; minute += 7)
      expect(other?.(noonOf(14) - minute * 60_000)).toEqual(says?.(noonOf(14) - minute * 60_000));
  });
});

test('with the app’s own decisions it waits less at less cost by its own measure, on days that it has not seen', () => {
  const past = { parts, fleet: FLEET_MODEL, seed: 1, runs: 1 };
  const cost = (env: Readonly<Record<string, string>>): number => {
    const { vmHours, waitSeconds, jobs } = runTask(past, { settings: { ...KEEP_NOTHING, ...env }, part: 'judge' });
    return vmHours * 60 + (5 * waitSeconds.mean * jobs) / 60;
  };
  expect(cost({ FORECAST: 'on' })).toBeLessThan(0.9 * cost({}));
  expect(cost({ FORECAST: 'on', WAIT_MINUTE_WORTH: '0' })).toBe(cost({}));
});
