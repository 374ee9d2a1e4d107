import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { targetsOf } from '../../src/decide/targets';
import { adviceOf } from '../../src/forecast/advice';
import type { Parameters } from '../../src/forecast/parameters';
import { aForecast } from '../support/builders/past';
import { settingsOf } from '../support/ticker';

const NOON = Date.UTC(2025, 3, 7, 12);
const minutesAgo = (...minutes: number[]): number[] => minutes.map((minute) => NOON - minute * 60_000);

describe('each rule in one sentence, with a boundary on each side', () => {
  const KEEP = { keep: { from: 6, minutes: 20 } };
  const BURST = { burst: { jobs: 3, minutes: 8 } };
  const READY = { ready: { from: 6, within: 60, runners: 1 } };
  const HOUR = 'Mondays from 12:00 to 13:00 UTC usually bring 6 jobs';
  test.each<[Parameters, number, number[], object | undefined, string]>([
    [KEEP, 6, [], { idleMinutes: 20, keepNewestIdle: 1, minIdle: 0, extra: 0 }, `${HOUR}: the newest idle runner is kept for 20 minutes.`],
    [KEEP, 5.9, [], undefined, ''],
    [READY, 6, [60], { minIdle: 1 }, `${HOUR}, and work came within 60 minutes: one idle runner is always ready.`],
    [READY, 6, [61], undefined, ''],
    [READY, 5.9, [1], undefined, ''],
    [{ extra: { from: 6 } }, 6, [], { extra: 1 }, `${HOUR}: while jobs wait, one runner more than the queue is ordered.`],
    [{ extra: { from: 6 } }, 5.9, [], undefined, ''],
    [
      BURST,
      0,
      [14, 5, 1],
      { idleMinutes: 8 },
      '3 jobs came within 15 minutes, and of 100 jobs 40 are followed by another within 8 minutes: the newest idle runner is kept for 8 minutes.',
    ],
    [BURST, 0, [15, 5, 1], undefined, ''],
  ])('%j at %d jobs an hour, the last ones %j minutes ago', (parameters, jobs, ago, expected, sentence) => {
    const advice = adviceOf(aForecast(parameters, jobs), NOON, minutesAgo(...ago));
    if (expected === undefined) expect(advice).toBeUndefined();
    else expect(advice).toMatchObject({ ...expected, because: [sentence] });
  });
});

test('what came after this moment has no say', () => {
  expect(adviceOf(aForecast({ ready: { from: 6, within: 60, runners: 1 } }), NOON, [NOON + 1])).toBeUndefined();
});

test('with nothing learned, or under a week of it, the plain rule holds', () => {
  const keep = { keep: { from: 1, minutes: 20 } };
  expect(adviceOf(undefined, NOON, [])).toBeUndefined();
  expect(adviceOf(aForecast(keep, 6, { days: 6 }), NOON, [])).toBeUndefined();
  expect(adviceOf(aForecast(keep, 6, { days: 7 }), NOON, [])).toBeDefined();
});

test('advice never lowers what settings and schedules ask for', () => {
  const count = fc.integer({ min: 0, max: 5 });
  const rules = fc.record(
    {
      keep: fc.record({ from: fc.constant(1), minutes: count }),
      burst: fc.record({ jobs: fc.integer({ min: 1, max: 3 }), minutes: count }),
      ready: fc.record({ from: fc.constant(1), within: fc.constant(60), runners: fc.integer({ min: 1, max: 3 }) }),
      extra: fc.record({ from: fc.constant(1) }),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(rules, fc.array(fc.integer({ min: 0, max: 90 })), count, count, count, (parameters, ago, minIdle, extra, idle) => {
      const env = { MIN_IDLE_RUNNERS: String(minIdle), SCALE_OUT_EXTRA: String(extra), SCALE_IN_IDLE_MINUTES: String(idle) };
      const settings = settingsOf(env);
      const advice = adviceOf(aForecast(parameters), NOON, minutesAgo(...ago.toSorted((a, b) => b - a)));
      const [plain, raised] = [targetsOf(settings, undefined, NOON), targetsOf(settings, advice, NOON)];
      expect(raised.minRunners).toBe(plain.minRunners);
      expect(raised.minIdle).toBeGreaterThanOrEqual(plain.minIdle);
      expect(raised.extra).toBeGreaterThanOrEqual(plain.extra);
      expect([raised.idleFor, raised.keepNewestIdle]).toEqual([plain.idleFor, plain.keepNewestIdle]);
    }),
  );
});
