import fc from 'fast-check';
import { expect, test } from 'vitest';
import { tryRules } from '../../src/forecast/model';
import type { PlainRule } from '../../src/forecast/plainRule';

const PLAIN: PlainRule = {
  ...{ poll: 60, confirm: 60, minRunners: 0, minIdle: 0, idleFor: 0, keepNewest: 0, extra: 0, maxRunners: Infinity },
};
const never = (): number => 0;
const always = (): number => 10;
const at = (...seconds: number[]): { at: number; seconds: number }[] => seconds.map((second) => ({ at: second, seconds: 100 }));

test('one job: ordered at the next poll, ready 150 s later, deleted after a poll, the confirming time and 35 s', () => {
  const trial = tryRules(at(3_700), PLAIN, {}, never);
  // Ordered at 3720, starts at 3870, free at 3980 with the stopping tail, drained from 4020 on, gone at 4115.
  expect(trial).toEqual({ waitMinutes: 170 / 60, waitP95Seconds: 170, vmMinutes: (4_115 - 3_720) / 60, jobs: 1 });
});

test('a second job five minutes after the first has ended boots anew, or finds the newest idle runner that the rule keeps', () => {
  const jobs = at(3_700, 4_300);
  expect(tryRules(jobs, PLAIN, {}, never).waitMinutes * 60).toBe(170 + 170);
  expect(tryRules(jobs, PLAIN, { keep: { from: 5, minutes: 8 } }, always).waitMinutes * 60).toBe(170);
  expect(tryRules(jobs, PLAIN, { keep: { from: 5, minutes: 8 } }, never).waitMinutes * 60).toBe(340);
  expect(tryRules(jobs, PLAIN, { keep: { from: 5, minutes: 3 } }, always).waitMinutes * 60).toBe(340);
});

test('a drain that is not over is given back to the next job at the next poll', () => {
  // Free at 3980, drained from 4020; the job comes at 4030 and starts with the poll of 4080.
  expect(tryRules(at(3_700, 4_030), PLAIN, {}, never).waitMinutes * 60).toBe(170 + 50);
});

test('one is always ready: from the first poll on another one boots beside the job', () => {
  const ready = { ready: { from: 5, within: 60, runners: 1 } };
  const jobs = at(3_700, 3_900, 5_000);
  expect(tryRules(jobs, PLAIN, ready, always).waitMinutes * 60).toBe(170);
  expect(tryRules(jobs, PLAIN, ready, always).vmMinutes).toBeGreaterThan(tryRules(jobs, PLAIN, {}, never).vmMinutes);
});

test('one more than the queue is there for the job that comes while the first still boots', () => {
  const jobs = at(3_700, 3_880);
  expect(tryRules(jobs, PLAIN, {}, never).waitMinutes * 60).toBeGreaterThan(170 + 90);
  expect(tryRules(jobs, PLAIN, { extra: { from: 5 } }, always).waitMinutes * 60).toBe(170);
});

test('MAX_RUNNERS bounds it, and MIN_RUNNERS are never drained', () => {
  const jobs = at(3_700, 3_701, 3_702);
  expect(tryRules(jobs, { ...PLAIN, maxRunners: 1 }, {}, never).waitMinutes * 60).toBeCloseTo(170 + 279 + 388);
  const kept = tryRules(at(3_700), { ...PLAIN, minRunners: 1 }, {}, never);
  expect(kept.vmMinutes).toBeGreaterThan(55);
});

test('no job costs nothing', () => {
  expect(tryRules([], PLAIN, { ready: { from: 1, within: 60, runners: 1 } }, always)).toEqual({
    ...{ waitMinutes: 0, waitP95Seconds: 0, vmMinutes: 0, jobs: 0 },
  });
});

const seconds = (max: number): fc.Arbitrary<number> => fc.oneof(fc.integer({ min: 0, max }), fc.double({ min: 0, max, noNaN: true }));
const sometimes = <T>(rule: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(rule, { nil: undefined });
const from = fc.constantFrom(1, 3);
const minutes = fc.integer({ min: 0, max: 30 });

test('ticks that can do nothing are passed over without any difference to the result', () => {
  const past = fc.array(fc.record({ gap: fc.oneof(seconds(30), seconds(4_000)), seconds: seconds(2_000) }), { maxLength: 40 });
  const plain = fc.record({
    poll: fc.integer({ min: 1, max: 120 }),
    confirm: fc.constantFrom(0, 60, 65, 180),
    minRunners: fc.integer({ min: 0, max: 3 }),
    minIdle: fc.integer({ min: 0, max: 2 }),
    idleFor: fc.constantFrom(0, 37, 60, 300, 900),
    keepNewest: fc.constantFrom(0, 1, 2, Infinity),
    extra: fc.integer({ min: 0, max: 2 }),
    maxRunners: fc.constantFrom(1, 2, 3, 5, Infinity),
  });
  const rules = fc.record({
    keep: sometimes(fc.record({ from, minutes })),
    burst: sometimes(fc.record({ jobs: fc.integer({ min: 1, max: 4 }), minutes })),
    ready: sometimes(fc.record({ from, within: fc.constantFrom(1, 15, 60), runners: fc.integer({ min: 1, max: 3 }) })),
    extra: sometimes(fc.record({ from })),
  });
  const rates = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 5, maxLength: 5 });
  fc.assert(
    fc.property(past, plain, rules, rates, (gaps, plainRule, drawn, byHour) => {
      let at = 3_600;
      const jobs = gaps.map((job) => ({ at: (at += job.gap), seconds: job.seconds }));
      const rateAt = (second: number): number => byHour[Math.floor(second / 3_600) % byHour.length] ?? 0;
      expect(tryRules(jobs, plainRule, drawn, rateAt)).toEqual(tryRules(jobs, plainRule, drawn, rateAt, 'all'));
    }),
    { numRuns: 500, seed: 5 },
  );
});

test('an hour that begins while nothing is there brings its ready runner, when the last VM went in the tick before too', () => {
  // Poll 6, no confirming: the second job's VM is drained at 7188 and gone at the tick of 7194, the last of its hour.
  const jobs = [
    { at: 6_930, seconds: 90 },
    { at: 13_000, seconds: 10 },
  ];
  const plain = { ...PLAIN, poll: 6, confirm: 0 };
  const ready = { ready: { from: 1, within: 60, runners: 1 } };
  const rateAt = (second: number): number => (Math.floor(second / 3_600) === 2 ? 1 : 0);
  expect(tryRules(jobs, plain, ready, rateAt).vmMinutes).toBeGreaterThan(tryRules(jobs, plain, {}, rateAt).vmMinutes + 50);
});
