import { expect, test } from 'vitest';
import { tryRules, type PlainRule } from '../../src/forecast/model';

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
