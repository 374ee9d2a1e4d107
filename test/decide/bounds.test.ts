import { describe, expect, test } from 'vitest';
import { alertsOf, aPool, growthOf, ids, type PoolBuilder } from '../support/builders/pool';

const busy = { runningTasks: 1 };
const hungry = (env: Record<string, string>, count = 4): PoolBuilder =>
  aPool({ SCALE_OUT_STEP: '5', ...env })
    .runners(ids(count), busy)
    .queued(50);

describe('Rule 6: MAX_RUNNERS bounds growth', () => {
  test.each([
    [4, undefined],
    [5, 1],
    [8, 4],
    [9, 5],
    [10, 5],
  ])('by the instances listed or ordered: four busy, MAX_RUNNERS %i: %s more', (max, add) => {
    const plan = hungry({ MAX_RUNNERS: String(max) }).look();
    expect(growthOf(plan)?.add).toBe(add);
    if (add === undefined) {
      expect(plan.decision.rule).toBe('scale-out/threshold/waits');
      expect(plan.decision.reason).toContain('MAX_RUNNERS');
      expect(alertsOf(plan)).toContain('at-max');
    }
  });

  test.each<[string, (pool: PoolBuilder) => PoolBuilder, number]>([
    ['draining ones', (pool) => pool.draining('0', 'committed').editRunner('0', { status: 'DRAINING' }), 2],
    ['failed ones', (pool) => pool.editVm('0', { provisioningState: 'Failed' }), 2],
    ['ordered ones', (pool) => ordered(pool, 1), 1],
    ['not Deleting ones', (pool) => pool.editVm('0', { provisioningState: 'Deleting' }), 3],
  ])('%s are counted', (_, change, add) => {
    expect(growthOf(change(hungry({ MAX_RUNNERS: '6' })).look())?.add).toBe(add);
  });

  test('draining ones that fill it are said to', () => {
    const pool = hungry({ MAX_RUNNERS: '4' }).draining('0', 'committed').editRunner('0', { status: 'DRAINING' });
    const plan = pool.look();
    expect(growthOf(plan)).toBeUndefined();
    expect(plan.decision.reason).toContain('the fleet is at its maximum, 4 instances (MAX_RUNNERS)');
    expect(alertsOf(plan)).toContain('at-max');
  });

  test('no alert where idle runners can take what waits', () => {
    expect(alertsOf(aPool({ MAX_RUNNERS: '3' }).runners(ids(3)).queued(3).look())).not.toContain('at-max');
  });
});

describe('MaxNumberOfRunners bounds growth alone', () => {
  test.each<[string, (pool: PoolBuilder) => PoolBuilder, number | undefined]>([
    ['itself', (pool) => pool, 2],
    ['less a foreign runner', (pool) => pool.registers(['foreign']), 1],
    ['less a stale registration', (pool) => pool.registers(['old'], { computerName: 'vm-0', connected: false }), 1],
    ['less two', (pool) => pool.registers(['foreign']).registers(['old'], { computerName: 'vm-0', connected: false }), undefined],
  ])('%s', (_, change, add) => {
    expect(growthOf(change(hungry({}).says({ maxRunners: 6 })).look())?.add).toBe(add);
  });

  test('less a ghost', () => {
    const pool = hungry({}, 7).says({ maxRunners: 9 });
    pool.queued(0).tick();
    pool.wait(1).unlistVms('0').scaleSet({ capacity: 6 });
    pool.ticks(4);
    expect(pool.look().counts?.ghost).toBe(1);
    expect(growthOf(pool.wait(1).queued(50).look())?.add).toBe(2);
  });

  test('a fleet above it is not shrunk for it', () => {
    const pool = hungry({ SCALE_IN_COOLDOWN_DURATION: '0.01' }).says({ maxRunners: 2 });
    expect(pool.wait(1).look().decision.acts).toEqual([]);
  });

  test.each([
    [undefined, undefined, true],
    ['900', undefined, false],
    [undefined, 900, false],
  ])('neither known: 1,000 with a warning: MAX_RUNNERS %s, MaxNumberOfRunners %s', (max, maxRunners, warns) => {
    const plan = hungry(max === undefined ? {} : { MAX_RUNNERS: max })
      .says({ maxRunners })
      .look();
    expect(plan.warnings.some((text) => text.includes('bounded by 1000'))).toBe(warns);
  });

  test.each([
    [5, 0, false],
    [4, 0, true],
    [5, 1, true],
  ])('MIN_RUNNERS 5 above it is clamped and said: MaxNumberOfRunners %i, %i foreign', (maxRunners, foreign, clamped) => {
    const pool = aPool({ MIN_RUNNERS: '5', SCALE_OUT_STEP: '9' }).runners(ids(3)).says({ maxRunners });
    const plan = pool.registers(ids(foreign, 90)).look();
    expect(growthOf(plan)?.add).toBe(maxRunners - foreign - 3);
    expect(plan.warnings.some((text) => text.startsWith('MIN_RUNNERS 5 is above'))).toBe(clamped);
    pool.vms(ids(maxRunners - foreign - 3, 50), { createdAt: pool.now });
    expect(pool.look().decision.rule).toBe('steady');
  });

  test('a MIN_RUNNERS that cannot be reached keeps no runner from going only down to MIN_RUNNERS itself', () => {
    const pool = aPool({ MIN_RUNNERS: '3', SCALE_IN_COOLDOWN_DURATION: '0.01' }).runners(ids(3)).says({ maxRunners: 2 });
    expect(pool.wait(1).look().decision.acts).toEqual([]);
  });
});

describe('the limit of the scale set', () => {
  test('bounds the instances', () => {
    const plan = hungry({}).scaleSet({ limit: 6 }).look();
    expect(growthOf(plan)?.add).toBe(2);
  });

  test.each([
    [98, 2],
    [100, undefined],
  ])('Flexible: bounds the nominal capacity, %i of 100', (capacity, add) => {
    expect(growthOf(hungry({}).scaleSet({ mode: 'Flexible', limit: 100, capacity }).look())?.add).toBe(add);
  });

  test('Flexible: where the nominal capacity has come to it, that is named, and not a MAX_RUNNERS far away', () => {
    const plan = hungry({ MAX_RUNNERS: '50' }).scaleSet({ mode: 'Flexible', limit: 100, capacity: 100 }).look();
    expect(growthOf(plan)).toBeUndefined();
    expect(plan.decision.reason).toContain('the fleet is at its maximum, 4 instances (nominal capacity 100 of 100)');
    expect(plan.alerts.find(({ code }) => code === 'at-max')?.text).toContain('(nominal capacity 100 of 100)');
    expect(alertsOf(plan)).toContain('capacity-drift');
  });

  test.each([
    [79, false],
    [80, true],
  ])('Flexible: from 80 percent of the limit the drift alerts, with the way out: %i of 100', (capacity, alerts) => {
    const plan = aPool().runners(ids(4), busy).scaleSet({ mode: 'Flexible', limit: 100, capacity }).look();
    expect(plan.alerts.some(({ code, next }) => code === 'capacity-drift' && next.includes('normalize'))).toBe(alerts);
  });

  test('Flexible: no drift, no alert', () => {
    expect(alertsOf(aPool().runners(ids(80), busy).scaleSet({ mode: 'Flexible', limit: 100 }).look())).not.toContain('capacity-drift');
  });
});

test('Uniform: a capacity left above the VMs and above MAX_RUNNERS is not written, for Azure might make them all', () => {
  expect(growthOf(hungry({ MAX_RUNNERS: '6' }).scaleSet({ capacity: 6 }).look())).toEqual({ add: 2, to: 6 });
  const plan = hungry({ MAX_RUNNERS: '6' }).scaleSet({ capacity: 7 }).look();
  expect(growthOf(plan)).toBeUndefined();
  expect(plan.decision.reason).toContain('capacity 7 is above the 4 VMs');
});

test.each<[string, (pool: PoolBuilder) => PoolBuilder, boolean]>([
  ['above MAX_RUNNERS', (pool) => pool.scaleSet({ capacity: 7 }), true],
  ['within it', (pool) => pool.scaleSet({ capacity: 6 }), false],
  [
    'of a Deleting VM',
    (pool) => pool.editVm('0', { provisioningState: 'Deleting' }).scaleSet({ capacity: 4 }).set({ MAX_RUNNERS: '3' }),
    false,
  ],
])('Uniform: a capacity without VMs that bars growth alerts, with the way out (seed 78107): %s', (_, change, alerts) => {
  const plan = change(hungry({ MAX_RUNNERS: '6' })).look();
  expect(plan.alerts.some(({ code, next }) => code === 'capacity-drift' && next.includes('normalize'))).toBe(alerts);
});

describe('Uniform: a surplus of the capacity beside a VM that is Deleting', () => {
  /** Four VMs, one of them Deleting since the last reading, whose capacity was `before` then and is `after` now. */
  const deleting = (max: number, before: number, after: number): PoolBuilder => {
    const pool = aPool({ MAX_RUNNERS: String(max), SCALE_OUT_STEP: '5' })
      .runners(ids(4), busy)
      .scaleSet({ capacity: before });
    pool.tick();
    return pool.wait(1).queued(50).editVm('0', { provisioningState: 'Deleting' }).scaleSet({ capacity: after });
  };

  test.each([
    [4, { add: 1, to: 5 }],
    [6, { add: 3, to: 7 }],
  ])('is that VM where its delete has not lowered the capacity yet: MAX_RUNNERS %i', (max, growth) => {
    expect(growthOf(deleting(max, 4, 4).look())).toEqual(growth);
  });

  test.each([
    [4, undefined],
    [5, { add: 1, to: 5 }],
    [6, { add: 2, to: 6 }],
  ])('is a growth that failed where it has, and Azure might make that one too: MAX_RUNNERS %i', (max, growth) => {
    const plan = deleting(max, 5, 4).look();
    expect(growthOf(plan)).toEqual(growth);
    if (growth === undefined) expect(plan.decision.reason).toContain('capacity 4 is above the 3 VMs');
  });

  test('nor is it that VM where its delete lowered what a write of ours had raised meanwhile', () => {
    const pool = aPool({ MAX_RUNNERS: '5', SCALE_OUT_STEP: '5', SCALE_OUT_COOLDOWN_DURATION: '0.01' }).runners(ids(4), busy).queued(50);
    expect(growthOf(pool.tick().plan)).toEqual({ add: 1, to: 5 });
    pool.wait(1).vms(['new']).editVm('0', { provisioningState: 'Deleting' });
    // Its delete has not lowered the capacity yet: beside it there is room for one.
    expect(growthOf(pool.scaleSet({ capacity: 5 }).look())).toEqual({ add: 1, to: 6 });
    pool.scaleSet({ capacity: 4 }).queued(0).tick();
    expect(growthOf(pool.wait(1).scaleSet({ capacity: 5 }).queued(50).look())).toBeUndefined();
  });
});

test('settings changed under way are simply the next decision', () => {
  const pool = aPool({ MAX_RUNNERS: '4', SCALE_OUT_STEP: '5' }).runners(ids(4), busy).queued(50);
  expect(growthOf(pool.tick().plan)).toBeUndefined();
  expect(growthOf(pool.wait(1).set({ MAX_RUNNERS: '5', SCALE_OUT_STEP: '5' }).look())).toEqual({ add: 1, to: 5 });
});

function ordered(pool: PoolBuilder, add: number): PoolBuilder {
  const growth = { attempt: 'before', at: pool.now, add, from: 4, to: 4 + add, rule: '', state: 'accepted' as const };
  return pool.remember((memory) => (memory.growth = growth)).scaleSet({ capacity: 4 + add });
}
