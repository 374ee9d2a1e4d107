import { describe, expect, test } from 'vitest';
import type { Runner } from '../../src/ports/runnerService';
import { aPool, drainedBy, growthOf, ids, MINUTE, START, type PoolBuilder } from '../support/builders/pool';

const busy = { runningTasks: 1 };
const late = () => ({ answer: 'late' }) as const;

/** Read once, then ten minutes later: the cooldown from the start is over. */
function settled(env: Record<string, string>, fill: (pool: PoolBuilder) => PoolBuilder): PoolBuilder {
  const pool = fill(aPool({ SCALE_IN_COOLDOWN_DURATION: '5', ...env }));
  pool.tick(late);
  return pool.wait(10);
}

/** So many readings a minute apart with scale-in paused. */
function seenFor(pool: PoolBuilder, readings: number): PoolBuilder {
  const paused = { scaleOut: false, scaleIn: true, reason: '', until: undefined, at: 0 };
  pool.remember((memory) => (memory.flags.paused = paused)).ticks(readings);
  return pool.remember((memory) => delete memory.flags.paused).wait(1);
}

const idlers = (count: number, env: Record<string, string> = {}): PoolBuilder => settled(env, (pool) => pool.runners(ids(count)));

describe('Rule 3: scale in when', () => {
  test.each([
    [0, ['0']],
    [1, ['0']],
    [2, []],
  ])('demand ≤ SCALE_IN_THRESHOLD 1: %i waiting', (queued, drained) => {
    const plan = idlers(3).queued(queued).look();
    expect(drainedBy(plan)).toEqual(drained);
    expect(plan.decision.rule).toBe(drained.length > 0 ? 'scale-in/threshold' : 'steady');
  });

  test('rule 2 does not hold: where thresholds overlap it wins', () => {
    const pool = settled({ SCALE_OUT_THRESHOLD: '1', SCALE_IN_THRESHOLD: '5', MIN_RUNNERS: '0' }, (each) => each.runners(ids(2), busy));
    expect(pool.queued(1).look().decision.rule).toBe('scale-out/threshold');
    expect(drainedBy(pool.queued(0).look())).toEqual(['0']);
  });

  test.each([
    [3, 3, []],
    [4, 3, ['0']],
  ])('the fleet is above MAX: %i instances, MAX_RUNNERS %i, whatever waits', (count, max, drained) => {
    const plan = settled({ MAX_RUNNERS: String(max) }, (pool) => pool.runners(ids(count), busy))
      .queued(50)
      .look();
    expect(drainedBy(plan)).toEqual(drained);
    expect(plan.decision.rule).toBe(drained.length > 0 ? 'scale-in/above-maximum' : 'scale-out/threshold/waits');
  });

  test.each<[string, (pool: PoolBuilder) => PoolBuilder]>([
    ['Deleting', (pool) => pool.editVm('3', { provisioningState: 'Deleting' })],
    ['with a recorded drain', (pool) => pool.draining('3').editRunner('3', { status: 'DRAINING' })],
  ])('above MAX counts those listed, not Deleting and without a recorded drain: one is %s', (_, change) => {
    const pool = settled({ MAX_RUNNERS: '3' }, (each) => each.runners(ids(4), busy));
    expect(drainedBy(change(pool).queued(50).look())).toEqual([]);
  });

  test('above MAX no more go than are above it', () => {
    const pool = settled({ MAX_RUNNERS: '4', SCALE_IN_STEP: '5' }, (each) => each.runners(ids(6)));
    expect(drainedBy(pool.queued(50).look())).toEqual(['0', '1']);
  });
});

describe('the scale-in cooldown (5 minutes)', () => {
  test.each(['scaleInAt', 'scaleOutAt', 'giveBackAt'] as const)('runs from the last %s', (stamp) => {
    const pool = idlers(3);
    const stamped = (ago: number): string[] => drainedBy(pool.remember((memory) => (memory.cooldowns[stamp] = pool.now - ago)).look());
    expect(stamped(5 * MINUTE - 1)).toEqual([]);
    expect(pool.look().decision.rule).toBe('scale-in/waits');
    expect(stamped(5 * MINUTE)).toEqual(['0']);
  });

  test('above MAX waits for it too', () => {
    const pool = settled({ MAX_RUNNERS: '2' }, (each) => each.runners(ids(3))).remember(
      (memory) => (memory.cooldowns.scaleInAt = START + 9 * MINUTE),
    );
    expect(drainedBy(pool.look())).toEqual([]);
  });

  test('a scale-in stamps it, once for all that it drains', () => {
    const pool = idlers(5, { SCALE_IN_STEP: '2' });
    expect(drainedBy(pool.tick().plan)).toEqual(['0', '1']);
    expect(pool.memory?.cooldowns.scaleInAt).toBe(pool.now);
    for (const id of ['0', '1']) pool.editRunner(id, { status: 'DRAINING' });
    expect(drainedBy(pool.wait(4).tick().plan)).toEqual([]);
    expect(drainedBy(pool.wait(1).tick().plan)).toEqual(['2', '3']);
  });

  test('paused, it waits and says so', () => {
    const pool = idlers(3).remember(
      (memory) => (memory.flags.paused = { scaleOut: false, scaleIn: true, reason: '', until: undefined, at: 0 }),
    );
    expect(pool.look().decision).toMatchObject({ rule: 'scale-in/waits', acts: [] });
  });
});

describe('who may go', () => {
  test.each([
    [1, 3, 5, ['0', '1']],
    [1, 1, 5, []],
    [2, 3, 5, ['0']],
    [3, 3, 5, []],
    [0, 3, 2, ['0', '1']],
  ])('while demand > 0, only idle runners beyond the demand: %i waiting, %i idle, step %i', (queued, idle, step, drained) => {
    const pool = settled(
      { SCALE_IN_THRESHOLD: '5', SCALE_OUT_THRESHOLD: '9', SCALE_IN_STEP: String(step), STARVATION_MINUTES: '0' },
      (each) => each.runners(ids(idle)).runners(ids(2, 50), busy),
    );
    expect(drainedBy(pool.queued(queued).look())).toEqual(drained);
  });

  test('an idle runner that is protected takes one of the waiting jobs too', () => {
    const pool = idlers(2).remember((memory) => memory.flags.protectedRunners.push('0'));
    expect(drainedBy(pool.queued(1).look())).toEqual(['1']);
  });

  test.each([
    [0, 0, ['51']],
    [0, 1, ['0']],
    [1, 0, []],
  ])('a busy one only at demand 0 with none idle: %i waiting, %i idle', (queued, idle, drained) => {
    const pool = settled({ STARVATION_MINUTES: '0' }, (each) =>
      each.runners(ids(idle)).runners(['50'], { runningTasks: 2 }).runners(['51', '52'], busy),
    );
    expect(drainedBy(pool.queued(queued).look())).toEqual(drained);
  });

  test.each([
    [3, ['0', '1']],
    [4, ['0']],
    [5, []],
  ])('counted capacity less the booting ones stays ≥ MIN_RUNNERS %i of 5 active and 2 booting', (min, drained) => {
    const pool = settled({ MIN_RUNNERS: String(min), SCALE_IN_STEP: '4' }, (each) => each.runners(ids(5)));
    pool.vms(['new1', 'new2'], { createdAt: pool.now });
    expect(drainedBy(pool.look())).toEqual(drained);
  });

  test('draining ones and disconnected ones beyond their grace are no capacity', () => {
    const pool = settled({ MIN_RUNNERS: '3', REPAIR_MAX_PER_TICK: '0' }, (each) => each.runners(ids(5)));
    expect(drainedBy(pool.look())).toEqual(['0']);
    pool.editRunner('4', { status: 'DRAINING' });
    expect(drainedBy(pool.look())).toEqual(['0']);
    pool.editRunner('3', { status: 'DRAINING' });
    expect(drainedBy(pool.look())).toEqual([]);
  });

  test('order: unhealthy first, then idle, then least busy, then oldest', () => {
    const tasks = (running: number, pending = 0): Partial<Runner> => ({ runningTasks: running, pendingTasks: pending });
    const pool = settled({ MAX_RUNNERS: '1', SCALE_IN_STEP: '9', REPAIR_MAX_PER_TICK: '0', DISCONNECT_GRACE_MINUTES: '1' }, (each) =>
      each
        .runners(['two'], tasks(2))
        .runners(['one'], tasks(0, 1))
        .runners(['idle-young', 'idle-old'])
        .runners(['sick'], { connected: false, runningTasks: 3 })
        .runners(['keeper'], tasks(9))
        .editVm('idle-old', { createdAt: START - 60 * MINUTE }),
    );
    expect(drainedBy(seenFor(pool, 3).look())).toEqual(['sick', 'idle-old', 'idle-young', 'one', 'two']);
  });

  test('unhealthy ones do not use up what MIN_RUNNERS leaves', () => {
    const pool = settled({ MIN_RUNNERS: '2', SCALE_IN_STEP: '9', REPAIR_MAX_PER_TICK: '0', DISCONNECT_GRACE_MINUTES: '1' }, (each) =>
      each.runners(ids(3)).runners(['sick'], { connected: false }),
    );
    expect(drainedBy(seenFor(pool, 3).look())).toEqual(['sick', '0']);
  });

  test.each<[string, (pool: PoolBuilder) => PoolBuilder]>([
    ['protected by its runner', (pool) => pool.remember((memory) => memory.flags.protectedRunners.push('0'))],
    ['protected by its instance', (pool) => pool.remember((memory) => memory.flags.protectedInstances.push('vmid-0'))],
    ['protected in Azure', (pool) => pool.editVm('0', { isProtected: true })],
    ['with an unknown number of tasks', (pool) => pool.editRunner('0', { pendingTasks: undefined })],
    ['of a computer name that two instances have', (pool) => pool.editVm('1', { computerName: 'VM-0' })],
    [
      'beside an entry of its machine that died with a task',
      (pool) => pool.registers(['old'], { computerName: 'vm-0', connected: false, runningTasks: 1 }),
    ],
    ['neither ACTIVE nor DRAINING', (pool) => pool.editRunner('0', { status: 'INACTIVE' })],
  ])('never one that is %s', (_, change) => {
    expect(drainedBy(change(idlers(3)).set({ SCALE_IN_COOLDOWN_DURATION: '5', SCALE_IN_STEP: '3' }).look())).not.toContain('0');
  });

  test('foreign ones never, and they are shown', () => {
    const pool = settled({ SCALE_IN_STEP: '9' }, (each) => each.runners(ids(1)).registers(['foreign']));
    const plan = pool.look();
    expect(drainedBy(plan)).toEqual(['0']);
    expect(plan.counts?.foreign).toBe(1);
  });
});

test('a fleet above MAX grows by nothing, though MIN lacks healthy ones', () => {
  const pool = settled({ MAX_RUNNERS: '3', MIN_RUNNERS: '3', DISCONNECT_GRACE_MINUTES: '1', REPAIR_MAX_PER_TICK: '0' }, (each) =>
    each.runners(ids(2)).runners(ids(2, 10), { connected: false }),
  );
  const plan = seenFor(pool, 3).look();
  expect(growthOf(plan)).toBeUndefined();
  expect(drainedBy(plan)).toEqual(['10']);
});
