import { describe, expect, test } from 'vitest';
import { alertsOf, aPool, growthOf, ids, MINUTE, type PoolBuilder } from '../support/builders/pool';

const busy = { runningTasks: 1 };
const URL = 'https://azure.example/operations/1';
const accepted = () => ({ answer: 'done', operation: URL }) as const;

/** One busy runner, three jobs, and one VM ordered at this moment. */
function ordering(env: Record<string, string> = {}): PoolBuilder {
  const pool = aPool(env).runners(ids(1), busy).queued(3);
  pool.tick(accepted);
  pool.operation = { kind: 'running' };
  return pool.scaleSet({ capacity: 2, provisioningState: 'Updating' });
}

const failing = { kind: 'failed', code: 'AllocationFailed', text: 'no room in the zone' } as const;

describe('a failed growth', () => {
  test('it shows in the operation’s result, read on the next tick, with Azure’s code', () => {
    const pool = ordering();
    pool.operation = failing;
    const { plan } = pool.wait(1).tick();
    expect(plan.growthNews).toMatchObject({ result: 'failed', code: 'AllocationFailed' });
    expect(plan.decision.reason).toContain('AllocationFailed');
    expect(plan.alerts.find(({ code }) => code === 'growth-failed')?.text).toContain('AllocationFailed');
  });

  test('also when its VM was listed meanwhile: whether there was room for it is known when the operation has ended', () => {
    const pool = ordering().vms(['new'], { createdAt: undefined }).scaleSet({ capacity: 2 });
    expect(pool.wait(1).tick().plan.growthNews).toBeUndefined();
    pool.operation = failing;
    expect(pool.editVm('new', { provisioningState: 'Failed' }).wait(1).tick().plan.growthNews).toMatchObject({ result: 'failed' });
  });

  test('a VM that is listed and sound, with its operation at an end, is a growth that came', () => {
    const pool = ordering().vms(['new']);
    pool.operation = { kind: 'succeeded' };
    const { plan } = pool.wait(1).tick();
    expect(plan.growthNews).toMatchObject({ result: 'seen' });
    expect(pool.memory?.growth?.state).toBe('over');
  });

  test.each([
    [5, undefined],
    [5 + 1 / 60, { result: 'failed', code: 'no-instance' }],
  ])('no new instance within five minutes is one too, though its operation succeeded: after %f minutes', (minutes, news) => {
    const pool = ordering();
    pool.operation = { kind: 'succeeded' };
    const { plan } = pool.wait(minutes).tick();
    if (news === undefined) expect(plan.growthNews).toBeUndefined();
    else expect(plan.growthNews).toMatchObject(news);
  });

  test('the wait doubles up to 30 minutes, for minimum and from-zero too, and ends with a growth that comes', () => {
    const pool = aPool({ MIN_RUNNERS: '1' });
    const waits: number[] = [];
    for (let tries = 0; tries < 4; tries += 1) {
      pool.operation = undefined;
      expect(growthOf(pool.tick(accepted).plan)).toBeDefined();
      pool.operation = failing;
      pool.wait(1).tick();
      const from = pool.now;
      while (growthOf(pool.look()) === undefined) pool.wait(1);
      waits.push((pool.now - from) / MINUTE);
    }
    expect(waits).toEqual([8, 16, 30, 30]);
    pool.operation = undefined;
    pool.tick(accepted);
    pool.wait(1).vms(['new']).tick();
    expect(pool.memory?.growthFailures).toBeUndefined();
    expect(alertsOf(pool.wait(1).tick().plan)).not.toContain('growth-failed');
  });

  test('a refusal takes the cooldown back and waits as a failed one', () => {
    const pool = aPool().runners(ids(1), busy).queued(3);
    pool.tick(() => ({ answer: 'refused', code: 'QuotaExceeded', text: 'cores' }));
    pool.wait(1).tick();
    expect(pool.memory?.cooldowns.scaleOutAt).toBeUndefined();
    expect(growthOf(pool.wait(7 - 1 / 60).look())).toBeUndefined();
    expect(growthOf(pool.wait(1 / 60).look())).toBeDefined();
  });
});

describe('412', () => {
  const conflict = () => ({ answer: 'conflict' }) as const;

  test('nothing was written: the next tick decides, without the cooldown of what never happened', () => {
    const pool = aPool().runners(ids(1), busy).queued(3);
    pool.tick(conflict);
    const { plan } = pool.wait(1).scaleSet({ etag: '"2"' }).tick();
    expect(growthOf(plan)).toEqual({ add: 1, to: 2 });
    expect(plan.decision.acts).toContainEqual(expect.objectContaining({ etag: '"2"' }));
  });

  test('on a repeated run it proves nothing: a capacity that shows the write keeps the cooldown and counts as ordered', () => {
    const pool = aPool().runners(ids(1), busy).queued(3);
    pool.tick(conflict);
    const at = pool.now;
    const { plan } = pool.wait(1).scaleSet({ capacity: 2, etag: '"2"' }).tick();
    expect(growthOf(plan)).toBeUndefined();
    expect(plan.counts?.booting).toBe(1);
    expect(pool.memory?.cooldowns.scaleOutAt).toBe(at);
  });

  test('nor does a capacity that fell since: a VM of it in the list keeps the cooldown, and it ends as one that came', () => {
    const pool = aPool().runners(ids(1), busy).queued(3);
    pool.tick(conflict);
    const at = pool.now;
    const { plan } = pool.wait(1).vms(['new']).scaleSet({ capacity: 1, etag: '"3"' }).tick();
    expect(plan.growthNews).toMatchObject({ result: 'seen' });
    expect(pool.memory).toMatchObject({ growth: { state: 'over' }, cooldowns: { scaleOutAt: at } });
  });

  test.each(['refused', 'late', 'notNow'] as const)(
    'nor does one that was %s: where another run of it wrote, the cooldown stands',
    (answer) => {
      const pool = aPool().runners(ids(1), busy).queued(3);
      pool.tick(() => ({ answer, code: 'HTTP 429', text: 'throttled' }));
      const stamped = pool.memory?.cooldowns.scaleOutAt;
      pool.wait(1).scaleSet({ capacity: 2, etag: '"2"' }).tick();
      expect(stamped).toBeDefined();
      expect(pool.memory?.cooldowns.scaleOutAt).toBe(stamped);
      expect(pool.memory?.growth?.state).toBe('accepted');
    },
  );
});

describe('ordered and not yet listed', () => {
  test.each([
    [5, 1],
    [5 + 1 / 60, 0],
  ])('counts as booting for five minutes after the write: after %f minutes %i', (minutes, booting) => {
    expect(ordering().wait(minutes).look().counts?.booting).toBe(booting);
  });

  test('until its operation failed', () => {
    const pool = ordering();
    pool.operation = failing;
    expect(pool.wait(1).look().counts?.booting).toBe(0);
  });

  test.each(['Uniform', 'Flexible'] as const)(
    'what was ordered first counts on beside a second order, so that both stay within MAX_RUNNERS: %s',
    (mode) => {
      const pool = aPool({ MAX_RUNNERS: '3', SCALE_OUT_COOLDOWN_DURATION: '0.01' }).scaleSet({ mode }).runners(ids(1), busy).queued(9);
      const orders = [1, 2, 3, 4].map(() => {
        const growth = growthOf(pool.tick(accepted).plan);
        pool.wait(1).scaleSet({ capacity: growth?.to ?? pool.state.capacity });
        return growth?.add;
      });
      expect(orders).toEqual([1, 1, undefined, undefined]);
      expect(pool.state.capacity).toBe(3);
      expect(pool.look().counts?.booting).toBe(2);
      expect(pool.vms(['a']).look().counts?.booting).toBe(2);
    },
  );

  test('a listed one is counted once', () => {
    expect(ordering().vms(['new']).wait(1).look().counts?.booting).toBe(1);
  });

  test('a fleet blob that was lost does not make the old VMs arrivals of the order', () => {
    const pool = ordering({ BOOT_TIMEOUT_MINUTES: '1' }).wait(4).tick() && ordering();
    pool.instances = pool.instances.map((instance) => ({ ...instance, createdAt: pool.now - 60 * MINUTE }));
    pool.fleet = undefined;
    pool.operation = { kind: 'succeeded' };
    const { plan } = pool.wait(1).tick();
    expect(plan.growthNews).toBeUndefined();
    expect(plan.counts?.booting).toBe(1);
  });
});

describe('while Updating for a capacity write of ours', () => {
  const again = (pool: PoolBuilder): PoolBuilder => pool.set({ SCALE_OUT_COOLDOWN_DURATION: '0.01' }).queued(9);

  test.each([
    [5 - 1 / 60, false],
    [5, true],
  ])('nothing is written for 5 minutes: after %f minutes written %s', (minutes, written) => {
    expect(growthOf(again(ordering()).wait(minutes).look()) !== undefined).toBe(written);
  });

  test.each(['succeeded', 'forgotten'] as const)('or until that operation ends: %s', (kind) => {
    const pool = again(ordering());
    pool.operation = { kind };
    expect(growthOf(pool.wait(1).look())).toBeDefined();
  });

  test('an operation of another does not hold it', () => {
    expect(growthOf(again(ordering()).scaleSet({ provisioningState: 'Succeeded' }).wait(1).look())).toBeDefined();
    const pool = aPool({ SCALE_OUT_COOLDOWN_DURATION: '0.01' }).runners(ids(1), busy).queued(3);
    expect(growthOf(pool.scaleSet({ provisioningState: 'Updating' }).look())).toBeDefined();
  });
});

describe('the capacity that is written', () => {
  test.each<[string, (pool: PoolBuilder) => PoolBuilder, { add: number; to: number }]>([
    ['capacity and list agree', (pool) => pool, { add: 2, to: 6 }],
    ['a surplus of one Deleting', (pool) => pool.editVm('0', { provisioningState: 'Deleting' }), { add: 2, to: 6 }],
    [
      'Deleting whose capacity is gone already',
      (pool) => pool.editVm('0', { provisioningState: 'Deleting' }).scaleSet({ capacity: 3 }),
      { add: 2, to: 5 },
    ],
    ['a surplus that nothing explains', (pool) => pool.scaleSet({ capacity: 5 }), { add: 2, to: 6 }],
    ['a surplus beyond what is asked for', (pool) => pool.scaleSet({ capacity: 8 }), { add: 4, to: 8 }],
    [
      'a surplus that Deleting ones explain in part',
      (pool) => pool.editVm('0', { provisioningState: 'Deleting' }).scaleSet({ capacity: 5 }),
      { add: 2, to: 5 },
    ],
    ['one ordered and not yet listed', (pool) => order(pool, 1).scaleSet({ capacity: 5 }), { add: 2, to: 7 }],
    ['one ordered whose write was lost', (pool) => order(pool, 1), { add: 2, to: 6 }],
  ])(
    'Uniform: max(capacity, listed and not Deleting + n), but capacity + n where Deleting or ordered ones explain the surplus: %s',
    (_, change, growth) => {
      const pool = change(aPool({ SCALE_OUT_STEP: '2', SCALE_OUT_COOLDOWN_DURATION: '0.01' }).runners(ids(4), busy)).queued(20);
      expect(growthOf(pool.look())).toEqual(growth);
    },
  );

  test.each([
    [4, 6],
    [9, 11],
  ])('Flexible: capacity + n, since Azure creates the difference: from %i to %i', (from, to) => {
    const pool = aPool({ SCALE_OUT_STEP: '2' }).runners(ids(4), busy).scaleSet({ mode: 'Flexible', capacity: from }).queued(20);
    expect(growthOf(pool.look())).toEqual({ add: 2, to });
  });

  test('never lower than the reading, with its ETag, and what it rests on', () => {
    const pool = aPool().runners(ids(2), busy).scaleSet({ capacity: 7, etag: '"77"' }).queued(3);
    expect(pool.look().decision.acts).toEqual([expect.objectContaining({ kind: 'setCapacity', from: 7, to: 7, etag: '"77"' })]);
  });
});

/** A growth under way, admitted now. */
function order(pool: PoolBuilder, add: number): PoolBuilder {
  const growth = { attempt: 'before', at: pool.now, add, from: 4, to: 4 + add, rule: '', state: 'accepted' as const };
  return pool.remember((memory) => (memory.growth = growth));
}

describe('three failed boots in a row are an incident', () => {
  /** Sick boots: so many VMs whose allowance ended without a runner. */
  const sick = (failed: number): PoolBuilder => {
    const pool = aPool({ MIN_RUNNERS: '9', REPAIR_MAX_PER_TICK: '0', SCALE_OUT_STEP: '5' });
    pool.tick(() => ({ answer: 'late' }));
    pool
      .wait(1)
      .vms(ids(failed), { createdAt: pool.now })
      .tick(() => ({ answer: 'late' }));
    pool.wait(15 + 1 / 60).tick(() => ({ answer: 'late' }));
    return pool;
  };

  test('two are none', () => {
    expect(growthOf(sick(2).wait(1).look())?.add).toBeGreaterThan(1);
  });

  test('growth tries one VM at a time after 5, 10, 20, 30, 30 minutes, each from the last failure on', () => {
    const pool = sick(3);
    const waits: number[] = [];
    for (let tries = 0; tries < 5; tries += 1) {
      const failedAt = pool.now;
      while (growthOf(pool.look()) === undefined) pool.wait(1);
      waits.push((pool.now - failedAt) / MINUTE);
      expect(growthOf(pool.tick().plan)?.add).toBe(1);
      pool
        .wait(1)
        .vms([`try${tries}`], { createdAt: pool.now })
        .tick();
      for (let minutes = 0; minutes < 15; minutes += 1) expect(growthOf(pool.wait(1).tick().plan)).toBeUndefined();
      pool.wait(1 / 60).tick();
    }
    expect(waits).toEqual([5, 10, 20, 30, 30]);
  });

  test('more than three at once are one incident, not several tries', () => {
    const pool = sick(6);
    expect(growthOf(pool.wait(5 - 1 / 60).look())).toBeUndefined();
    expect(growthOf(pool.wait(1 / 60).look())?.add).toBe(1);
  });

  test('a boot that registers ends it', () => {
    const pool = sick(3).wait(1);
    expect(alertsOf(pool.look())).toContain('boot-incident');
    const { plan } = pool.registers(['1']).tick();
    expect(growthOf(plan)?.add).toBe(8);
    expect(alertsOf(plan)).not.toContain('boot-incident');
  });
});
