import { describe, expect, test } from 'vitest';
import { aPool, drainedBy, givenBackBy, growthOf, ids, MINUTE, type PoolBuilder } from '../support/builders/pool';

/** A pool that was read once; what that reading asked for was never sent. */
function standing(env: Record<string, string>, fill: (pool: PoolBuilder) => PoolBuilder): PoolBuilder {
  const pool = fill(aPool(env));
  pool.tick(() => ({ answer: 'late' }));
  return pool.wait(1);
}

const busy = { runningTasks: 1 };

describe('Rule 2: scale out when', () => {
  test.each([
    [2, 0, 'steady', undefined],
    [3, 0, 'scale-out/threshold', { add: 1, to: 3 }],
    [4, 0, 'scale-out/threshold', { add: 1, to: 3 }],
    [3, 3, 'steady', undefined],
    [4, 3, 'scale-out/threshold', { add: 1, to: 6 }],
  ])('(a) demand ≥ SCALE_OUT_THRESHOLD 3 and unserved > 0: %i waiting, %i idle: %s', (queued, idle, rule, growth) => {
    const plan = standing({}, (pool) => pool.runners(ids(2), busy).runners(ids(idle, 10)))
      .queued(queued)
      .look();
    expect(plan.decision.rule).toBe(rule);
    expect(growthOf(plan)).toEqual(growth);
  });

  test.each([
    ['listed without a runner', (pool: PoolBuilder) => pool.vms(ids(3, 20), { createdAt: pool.now })],
    [
      'ordered and not yet listed',
      (pool: PoolBuilder) =>
        pool
          .remember((memory) => (memory.growth = { attempt: 'a', at: pool.now, add: 3, from: 1, to: 4, rule: '', state: 'accepted' }))
          .scaleSet({ capacity: 4 }),
    ],
  ])('booting ones count as served: %s', (_, boot) => {
    const pool = boot(standing({}, (each) => each.runners(ids(1), busy)));
    expect(pool.queued(3).look().counts?.booting).toBe(3);
    expect(growthOf(pool.queued(4).look())).toBeDefined();
    expect(growthOf(pool.queued(3).look())).toBeUndefined();
  });

  test.each([
    [1, 2, 'steady'],
    [1, 1, 'scale-out/minimum'],
    [0, 2, 'scale-out/minimum'],
  ])('(b) counted capacity < MIN_RUNNERS 3: %i booting and %i active: %s', (booting, active, rule) => {
    const pool = standing({ MIN_RUNNERS: '3' }, (each) => each.runners(ids(active)).vms(ids(booting, 20)));
    expect(pool.look().decision.rule).toBe(rule);
  });

  test.each([
    [0, 'steady'],
    [1, 'scale-out/from-zero'],
  ])('(c) demand %i and counted capacity is 0: %s', (queued, rule) => {
    expect(
      standing({}, (pool) => pool)
        .queued(queued)
        .look().decision.rule,
    ).toBe(rule);
  });

  test('(c) one runner that counts is enough for it not to hold', () => {
    expect(
      standing({}, (pool) => pool.runners(ids(1), busy))
        .queued(1)
        .look().decision.rule,
    ).toBe('steady');
  });

  describe('(d) starvation: unserved > 0 in every reading of STARVATION_MINUTES', () => {
    const starving = (env: Record<string, string> = {}): PoolBuilder =>
      standing({ SCALE_OUT_STEP: '5', ...env }, (pool) => pool.runners(ids(1), busy)).queued(1);

    test.each([
      [9, 'steady'],
      [10, 'scale-out/starvation'],
    ])('after %i minutes: %s', (minutes, rule) => {
      const pool = starving();
      pool.ticks(minutes);
      expect(pool.wait(1).look().decision.rule).toBe(rule);
    });

    test('it orders one runner, whatever SCALE_OUT_STEP says', () => {
      const pool = starving();
      pool.ticks(10);
      expect(growthOf(pool.wait(1).tick().plan)).toEqual({ add: 1, to: 2 });
    });

    test('two readings over the ten minutes are no confirmation', () => {
      const pool = starving();
      pool.tick();
      expect(pool.wait(10).tick().plan.decision.rule).toBe('steady');
      expect(pool.wait(1).tick().plan.decision.rule).toBe('scale-out/starvation');
    });

    test('one served reading starts the minutes anew', () => {
      const pool = starving();
      pool.ticks(6);
      pool.wait(1).queued(0).tick();
      pool.wait(1).queued(1).ticks(4);
      expect(pool.wait(1).look().decision.rule).toBe('steady');
      pool.ticks(6);
      expect(pool.wait(1).look().decision.rule).toBe('scale-out/starvation');
    });

    test('STARVATION_MINUTES 0 switches it off', () => {
      const pool = starving({ STARVATION_MINUTES: '0' });
      pool.ticks(60);
      expect(pool.wait(1).look().decision.rule).toBe('steady');
    });
  });
});

describe('tasks per runner', () => {
  const idleAndTwoTasks = (): PoolBuilder => aPool().runners(['a'], { runningTasks: 2 }).runners(ids(2)).queued(3);

  test.each([
    ['one reading', [], true],
    ['two readings over three minutes', [3], true],
    ['three readings within 59 seconds', [0.5, 29 / 60], true],
    ['three readings over three minutes', [1, 2], false],
  ])('one until learned: %s', (_, waits, orders) => {
    const pool = idleAndTwoTasks();
    const late = () => ({ answer: 'late' }) as const;
    let last = pool.tick(late);
    for (const minutes of waits) last = pool.wait(minutes).tick(late);
    expect(last.plan.decision.rule === 'scale-out/threshold').toBe(orders);
  });

  test('a doubled reading in between does not raise it, and what is learned is the least of the readings', () => {
    const pool = aPool().runners(['a'], { runningTasks: 2 });
    for (const running of [2, 9, 1, 9, 3, 900, 2]) pool.editRunner('a', { runningTasks: running }).wait(1).tick();
    expect(pool.fleet?.tasksPerRunner).toBe(2);
  });
});

describe('the step', () => {
  test.each([
    ['SCALE_OUT_STEP', { SCALE_OUT_STEP: '2' }, 1, 9, 2],
    ['what MIN lacks, if that is more', { SCALE_OUT_STEP: '2', MIN_RUNNERS: '5' }, 1, 0, 4],
    ['SCALE_OUT_STEP, if MIN lacks less', { SCALE_OUT_STEP: '3', MIN_RUNNERS: '2' }, 1, 0, 3],
  ])('%s', (_, env, active, queued, add) => {
    expect(
      growthOf(
        standing(env, (pool) => pool.runners(ids(active), busy))
          .queued(queued)
          .look(),
      )?.add,
    ).toBe(add);
  });
});

describe('the scale-out cooldown (4 minutes)', () => {
  const grown = (minutesAgo: number, env: Record<string, string>, active: number): PoolBuilder => {
    const pool = standing(env, (each) => each.runners(ids(active), busy));
    return pool.remember((memory) => (memory.cooldowns.scaleOutAt = pool.now - minutesAgo * MINUTE));
  };

  test.each([
    [4 - 1 / 60, undefined],
    [4, { add: 1, to: 2 }],
  ])('(a) waits for it: %f minutes after the last', (minutes, growth) => {
    const plan = grown(minutes, {}, 1).queued(3).look();
    expect(growthOf(plan)).toEqual(growth);
    if (growth === undefined) expect(plan.decision).toMatchObject({ rule: 'scale-out/threshold/waits' });
  });

  test('(d) waits for it', () => {
    const pool = grown(-7, {}, 1).queued(1);
    pool.ticks(11);
    expect(pool.look().decision.rule).toBe('scale-out/starvation/waits');
    expect(growthOf(pool.wait(1).look())).toEqual({ add: 1, to: 2 });
  });

  test('(b) does not', () => expect(growthOf(grown(0, { MIN_RUNNERS: '2' }, 1).look())).toEqual({ add: 1, to: 2 }));
  test('(c) does not', () => expect(growthOf(grown(0, {}, 0).queued(1).look())).toEqual({ add: 1, to: 1 }));

  test('a stamp that only the blobs know holds from the tick that reads them', () => {
    const pool = standing({}, (each) => each.runners(ids(1), busy)).queued(3);
    expect(growthOf(pool.look())).toBeDefined();
    pool.cooldownsFromBlobs = { scaleOutAt: pool.now - MINUTE };
    expect(growthOf(pool.look())).toBeUndefined();
  });
});

describe('give-backs', () => {
  const DRAINING = { status: 'DRAINING' };
  const withDrains = (idle: number, busyOnes: number, env: Record<string, string> = {}, phase = 'waiting'): PoolBuilder => {
    const pool = aPool(env)
      .runners(ids(2), busy)
      .runners(ids(idle, 10), DRAINING)
      .runners(ids(busyOnes, 20), { ...DRAINING, ...busy });
    for (const id of [...ids(idle, 10), ...ids(busyOnes, 20)]) pool.draining(id, phase as 'waiting');
    pool.tick(() => ({ answer: 'late' }));
    return pool.wait(1);
  };

  test.each([
    [1, 0, 1, ['10'], undefined],
    [1, 0, 2, ['10'], 1],
    [3, 0, 2, ['10', '11'], undefined],
    [0, 2, 2, ['20', '21'], 2],
    [1, 2, 2, ['10', '20', '21'], 1],
  ])('%i idle count towards the step, %i busy ones beside it (step %i)', (idle, busyOnes, step, back, add) => {
    const plan = withDrains(idle, busyOnes, { SCALE_OUT_STEP: String(step) })
      .queued(9)
      .look();
    expect(givenBackBy(plan).toSorted()).toEqual(back);
    expect(growthOf(plan)?.add).toBe(add);
  });

  test('nothing is given back where rule 2 does not hold', () => {
    expect(givenBackBy(withDrains(1, 1).queued(2).look())).toEqual([]);
  });

  test('a give-back does not wait for the scale-out cooldown and does not stamp it; scale-in counts from it', () => {
    const pool = withDrains(1, 0).queued(9);
    const before = pool.now - MINUTE;
    pool.remember((memory) => (memory.cooldowns.scaleOutAt = before)).tick();
    expect(pool.memory?.cooldowns).toMatchObject({ scaleOutAt: before, giveBackAt: pool.now });
  });

  test.each([
    ['recorded', true],
    ['waiting', true],
    ['committed', false],
    ['deregistered', false],
    ['deleting', false],
  ])('uncommitted ones only: %s: %s', (phase, expected) => {
    expect(givenBackBy(withDrains(1, 0, {}, phase).queued(9).look()).length > 0).toBe(expected);
  });

  test.each<[string, (pool: PoolBuilder) => PoolBuilder]>([
    ['an adopted one', (pool) => pool.draining('10', 'waiting', { adopted: true })],
    ['a disconnected one', (pool) => pool.editRunner('10', { connected: false })],
    ['one whose connection is not told', (pool) => pool.editRunner('10', { connected: undefined })],
    ['one on a failed instance', (pool) => pool.editVm('10', { provisioningState: 'Failed' })],
    ['one on a stopped instance', (pool) => pool.editVm('10', { power: 'stopped' })],
    ['one whose instance is Deleting', (pool) => pool.editVm('10', { provisioningState: 'deleting' })],
    ['one whose tasks are not told', (pool) => pool.editRunner('10', { runningTasks: undefined })],
    ['a stray', (pool) => pool.draining('10', 'waiting', { kind: 'stray' })],
  ])('never %s', (_, change) => {
    expect(givenBackBy(change(withDrains(1, 0).queued(9)).look())).toEqual([]);
  });

  test.each([
    [5, 2],
    [4, 1],
    [3, 0],
  ])('no give-back brings those without a recorded drain above MAX_RUNNERS %i: %i of three', (max, back) => {
    const pool = withDrains(0, 3, { MAX_RUNNERS: String(max) }).runners(['40'], busy);
    expect(givenBackBy(pool.queued(9).look())).toHaveLength(back);
  });

  test('one that is being given back already takes its place: it counts towards the step and below MAX_RUNNERS', () => {
    const pool = withDrains(2, 0, { MAX_RUNNERS: '3' }).draining('11', 'givingBack').queued(9);
    expect(givenBackBy(pool.look())).toEqual(['11']);
    expect(givenBackBy(pool.set({ SCALE_OUT_STEP: '2', MAX_RUNNERS: '4' }).look()).toSorted()).toEqual(['10', '11']);
    expect(givenBackBy(pool.set({ SCALE_OUT_STEP: '2', MAX_RUNNERS: '3' }).look())).toEqual(['11']);
  });

  test('scale-out paused gives nothing back and orders nothing', () => {
    const pool = withDrains(1, 0).queued(9);
    pool.remember((memory) => (memory.flags.paused = { scaleOut: true, scaleIn: false, reason: '', until: undefined, at: 0 }));
    expect(pool.look().decision).toMatchObject({ rule: 'scale-out/threshold/waits', acts: [] });
  });

  test('one that was asked for and not answered is asked for again, also when rule 2 no longer holds', () => {
    const pool = withDrains(1, 0).queued(9);
    pool.tick(() => ({ answer: 'unknown' }));
    const { plan } = pool.wait(1).queued(0).tick();
    expect(givenBackBy(plan)).toEqual(['10']);
    expect(drainedBy(plan)).toEqual([]);
  });
});
