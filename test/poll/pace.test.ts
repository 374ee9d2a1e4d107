import { describe, expect, test } from 'vitest';
import { aPool, ids, MINUTE, type PoolBuilder } from '../support/builders/pool';

const busy = { runningTasks: 1 };
const late = () => ({ answer: 'late' }) as const;
const seconds = (pool: PoolBuilder): number => (pool.look().nextAt - pool.now) / 1_000;
/** Read once, a minute ago. */
const standing = (env: Record<string, string>, fill: (pool: PoolBuilder) => PoolBuilder): PoolBuilder => {
  const pool = fill(aPool(env));
  pool.tick(late);
  return pool.wait(1);
};
const working = (env: Record<string, string> = {}, count = 1): PoolBuilder => standing(env, (pool) => pool.runners(ids(count), busy));

describe('the next look comes after POLL_INTERVAL_SECONDS, and after POLL_MIN_SECONDS while', () => {
  test.each<[string, (pool: PoolBuilder) => PoolBuilder, number]>([
    ['nothing moves', (pool) => pool, 60],
    ['a job waits unserved', (pool) => pool.queued(1), 10],
    ['a job waits that an idle runner takes', (pool) => pool.queued(1).editRunner('0', { runningTasks: 0 }), 60],
    ['a VM boots', (pool) => pool.vms(['new'], { createdAt: pool.now }), 10],
    ['a VM boots no more', (pool) => pool.vms(['new'], { createdAt: pool.now - 16 * MINUTE }), 60],
  ])('%s', (_, change, next) => {
    expect(seconds(change(working()))).toBe(next);
  });

  test('an order is not answered by a VM yet', () => {
    const pool = working().queued(3);
    pool.tick();
    pool.queued(0).wait(1);
    expect(pool.look().counts?.booting).toBe(1);
    expect(seconds(pool)).toBe(10);
  });

  test.each([
    [9, 10],
    [10, 60],
  ])('a job has waited unserved for %i minutes', (minutes, next) => {
    const pool = working({ STARVATION_MINUTES: '0' }).queued(1);
    pool.tick(late);
    expect(seconds(pool.wait(minutes))).toBe(next);
  });

  test('nothing can be done for it: cooldown, maximum, pause, DRY_RUN', () => {
    expect(seconds(working({ MAX_RUNNERS: '1' }).queued(3))).toBe(60);
    expect(seconds(working({ DRY_RUN: 'true' }).queued(3))).toBe(60);
    const cooling = working().queued(3);
    cooling.remember((memory) => (memory.cooldowns.scaleOutAt = cooling.now));
    expect(seconds(cooling)).toBe(60);
    const paused = working().queued(3);
    paused.remember((memory) => (memory.flags.paused = { scaleOut: true, scaleIn: false, reason: '', until: undefined, at: 0 }));
    expect(seconds(paused)).toBe(60);
  });
});

test.each([
  ['5', '60', 10],
  ['20', '60', 20],
  ['90', '60', 60],
  ['10', '5', 5],
])('POLL_MIN_SECONDS %s, POLL_INTERVAL_SECONDS %s', (least, most, next) => {
  expect(seconds(working({ POLL_MIN_SECONDS: least, POLL_INTERVAL_SECONDS: most }).queued(1))).toBe(next);
});

test.each([
  [100, 10],
  [101, 20],
  [400, 40],
  [601, 60],
])('%i VMs: ten seconds for each page of their list, for Azure limits how often it is read', (count, next) => {
  expect(seconds(working({}, count).queued(1))).toBe(next);
});

describe('a runner about to be idle for its time is looked at when it is over', () => {
  const env = { SCALE_IN_STRATEGY: 'idle-only', SCALE_IN_IDLE_MINUTES: '5', POLL_INTERVAL_SECONDS: '120' };
  const idleFor = (minutes: number, more: Record<string, string> = {}): PoolBuilder => {
    const pool = aPool({ ...env, ...more }).runners(['0']);
    pool.tick(late);
    return pool.wait(minutes);
  };

  test.each([
    [2, 120],
    [3.5, 90],
    [4.5, 30],
    [4.95, 10],
  ])('after %d minutes of five', (minutes, next) => {
    expect(seconds(idleFor(minutes))).toBe(next);
  });

  test('not one that stays in any case, and not under the step rule', () => {
    expect(seconds(idleFor(4.5, { MIN_IDLE_RUNNERS: '1' }))).toBe(120);
    expect(seconds(idleFor(4.5, { SCALE_IN_STRATEGY: 'step' }))).toBe(120);
  });
});

test('a drain that is confirming is looked at twice within its time, as no third look would end it sooner', () => {
  const pool = working().draining('0').editRunner('0', { status: 'DRAINING', runningTasks: 0 });
  pool.tick(late);
  expect(seconds(pool.wait(0.1))).toBe(30);
});

test.each([
  ['a drain that begins now reads DRAINING from now on', { MIN_RUNNERS: '0', SCALE_IN_COOLDOWN_DURATION: '1' }, 30],
  ['where none may begin, nothing hurries', { MIN_RUNNERS: '1', SCALE_IN_COOLDOWN_DURATION: '1' }, 60],
])('%s', (_, env, next) => {
  const pool = standing(env, (empty) => empty.runners(['0']));
  expect(seconds(pool.wait(5))).toBe(next);
});
