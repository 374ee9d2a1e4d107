import { describe, expect, test } from 'vitest';
import { aPool, growthOf, ids, type PoolBuilder } from '../support/builders/pool';

/** Twelve or so runners that are all busy, and one job more than the threshold asks for: it grows whenever nothing holds it. */
function hungry(count: number, mode: 'Uniform' | 'Flexible' = 'Uniform'): PoolBuilder {
  const pool = aPool({ SCALE_OUT_THRESHOLD: '1', SCALE_OUT_COOLDOWN_DURATION: '0.01' }).scaleSet({ mode });
  pool.runners(ids(count), { runningTasks: 1 }).tick();
  return pool.wait(1).queued(1);
}

type Outcome = 'grows' | 'holds growth' | 'holds all';
const outcome = (pool: PoolBuilder): Outcome => {
  const plan = pool.look();
  if (plan.decision.rule === 'hold/fleet-drop') return 'holds all';
  return growthOf(plan) === undefined ? 'holds growth' : 'grows';
};

describe('Rule 1: a drop that we did not order', () => {
  test.each<[number, number, Outcome]>([
    [1, 1, 'holds all'],
    [3, 1, 'holds growth'],
    [4, 2, 'holds all'],
    [5, 2, 'holds growth'],
    [9, 1, 'holds growth'],
    [10, 1, 'holds growth'],
    [11, 1, 'grows'],
    [20, 2, 'holds growth'],
    [21, 2, 'grows'],
    [21, 10, 'holds growth'],
    [20, 10, 'holds all'],
  ])('of %i VMs %i missing: from 10 on under a tenth does not hold growth, half or more stops every act: %s', (of, missing, expected) => {
    const pool = hungry(of);
    pool.unlistVms(...ids(missing)).unlistRunners(...ids(missing));
    expect(outcome(pool)).toBe(expected);
  });

  test.each<[number, number, Outcome]>([
    [4, 2, 'holds all'],
    [5, 2, 'holds growth'],
    [10, 1, 'holds growth'],
    [11, 1, 'grows'],
  ])('of %i matched runners %i missing: %s', (of, missing, expected) => {
    expect(outcome(hungry(of).unlistRunners(...ids(missing)))).toBe(expected);
  });

  test('the half is one of the runners that were matched, however many VMs have none', () => {
    const pool = aPool({ SCALE_OUT_THRESHOLD: '1', SCALE_OUT_COOLDOWN_DURATION: '0.01' })
      .vms(ids(10, 90))
      .runners(ids(4), { runningTasks: 1 });
    pool.tick();
    expect(outcome(pool.wait(1).queued(20).unlistRunners('0', '1'))).toBe('holds all');
  });

  test.each<[number, number, Outcome]>([
    [4, 2, 'holds all'],
    [4, 3, 'holds growth'],
    [10, 9, 'holds growth'],
    [11, 10, 'grows'],
  ])('capacity that falls from %i to %i: %s', (from, to, expected) => {
    expect(outcome(hungry(from).scaleSet({ capacity: to }))).toBe(expected);
  });

  test.each([
    ['two readings over three minutes', [3], false],
    ['three readings over 59 seconds', [0.5, 29 / 60], false],
    ['three readings, a second short of three minutes', [1, 119 / 60], false],
    ['three readings over three minutes', [1, 2], true],
  ])('is believed after three agreeing readings over at least three minutes: %s', (_, waits, grows) => {
    for (const change of ['vm', 'runner', 'capacity'] as const) {
      const pool = hungry(5);
      if (change === 'vm') pool.unlistVms('0').unlistRunners('0');
      if (change === 'runner') pool.unlistRunners('0');
      if (change === 'capacity') pool.scaleSet({ capacity: 4 });
      let last = pool.tick();
      for (const minutes of waits) last = pool.wait(minutes).tick();
      expect([change, growthOf(last.plan) !== undefined]).toEqual([change, grows]);
    }
  });

  test('each missing VM by its own clock: a second one that goes later is awaited by itself', () => {
    const pool = hungry(7).unlistVms('0').unlistRunners('0');
    pool.ticks(3);
    pool.unlistVms('1').unlistRunners('1');
    expect(growthOf(pool.wait(1).tick().plan)).toBeUndefined();
    expect(growthOf(pool.wait(2).tick().plan)).toBeUndefined();
    expect(growthOf(pool.wait(1).tick().plan)).toBeDefined();
  });

  test('a capacity that reads otherwise each time agrees with nothing', () => {
    const pool = hungry(9);
    for (const capacity of [8, 7, 8, 7, 8, 7]) {
      pool.scaleSet({ capacity });
      expect(growthOf(pool.tick().plan)).toBeUndefined();
      pool.wait(1);
    }
  });

  test('a VM that is back was never gone', () => {
    const pool = hungry(5);
    const before = pool.reading();
    pool.unlistVms('0').tick();
    expect(growthOf(pool.wait(1).tick(undefined, { ...before, group: pool.group }).plan)).toBeDefined();
  });

  test('half or more missing stops nudges and give-backs too', () => {
    const pool = hungry(6).draining('0', 'waiting').draining('1', 'givingBack').editRunner('0', { status: 'DRAINING' });
    pool.tick();
    const { plan } = pool.wait(1).unlistVms('3', '4', '5').tick();
    expect(plan.decision).toMatchObject({ rule: 'hold/fleet-drop', acts: [] });
  });
});

describe('what we ordered is no drop', () => {
  test.each<[string, Outcome]>([
    ['recorded', 'holds growth'],
    ['waiting', 'holds growth'],
    ['committed', 'grows'],
    ['deregistered', 'grows'],
    ['deleting', 'grows'],
  ])('a VM that goes while its drain is %s: %s', (phase, expected) => {
    const pool = hungry(5).draining('0', phase as 'waiting');
    pool.tick(() => ({ answer: 'late' }));
    pool.wait(1).unlistVms('0').unlistRunners('0').scaleSet({ capacity: 4 });
    if (phase === 'recorded' || phase === 'waiting') pool.scaleSet({ capacity: 5 });
    expect(outcome(pool)).toBe(expected);
  });

  test('a capacity that fell for our delete while its VM is still listed as it was', () => {
    const pool = hungry(5).draining('0', 'deleting').scaleSet({ capacity: 4 });
    expect(outcome(pool)).toBe('grows');
  });

  test('our delete explains one fall and not two', () => {
    const pool = hungry(6).draining('0', 'deleting').scaleSet({ capacity: 4 });
    expect(outcome(pool)).toBe('holds growth');
  });

  test('on Flexible our delete may leave the capacity, and lower it later', () => {
    const pool = hungry(5, 'Flexible').draining('0', 'deleting');
    pool.tick(() => ({ answer: 'late' }));
    pool.wait(1).unlistVms('0').unlistRunners('0');
    expect(outcome(pool)).toBe('grows');
    pool.tick(() => ({ answer: 'late' }));
    expect(outcome(pool.wait(20).scaleSet({ capacity: 4 }))).toBe('grows');
  });
});

describe('on Flexible any capacity below the VMs listed and not Deleting', () => {
  test('holds growth until it is believed, a single one of many too', () => {
    const pool = hungry(30, 'Flexible');
    pool.scaleSet({ capacity: 29 });
    expect(outcome(pool)).toBe('holds growth');
    pool.ticks(3);
    expect(outcome(pool.wait(1))).toBe('grows');
  });

  test('Deleting ones are not counted', () => {
    const pool = hungry(5, 'Flexible').editVm('0', { provisioningState: 'Deleting' }).scaleSet({ capacity: 4 });
    expect(outcome(pool)).toBe('grows');
  });

  test('a gap that was believed needs no new belief after our own growth, a wider one does', () => {
    const pool = hungry(5, 'Flexible').scaleSet({ capacity: 3 });
    pool.ticks(3);
    expect(growthOf(pool.wait(1).tick().plan)).toEqual({ add: 1, to: 4 });
    pool.wait(1).vms(['new']).scaleSet({ capacity: 4 }).queued(9);
    expect(growthOf(pool.tick().plan)).toEqual({ add: 1, to: 5 });
    pool.wait(1).vms(['new2', 'others']).scaleSet({ capacity: 5 });
    expect(growthOf(pool.tick().plan)).toBeUndefined();
  });

  test('on Uniform it is no drop', () => {
    const pool = aPool({ SCALE_OUT_THRESHOLD: '1', SCALE_OUT_COOLDOWN_DURATION: '0.01' }).runners(ids(5), { runningTasks: 1 });
    pool.scaleSet({ capacity: 4 }).tick();
    expect(growthOf(pool.wait(1).queued(1).look())).toEqual({ add: 1, to: 6 });
  });
});
