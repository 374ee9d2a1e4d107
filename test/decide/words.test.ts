import { describe, expect, test } from 'vitest';
import type { Counts } from '../../src/model/decision';
import { alertsOf, aPool, ids, MINUTE, type PoolBuilder } from '../support/builders/pool';

const quiet = { REPAIR_MAX_PER_TICK: '0' };
const counts = (pool: PoolBuilder): Counts => pool.look().counts as Counts;

/** Memory begun a minute ago over one idle runner; what comes now came since. */
function begun(env: Record<string, string> = {}): PoolBuilder {
  const pool = aPool({ ...quiet, ...env }).runners(['old']);
  pool.tick();
  return pool.wait(1);
}

/** Ticks a minute apart for so long, and once more at the end of it. */
function for_(pool: PoolBuilder, minutes: number): PoolBuilder {
  const until = pool.now + minutes * MINUTE;
  for (pool.tick(); pool.now + MINUTE < until;) pool.wait(1).tick();
  pool.now = until;
  pool.tick();
  return pool;
}

describe('booting', () => {
  test.each([
    [15, { booting: 1, stray: 0 }],
    [15 + 1 / 60, { booting: 0, stray: 1 }],
  ])('an instance without a runner within its boot allowance, from Azure’s timeCreated: after %f minutes', (minutes, expected) => {
    const pool = begun();
    pool.vms(['new'], { createdAt: pool.now }).tick();
    expect(counts(pool.wait(minutes))).toMatchObject(expected);
  });

  test('from our first sight where Azure tells no time, or one that lies ahead of our clock', () => {
    for (const createdAt of [undefined, begun().now + 30 * MINUTE]) {
      const pool = begun().vms(['new'], { createdAt });
      pool.tick();
      expect(counts(pool.wait(15))).toMatchObject({ booting: 1 });
      expect(counts(pool.wait(1))).toMatchObject({ booting: 0, stray: 1 });
    }
  });

  test('one that has shown a runner does not boot any more', () => {
    const pool = begun().vms(['new']).registers(['new']);
    pool.tick();
    expect(counts(pool.wait(1).unlistRunners('new'))).toMatchObject({ booting: 0, lost: 1 });
  });
});

describe('counted capacity', () => {
  test.each<[string, number, (pool: PoolBuilder) => PoolBuilder]>([
    ['ACTIVE, matched, healthy and connected', 1, (pool) => pool],
    ['within its grace disconnected', 1, (pool) => pool.editRunner('old', { connected: false })],
    ['of unknown connection', 1, (pool) => pool.editRunner('old', { connected: undefined })],
    ['busy with an unknown number of tasks', 1, (pool) => pool.editRunner('old', { runningTasks: undefined })],
    ['DRAINING', 0, (pool) => pool.editRunner('old', { status: 'DRAINING' })],
    ['of a recorded drain, though still ACTIVE', 0, (pool) => pool.draining('old')],
    ['of unknown status', 0, (pool) => pool.editRunner('old', { status: undefined })],
    ['on an instance that is Deleting', 0, (pool) => pool.editVm('old', { provisioningState: 'Deleting' })],
    ['of another computer name', 0, (pool) => pool.says({ runners: [] }).registers(['else'])],
    ['of a name followed by a domain', 1, (pool) => pool.editRunner('old', { computerName: 'VM-old.corp.example' })],
    ['of a name that merely begins alike', 0, (pool) => pool.says({ runners: [] }).registers(['x'], { computerName: 'vm-old2' })],
  ])('a runner %s counts %i', (_, counted, change) => {
    const pool = aPool(quiet).runners(['old']);
    expect(counts(change(pool)).active).toBe(counted);
  });
});

describe('unhealthy: for DISCONNECT_GRACE_MINUTES in every reading', () => {
  test.each<[string, (pool: PoolBuilder) => PoolBuilder]>([
    ['disconnected', (pool) => pool.editRunner('old', { connected: false })],
    ['Failed', (pool) => pool.editVm('old', { provisioningState: 'Failed' })],
    ['stopped', (pool) => pool.editVm('old', { power: 'stopped' })],
    ['deallocated', (pool) => pool.editVm('old', { power: 'deallocated' })],
  ])('%s: not before ten minutes, and one good reading starts them anew', (_, change) => {
    const sick = change(begun());
    expect(counts(for_(sick, 10 - 1 / 60))).toMatchObject({ unhealthy: 0, active: 1 });
    expect(counts(sick.wait(1 / 60))).toMatchObject({ unhealthy: 1, active: 0 });
    sick.editRunner('old', { connected: true }).editVm('old', { provisioningState: 'Succeeded', power: 'running' }).wait(0.1).tick();
    expect(counts(change(sick.wait(0.1)))).toMatchObject({ unhealthy: 0, active: 1 });
  });

  test('two readings are no confirmation, over however many minutes', () => {
    const sick = begun().editRunner('old', { connected: false });
    sick.tick();
    expect(counts(sick.wait(60))).toMatchObject({ unhealthy: 0 });
    sick.tick();
    expect(counts(sick.wait(1))).toMatchObject({ unhealthy: 1 });
  });

  test('an instance that fails while it is Deleting is not, and what boots is not', () => {
    const pool = begun().vms(['new']).editVm('new', { provisioningState: 'Failed' });
    expect(counts(for_(pool, 12))).toMatchObject({ unhealthy: 0, booting: 1 });
  });
});

describe('stray and lost', () => {
  test('stray: created since our memory began, boot allowance over, never shown a runner', () => {
    const pool = begun();
    pool.vms(['new'], { createdAt: pool.now }).tick();
    expect(counts(pool.wait(16))).toMatchObject({ stray: 1, lost: 0 });
  });

  test.each<[string, number | undefined]>([
    ['created before it', -60],
    ['of no told time', undefined],
    ['of a clock that lies ahead', 5],
  ])('lost, never stray: an instance of our memory’s first reading that shows no runner, %s', (_, minutes) => {
    const pool = aPool(quiet);
    pool.vms(['x'], { createdAt: minutes === undefined ? undefined : pool.now + minutes * MINUTE }).tick();
    expect(counts(pool.wait(25))).toMatchObject({ stray: 0, lost: 1 });
  });

  test('a memory begun by readings that failed begins with its first complete one', () => {
    const pool = aPool(quiet);
    pool.fails();
    pool.wait(1).vms(['x'], { createdAt: undefined }).tick();
    expect(counts(pool.wait(25))).toMatchObject({ stray: 0, lost: 1 });
  });

  test('losing the fleet blob makes lost ones, never strays', () => {
    const pool = begun().vms(['bare']);
    pool.tick();
    pool.fleet = undefined;
    pool.wait(20).tick();
    expect(counts(pool.wait(20))).toMatchObject({ stray: 0, lost: 1 });
  });

  test('stray again: its living runner was deregistered by a drain of ours', () => {
    const pool = begun().draining('old', 'deregistered');
    pool.unlistRunners('old').tick();
    pool.remember((memory) => (memory.drains = {}));
    expect(counts(pool.wait(1))).toMatchObject({ stray: 1, lost: 0 });
  });

  test('lost: its runner is no longer listed; shown, alerted', () => {
    const pool = begun().unlistRunners('old');
    pool.ticks(4);
    expect(counts(pool.wait(1))).toMatchObject({ lost: 1, stray: 0 });
    expect(alertsOf(pool.look())).toContain('lost-instance');
  });
});

describe('no stray or lost verdict', () => {
  /** One bare instance past its allowance beside so many runners. */
  const bare = (count: number, fields = {}): PoolBuilder => {
    const pool = begun().runners(ids(count - 1));
    pool.vms(['bare'], { createdAt: pool.now, ...fields }).tick();
    return pool.wait(16);
  };

  test.each([
    [99, 'stray'],
    [100, 'unjudged'],
    [101, 'stray'],
    [200, 'unjudged'],
  ] as const)('while the list’s length is 100, 200, …: %i is %s', (count, word) => {
    expect(counts(bare(count))[word]).toBe(1);
  });

  test('entries without a RunnerId are part of that length', () => {
    expect(counts(bare(97).says({ anonymous: 3 })).unjudged).toBe(1);
  });

  test.each([
    [undefined, 'stray'],
    [3, 'stray'],
    [4, 'unjudged'],
  ] as const)('while RunningWorkflowsCount exceeds the tasks of the listed runners (3): %s is %s', (running, word) => {
    const pool = bare(2).says({ running }).editRunner('0', { runningTasks: 1 }).editRunner('old', { runningTasks: 1, pendingTasks: 1 });
    expect(counts(pool)[word]).toBe(1);
  });

  test('while a RunningWorkflowsCount that was seen once is missing', () => {
    const pool = bare(2).says({ running: 0 });
    pool.tick();
    expect(counts(pool.says({ running: undefined })).unjudged).toBe(1);
    expect(counts(pool.says({ running: 0 })).stray).toBe(1);
  });

  test('on an unreadable name, or one that another instance has', () => {
    expect(counts(bare(2, { computerName: undefined })).unjudged).toBe(1);
    expect(counts(bare(2, { computerName: 'vm-old' })).unjudged).toBe(1);
  });

  test.each([
    [60 - 1 / 60, false],
    [60, true],
  ])('without its verdict for an hour it alerts, with the reason: after %f minutes', (minutes, alerts) => {
    const pool = bare(2, { computerName: undefined });
    pool.tick();
    const alert = pool
      .wait(minutes)
      .look()
      .alerts.find(({ code }) => code === 'unjudged-instance');
    expect(alert !== undefined).toBe(alerts);
    if (alerts) expect(alert?.text).toContain('its computer name is not told');
  });
});

describe('entries', () => {
  test('foreign: it matches no instance of ours and never did; ghost: its instance is gone', () => {
    const pool = begun().registers(['foreign']).runners(['gone']);
    expect(counts(pool)).toMatchObject({ foreign: 1, ghost: 0 });
    pool.tick();
    expect(counts(pool.wait(1).unlistVms('gone'))).toMatchObject({ foreign: 1, ghost: 1 });
  });

  test('stale: of several entries of one instance the connected one speaks for it', () => {
    const pool = begun().registers(['again'], { computerName: 'vm-old', runningTasks: 1 }).editRunner('old', { connected: false });
    expect(counts(pool)).toMatchObject({ stale: 1, active: 1, busy: 1, idle: 0 });
  });

  test('idle: zero running and zero pending tasks', () => {
    const idle = (runningTasks: number | undefined, pendingTasks: number | undefined): number =>
      counts(begun().editRunner('old', { runningTasks, pendingTasks })).idle;
    expect([idle(0, 0), idle(1, 0), idle(0, 1), idle(undefined, 0), idle(0, undefined)]).toEqual([1, 0, 0, 0, 0]);
  });
});
