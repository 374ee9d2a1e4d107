import { describe, expect, test } from 'vitest';
import type { Act, TickPlan } from '../../src/model/decision';
import { aPool, alertsOf, growthOf, ids, START, type PoolBuilder } from '../support/builders/pool';

const repairsOf = (plan: TickPlan): string[] =>
  plan.decision.acts.flatMap((act: Act) => {
    if (act.kind === 'drain' && act.rule.startsWith('repair/')) return [`${act.rule.slice(7)} ${act.instanceId}`];
    return act.kind === 'deregister' ? [`${act.reason} ${act.runnerId}`] : [];
  });

/** Readings at these minutes; what they repair, each of them: a repair is asked for once and then recorded. */
function at(pool: PoolBuilder, minutes: readonly number[]): string[] {
  return minutes.flatMap((minute) => {
    pool.now = START + minute * 60_000;
    return repairsOf(pool.tick(() => ({ answer: 'late' })).plan);
  });
}
/** Our memory begins a minute before. */
const known = (pool: PoolBuilder): PoolBuilder => {
  pool.now = START - 60_000;
  pool.tick(() => ({ answer: 'late' }));
  return pool;
};
const upTo = (last: number): number[] => [...Array.from({ length: Math.ceil(last) }, (_, minute) => minute), last];

describe('Rule 5: unhealthy for DISCONNECT_GRACE_MINUTES without a break', () => {
  test.each<[string, (pool: PoolBuilder) => PoolBuilder]>([
    ['disconnected', (pool) => pool.editRunner('1', { connected: false })],
    ['Failed', (pool) => pool.editVm('1', { provisioningState: 'Failed' })],
    ['stopped', (pool) => pool.editVm('1', { power: 'stopped' })],
    ['deallocated', (pool) => pool.editVm('1', { power: 'deallocated' })],
  ])('%s', (_name, change) => {
    const pool = change(known(aPool().runners(ids(9))));
    expect(at(pool, upTo(9.9))).toEqual([]);
    expect(at(pool, [10])).toEqual(['unhealthy 1']);
  });

  test('a flap starts the time anew', () => {
    const pool = aPool().runners(ids(9)).editRunner('1', { connected: false });
    at(pool, upTo(9));
    at(pool.editRunner('1', { connected: true }), [9.5]);
    expect(at(pool.editRunner('1', { connected: false }), [10, 15, 19.9])).toEqual([]);
    expect(at(pool, [20])).toEqual(['unhealthy 1']);
  });

  test.each<[string, (pool: PoolBuilder) => unknown]>([
    ['protected', (pool) => pool.remember((memory) => memory.flags.protectedRunners.push('1'))],
    [
      'paused',
      (pool) =>
        pool.remember((memory) => (memory.flags.paused = { scaleOut: false, scaleIn: true, reason: '', until: undefined, at: START })),
    ],
  ])('not while %s', (_name, change) => {
    const pool = aPool().runners(ids(9)).editRunner('1', { connected: false });
    change(pool);
    expect(at(pool, upTo(20))).toEqual([]);
  });
});

describe('Rule 5: a stray', () => {
  const withStray = (env: Record<string, string> = {}): PoolBuilder => {
    return known(aPool(env).runners(ids(9))).vms(['s'], { createdAt: START });
  };

  test('goes when its boot allowance is over, after two looks at least five minutes apart', () => {
    const pool = withStray();
    expect(at(pool, upTo(15))).toEqual([]);
    expect(at(pool, [15.1, 17, 20])).toEqual([]);
    expect(at(pool, [20.1])).toEqual(['stray s']);
  });

  test('not once it has shown a runner', () => {
    expect(at(withStray().registers(['s']), upTo(30))).toEqual([]);
  });

  test.each<[string, (pool: PoolBuilder) => unknown]>([
    ['more jobs run than the listed runners have', (pool) => pool.says({ running: 1 })],
    ['the list of runners may have been cut at 100', (pool) => pool.runners(ids(91, 100))],
    ['its name cannot be read', (pool) => pool.editVm('s', { computerName: undefined })],
    ['it is protected', (pool) => pool.remember((memory) => memory.flags.protectedInstances.push('vmid-s'))],
    ['a person protects it in Azure', (pool) => pool.editVm('s', { isProtected: true })],
    [
      'the right to delete is missing',
      (pool) => pool.remember((memory) => (memory.deletion.refusals = { x: { at: START, code: '', text: '', right: true } })),
    ],
  ])('not while %s', (_name, change) => {
    const pool = withStray();
    change(pool);
    expect(at(pool, upTo(40))).toEqual([]);
  });

  test('has the boot clock of its VM: an id used again begins a new one', () => {
    const pool = withStray();
    at(pool, upTo(10));
    at(pool.editVm('s', { provisioningState: 'Deleting' }), [11]);
    at(pool.unlistVms('s').scaleSet({ capacity: 9 }), [12]);
    pool.vms(['s'], { vmId: 'vmid-s2', computerName: 'vm-s2', createdAt: START + 12 * 60_000 });
    const later = Array.from({ length: 15 }, (_, minute) => 13 + minute);
    expect(at(pool, later)).toEqual([]);
    expect(pool.look().counts?.booting).toBe(1);
    expect(at(pool, [27.1, 30, 32.1])).toEqual(['stray s']);
  });

  test('at most REPAIR_MAX_PER_TICK at once', () => {
    const pool = withStray({ REPAIR_MAX_PER_TICK: '2' });
    pool.vms(['t'], { createdAt: START });
    expect(at(pool, upTo(21))).toHaveLength(2);
    const single = withStray({ REPAIR_MAX_PER_TICK: '1' });
    single.vms(['t'], { createdAt: START });
    expect(at(single, upTo(21))).toHaveLength(1);
  });
});

describe('Rule 5: a lost one', () => {
  const lost = (lastTasks: number): PoolBuilder => {
    const pool = aPool().runners(ids(20)).editRunner('1', { runningTasks: lastTasks });
    at(pool, upTo(16));
    return pool.unlistRunners('1');
  };

  test('last seen idle is a stray after twice the boot allowance', () => {
    const pool = lost(0);
    expect(at(pool, [17, 20, 30, 46.9])).toEqual([]);
    expect(at(pool, [47])).toEqual(['lost 1']);
  });

  test.each<[string, PoolBuilder]>([
    ['listed in our first reading', aPool().runners(ids(20)).vms(['old'])],
    ['created before our first reading and listed later', known(aPool().runners(ids(20))).vms(['old'], { createdAt: START - 120_000 })],
  ])('%s it may have shown a runner before our memory began: only shown', (_name, pool) => {
    expect(at(pool, upTo(90))).toEqual([]);
    expect(alertsOf(pool.look())).toContain('lost-instance');
  });

  test('last seen busy is only shown', () => {
    const pool = lost(1);
    expect(at(pool, [17, 20, 47, 90])).toEqual([]);
    expect(alertsOf(pool.look())).toContain('lost-instance');
  });
});

describe('Rule 5: a ghost', () => {
  const ghost = (fields = {}): PoolBuilder => {
    const pool = aPool().runners(ids(20));
    pool.tick();
    return pool
      .editRunner('1', { connected: false, ...fields })
      .unlistVms('1')
      .scaleSet({ capacity: 19 });
  };
  const gone = (pool: PoolBuilder): PoolBuilder => {
    pool.ghostChecks = { 1: 'absent' };
    return pool;
  };

  test('three complete lists over five minutes and a direct 404', () => {
    const pool = gone(ghost());
    expect(at(pool, [1, 3, 5.9])).toEqual([]);
    expect(at(pool, [6])).toEqual(['ghost 1']);
  });

  test.each<[string, PoolBuilder]>([
    ['without the direct 404', ghost()],
    ['with a task', gone(ghost({ runningTasks: 1 }))],
    ['whose tasks are not told', gone(ghost({ pendingTasks: undefined }))],
  ])('not %s', (_name, pool) => {
    expect(at(pool, upTo(30))).toEqual([]);
  });

  test('refused again and again it leaves other repairs their turn', () => {
    const pool = gone(ghost()).editRunner('2', { connected: false }).registers(['2b'], { computerName: 'vm-2' });
    const seen = new Set(Array.from({ length: 20 }, (_, minute) => at(pool, [minute + 1])).flat());
    expect([...seen]).toEqual(['ghost 1', 'stale 2']);
  });
});

describe('Rule 5: a stale registration', () => {
  const stale = (fields = {}, otherConnected = true): PoolBuilder =>
    aPool()
      .runners(ids(9))
      .editRunner('1', { connected: false, ...fields })
      .registers(['1b'], { computerName: 'vm-1', connected: otherConnected });

  test.each(['ACTIVE', 'DRAINING'])('%s: disconnected for its grace while another entry is connected', (status) => {
    const pool = stale({ status });
    expect(at(pool, upTo(9.9))).toEqual([]);
    expect(at(pool, [10])).toEqual(['stale 1']);
  });

  test('with a task it is only shown', () => {
    const pool = stale({ runningTasks: 1 });
    expect(at(pool, upTo(30))).toEqual([]);
    expect(pool.look().counts?.stale).toBe(1);
  });
});

describe('Rule 5: the breaker', () => {
  const turned = (bad: number, of: number): PoolBuilder => {
    const pool = aPool({ REPAIR_MAX_PER_TICK: '1' }).runners(ids(of));
    pool.tick();
    for (const id of ids(bad)) pool.editRunner(id, { connected: false });
    return pool;
  };

  test.each([
    [3, 14, false],
    [3, 15, true],
    [2, 9, true],
    [4, 20, true],
    [5, 20, false],
  ])('%i of %i turned bad: repairs go on: %s', (bad, of, goesOn) => {
    const pool = turned(bad, of);
    expect(at(pool, upTo(11)).length > 0).toBe(goesOn);
    expect(alertsOf(pool.look()).includes('repair-frozen')).toBe(!goesOn);
  });

  test('it closes after 15 minutes without another, or by acknowledge', () => {
    const quiet = turned(5, 20);
    expect(at(quiet, upTo(24))).toEqual([]);
    expect(at(quiet, [25.1])).toHaveLength(1);
    const acknowledged = turned(5, 20);
    at(acknowledged, upTo(12));
    acknowledged.remember((memory) => (memory.flags.acknowledgedAt = acknowledged.now));
    expect(at(acknowledged, [13])).toHaveLength(1);
  });
});

describe('Rule 5: three failed boots in a row are an incident', () => {
  const failed = (count: number): PoolBuilder => {
    return known(aPool({ REPAIR_MAX_PER_TICK: '5', MIN_RUNNERS: '20' }).runners(ids(9))).vms(ids(count, 100), { createdAt: START });
  };

  test.each([
    [2, 2],
    [3, 1],
  ])('%i failed: %i strays go', (count, strays) => {
    const pool = failed(count);
    at(pool, upTo(20));
    expect(at(pool, [21]).filter((each) => each.startsWith('stray'))).toHaveLength(strays);
    expect(alertsOf(pool.look()).includes('boot-incident')).toBe(count >= 3);
  });

  test('one stray before each try, the oldest; a protected one does not stand in the way', () => {
    const pool = failed(4).remember((memory) => memory.flags.protectedInstances.push('vmid-100'));
    at(pool, upTo(20));
    expect(at(pool, [21])).toEqual(['stray 101']);
    expect(at(pool, [22])).toEqual([]);
  });

  test('growth tries one VM at a time', () => {
    const pool = failed(3);
    at(pool, upTo(16));
    pool.now = START + 40 * 60_000;
    expect(growthOf(pool.tick().plan)?.add).toBe(1);
  });

  test('a boot that registers ends it, and so does an hour', () => {
    const registers = failed(4);
    at(registers, upTo(21));
    expect(at(registers.registers(['103']), [22])).toEqual(['stray 101', 'stray 102']);
    const hour = failed(4);
    at(hour, upTo(21));
    expect(at(hour, [76])).toEqual([]);
    expect(at(hour, [76.1])).toEqual(['stray 101', 'stray 102', 'stray 103']);
  });
});
