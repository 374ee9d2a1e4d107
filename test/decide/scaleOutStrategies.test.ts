import { describe, expect, test } from 'vitest';
import { aPool, growthOf, givenBackBy, ids, type PoolBuilder } from '../support/builders/pool';

/** A pool that was read once; what that reading asked for was never sent. */
function standing(env: Record<string, string>, fill: (pool: PoolBuilder) => PoolBuilder): PoolBuilder {
  const pool = fill(aPool(env));
  pool.tick(() => ({ answer: 'late' }));
  return pool.wait(1);
}

const busy = { runningTasks: 1 };
const DEMAND = { SCALE_OUT_STRATEGY: 'demand' };
/** One busy runner, some idle ones and some that boot. */
const fleet = (env: Record<string, string>, idle = 0, booting = 0): PoolBuilder =>
  standing(env, (pool) => pool.runners(['busy'], busy).runners(ids(idle, 10))).vms(ids(booting, 20), { createdAt: aPool().now });

describe('SCALE_OUT_STRATEGY=demand: capacity for all unserved jobs in one order', () => {
  test.each([
    [0, 0, 0, undefined],
    [1, 0, 0, 1],
    [7, 0, 0, 7],
    [7, 2, 0, 5],
    [7, 2, 4, 1],
    [7, 2, 5, undefined],
    [7, 7, 0, undefined],
    [8, 7, 0, 1],
  ])('%i waiting, %i idle, %i booting', (queued, idle, booting, add) => {
    const plan = fleet(DEMAND, idle, booting).queued(queued).look();
    expect(growthOf(plan)?.add).toBe(add);
    expect(plan.decision.rule === 'scale-out/demand').toBe(add !== undefined);
  });

  test.each([
    [5, undefined, 5],
    [5, '2', 3],
    [4, '2', 2],
    [3, '4', 1],
  ])('%i jobs at TASKS_PER_RUNNER %s', (queued, tasks, add) => {
    const env: Record<string, string> = { ...DEMAND, ...(tasks === undefined ? {} : { TASKS_PER_RUNNER: tasks }) };
    expect(growthOf(fleet(env).queued(queued).look())?.add).toBe(add);
  });

  test('a step and a threshold have no say in it, and MAX_RUNNERS has', () => {
    const env = { ...DEMAND, SCALE_OUT_STEP: '4', SCALE_OUT_THRESHOLD: '5' };
    expect(growthOf(fleet(env).queued(1).look())?.add).toBe(1);
    expect(
      growthOf(
        fleet({ ...env, MAX_RUNNERS: '6' })
          .queued(30)
          .look(),
      )?.add,
    ).toBe(5);
  });

  test('the cooldown has no say in it, and the wait after a failed growth has', () => {
    const pool = fleet(DEMAND).queued(2);
    pool.remember((memory) => (memory.cooldowns.scaleOutAt = pool.now));
    expect(growthOf(pool.look())?.add).toBe(2);
    pool.remember((memory) => (memory.growthFailures = { count: 1, waitUntil: pool.now + 1, code: 'Quota', text: '' }));
    expect(pool.look().decision.rule).toBe('scale-out/demand/waits');
    expect(growthOf(pool.wait(1).look())?.add).toBe(2);
  });

  test('what MIN_RUNNERS lacks is ordered where it is more', () => {
    expect(
      growthOf(
        fleet({ ...DEMAND, MIN_RUNNERS: '4' })
          .queued(2)
          .look(),
      )?.add,
    ).toBe(3);
    expect(
      growthOf(
        fleet({ ...DEMAND, MIN_RUNNERS: '4' })
          .queued(5)
          .look(),
      )?.add,
    ).toBe(5);
  });

  test('idle drains that are given back are not ordered beside', () => {
    const pool = fleet(DEMAND, 1).draining('10').editRunner('10', { status: 'DRAINING' }).queued(3);
    expect(givenBackBy(pool.look())).toEqual(['10']);
    expect(growthOf(pool.look())?.add).toBe(2);
  });

  test('the sentence tells how many went unserved', () => {
    expect(fleet(DEMAND, 1, 1).queued(5).look().decision.reason).toBe('5 jobs wait (3 unserved): ordering 3 instances, capacity 3 to 6.');
  });
});

describe('SCALE_OUT_EXTRA: ordered beyond the queue while jobs wait that no idle runner takes', () => {
  test.each([
    [0, 0, 0, undefined],
    [1, 0, 0, 3],
    [4, 0, 0, 6],
    [4, 0, 5, 1],
    [4, 0, 6, undefined],
    [2, 2, 0, undefined],
    [3, 2, 0, 3],
  ])('%i waiting, %i idle, %i booting, 2 extra', (queued, idle, booting, add) => {
    expect(
      growthOf(
        fleet({ ...DEMAND, SCALE_OUT_EXTRA: '2' }, idle, booting)
          .queued(queued)
          .look(),
      )?.add,
    ).toBe(add);
  });
});

describe.each(['step', 'demand'])('MIN_IDLE_RUNNERS 2 under the strategy %s', (strategy) => {
  const warm = { SCALE_OUT_STRATEGY: strategy, MIN_IDLE_RUNNERS: '2', SCALE_OUT_STEP: '5' };

  test.each([
    [0, 2, 0, undefined],
    [0, 1, 1, undefined],
    [0, 1, 0, 1],
    [0, 0, 0, 2],
    [1, 2, 0, 1],
    [1, 2, 1, undefined],
    [4, 2, 0, 4],
  ])('%i waiting, %i idle, %i booting', (queued, idle, booting, add) => {
    const plan = fleet(warm, idle, booting).queued(queued).look();
    expect(growthOf(plan)?.add).toBe(add);
    expect(plan.decision.rule).toBe(add === undefined ? 'steady' : 'scale-out/minimum-idle');
  });

  test('at MAX_RUNNERS nothing is ordered, and nothing goes', () => {
    const plan = fleet({ ...warm, MAX_RUNNERS: '1' }).look();
    expect(plan.decision).toMatchObject({ rule: 'scale-out/minimum-idle/waits', acts: [] });
  });

  test('it does not wait for the cooldown', () => {
    const pool = fleet(warm, 1);
    pool.remember((memory) => (memory.cooldowns.scaleOutAt = pool.now));
    expect(growthOf(pool.look())?.add).toBe(1);
  });

  test('an order larger than the spare and the queue ask for is never made of it', () => {
    const pool = fleet(warm, 1);
    expect(pool.look().decision.reason).toBe(
      '0 jobs wait, 1 idle, 0 booting: 1 short of MIN_IDLE_RUNNERS 2: ordering 1 instance, capacity 2 to 3.',
    );
  });
});
