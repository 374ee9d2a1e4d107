import { describe, expect, test } from 'vitest';
import type { Parameters } from '../../src/forecast/parameters';
import { aForecast } from '../support/builders/past';
import { aPool, drainedBy, growthOf, ids, type PoolBuilder } from '../support/builders/pool';

const SURPLUS = { SCALE_OUT_STRATEGY: 'demand', SCALE_IN_STRATEGY: 'surplus', SCALE_IN_IDLE_MINUTES: '0' };
const READY = { ready: { from: 1, within: 60, runners: 1 } };
const KEEP = { keep: { from: 1, minutes: 20 } };

function learned(parameters: Parameters, env: Readonly<Record<string, string>> = {}): PoolBuilder {
  const pool = aPool({ FORECAST: 'on', ...SURPLUS, ...env });
  pool.learned = aForecast(parameters);
  return pool;
}

/** A job was seen to come, and is done. */
function afterAJob(pool: PoolBuilder): PoolBuilder {
  pool.tick();
  pool.wait(1).runners(['r'], { runningTasks: 1 }).tick();
  return pool.wait(1).editRunner('r', { runningTasks: 0 });
}

describe('one always ready', () => {
  test('a runner is ordered while work came lately, and not before', () => {
    const pool = learned(READY);
    expect(growthOf(pool.look())).toBeUndefined();
    pool.tick();
    const plan = pool.wait(1).runners(['r'], { runningTasks: 1 }).look();
    expect(growthOf(plan)).toMatchObject({ add: 1 });
    expect(plan.decision.rule).toBe('scale-out/minimum-idle');
    expect(plan.forecast?.says[0]).toContain('one idle runner is always ready.');
  });

  test('MAX_RUNNERS stands above it', () => {
    const pool = learned(READY, { MAX_RUNNERS: '1' });
    pool.tick();
    expect(growthOf(pool.wait(1).runners(['r'], { runningTasks: 1 }).look())).toBeUndefined();
  });

  test('FORECAST=observe orders nothing and tells what it would say', () => {
    const pool = learned(READY, { FORECAST: 'observe' });
    pool.tick();
    const plan = pool.wait(1).runners(['r'], { runningTasks: 1 }).look();
    expect(growthOf(plan)).toBeUndefined();
    expect(plan.forecast).toMatchObject({ mode: 'observe', days: 14, says: [expect.stringContaining('always ready')] });
  });

  test('FORECAST=off knows of nothing', () => {
    const pool = learned(READY, { FORECAST: 'off' });
    pool.tick();
    const plan = pool.wait(1).runners(['r'], { runningTasks: 1 }).look();
    expect([growthOf(plan), plan.forecast]).toEqual([undefined, undefined]);
  });
});

describe.each(['step', 'idle-only', 'surplus'])('the newest idle runner is kept under SCALE_IN_STRATEGY=%s', (strategy) => {
  const env = { SCALE_IN_STRATEGY: strategy, SCALE_IN_STEP: '50', SCALE_IN_COOLDOWN_DURATION: '0.01' };

  test('and goes when its time is over', () => {
    const pool = afterAJob(learned(KEEP, env));
    expect(drainedBy(pool.look())).toEqual([]);
    pool.tick();
    expect(drainedBy(pool.wait(19).look())).toEqual([]);
    expect(drainedBy(pool.wait(1).look())).toEqual(['r']);
  });

  test('the others go by the plain rule', () => {
    const pool = learned(KEEP, env).runners(['older', 'newer'], { runningTasks: 1 });
    pool.tick();
    pool.wait(1).editRunner('older', { runningTasks: 0 });
    pool.remember((memory) => (memory.flags.paused = { scaleOut: true, scaleIn: true, reason: '', until: undefined, at: 0 }));
    pool.tick();
    pool.wait(1).editRunner('newer', { runningTasks: 0 });
    pool.tick();
    pool.remember((memory) => delete memory.flags.paused);
    expect(drainedBy(pool.wait(1).look())).toEqual(['older']);
  });

  test('above MAX_RUNNERS it is kept no longer', () => {
    const pool = learned(KEEP, { ...env, MAX_RUNNERS: '1' }).runners(['one', 'two']);
    pool.tick();
    expect(drainedBy(pool.wait(6).look())).toHaveLength(1);
  });
});

test('one more than the queue is ordered while jobs wait', () => {
  expect(
    growthOf(
      learned({ extra: { from: 1 } })
        .queued(2)
        .look(),
    ),
  ).toMatchObject({ add: 3 });
  expect(
    growthOf(
      learned({ extra: { from: 7 } })
        .queued(2)
        .look(),
    ),
  ).toMatchObject({ add: 2 });
});

describe('arrivals', () => {
  const arrived = (pool: PoolBuilder): number => {
    pool.tick();
    return pool.fleet?.work?.arrived ?? -1;
  };

  test('are the increases of what waits and runs together: a start is none, a job that ends hides none that comes later', () => {
    const pool = aPool().queued(2);
    expect(arrived(pool)).toBe(0);
    expect(arrived(pool.wait(1).queued(5))).toBe(3);
    expect(arrived(pool.wait(1).queued(2).runners(ids(3), { runningTasks: 1 }))).toBe(3);
    expect(arrived(pool.wait(1).queued(0))).toBe(3);
    expect(arrived(pool.wait(1).queued(1))).toBe(4);
  });

  test('a task that is pending on its runner is its workflow’s, where those are told', () => {
    const pool = aPool().queued(0, 1);
    pool.tick();
    pool.wait(1).runners(['r'], { pendingTasks: 1 });
    expect(arrived(pool)).toBe(0);
  });

  test('after half an hour without a look what is there is not news', () => {
    const pool = aPool();
    pool.tick();
    expect(arrived(pool.wait(30).queued(3))).toBe(3);
    expect(arrived(pool.wait(31).queued(9))).toBe(3);
  });

  test('are remembered for two and a half hours, at most two hundred', () => {
    const pool = aPool();
    pool.tick();
    pool.wait(1).queued(500).tick();
    expect(pool.fleet?.work?.recent).toHaveLength(200);
    expect(pool.fleet?.work?.arrived).toBe(500);
    for (let left = 0; left < 6; left += 1) pool.wait(29).tick();
    expect(pool.fleet?.work?.recent).toEqual([]);
  });
});
