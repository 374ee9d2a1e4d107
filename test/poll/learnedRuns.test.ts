import { describe, expect, test } from 'vitest';
import { readLedger } from '../../src/observe/ledger/read';
import { replay } from '../../src/observe/ledger/replay';
import { planTick } from '../../src/poll/planTick';
import { aPool, growthOf, ids, MINUTE, type PoolBuilder } from '../support/builders/pool';

const late = () => ({ answer: 'late' }) as const;
const DEMAND = { SCALE_OUT_STRATEGY: 'demand' };
const BUSY = { runningTasks: 1 };
const read = (pool: PoolBuilder): PoolBuilder => (pool.tick(late), pool);
const runs = (count: number, minutes: number): number[] => Array.from({ length: count }, () => minutes * MINUTE);

/** As if the last reading had been so many minutes ago. */
function forget(pool: PoolBuilder, minutes: number): PoolBuilder {
  if (pool.fleet?.work !== undefined) pool.fleet.work.at = pool.now - minutes * MINUTE;
  return pool;
}

/** A pool with one busy runner whose run was watched for so many minutes, a reading each; what it learned before is given. */
function working(minutes: number, runTimes: number[], env: Record<string, string> = {}): PoolBuilder {
  const pool = read(aPool({ ...DEMAND, ...env }).runners(['0']));
  read(pool.wait(0.5).editRunner('0', BUSY));
  for (let left = minutes; left > 1; left -= 1) read(pool.wait(1));
  pool.wait(minutes - Math.max(0, Math.ceil(minutes) - 1));
  if (pool.fleet !== undefined) pool.fleet.runTimes = runTimes;
  return pool;
}

describe('SCALE_OUT_STRATEGY=demand: a job that a busy runner will soon take is ordered no VM for', () => {
  test.each([
    ['all runs took five minutes, and it is at its fifth', 4.5, runs(20, 5), undefined],
    ['it is at its fourth', 3.5, runs(20, 5), 1],
    ['it outlasts them all', 5.5, runs(20, 5), 1],
    ['nineteen runs are too few', 4.5, runs(19, 5), 1],
    ['one of four takes longer', 4.5, [...runs(15, 5), ...runs(5, 9)], undefined],
    ['six of twenty do', 4.5, [...runs(14, 5), ...runs(6, 9)], 1],
    ['most are shorter, and of the longer ones are too few', 4.5, [...runs(60, 2), ...runs(19, 5)], 1],
    ['most are shorter, and the longer ones enough', 4.5, [...runs(60, 2), ...runs(20, 5)], undefined],
    ['of any length', 4.5, Array.from({ length: 100 }, (_, at) => (at / 10) * MINUTE), 1],
  ])('%s', (_, minutes, times, add) => {
    const plan = working(minutes, times).queued(1).look();
    expect(growthOf(plan)?.add).toBe(add);
    expect(plan.decision.reason.includes('1 about to be free')).toBe(add === undefined);
  });

  test('it takes one job; for the others VMs are ordered', () => {
    const plan = working(4.5, runs(20, 5)).queued(3).look();
    expect(growthOf(plan)?.add).toBe(2);
    expect(plan.decision.reason).toBe('3 jobs wait (3 unserved, 1 about to be free): ordering 2 instances, capacity 1 to 3.');
  });

  test.each([
    ['its agent is not connected: its counts are old', (pool: PoolBuilder) => pool.editRunner('0', { connected: false }), 1],
    ['it drains', (pool: PoolBuilder) => pool.draining('0', 'recorded', { adopted: true }), 1],
    ['nobody looked for three minutes', (pool: PoolBuilder) => forget(pool, 3), 1],
    ['it takes several tasks', (pool: PoolBuilder) => pool.set({ ...DEMAND, TASKS_PER_RUNNER: '2' }), 1],
    ['the step rule orders as it always has', (pool: PoolBuilder) => pool.set({ SCALE_OUT_THRESHOLD: '1' }), 1],
  ])('not where %s', (_, change, add) => {
    expect(
      growthOf(
        change(working(4.5, runs(20, 5)))
          .queued(1)
          .look(),
      )?.add,
    ).toBe(add);
  });

  test('a job that waits on all the same has a VM ordered after STARVATION_MINUTES', () => {
    const pool = working(4.5, runs(20, 5), { STARVATION_MINUTES: '3' }).queued(1);
    const isSoon = (): void => {
      if (pool.fleet?.runners['0'] !== undefined) pool.fleet.runners['0'].busy = { since: pool.now - 3.5 * MINUTE };
    };
    const added = [0, 1, 2, 3].map(() => {
      const { plan } = pool.tick(late);
      isSoon();
      pool.wait(1);
      return growthOf(plan)?.add;
    });
    expect(added).toEqual([undefined, undefined, undefined, 1]);
  });

  test('a ledger line tells it, and is decided again as it was', () => {
    const { settings, memory, fleet, now, ...pool } = working(4.5, runs(20, 5)).queued(2);
    if (memory === undefined || fleet === undefined) throw new Error('the pool remembers nothing');
    delete fleet.ledger;
    const reading = { kind: 'complete' as const, ...pool };
    const { lines } = planTick({ settings, memory, fleet, reading, now, tickId: 'x', warnings: [] });
    const tick = lines.find((line) => line.kind === 'tick');
    expect(tick).toMatchObject({ observation: { freeing: 1 }, decision: { acts: [{ kind: 'setCapacity', add: 1 }] } });
    expect(replay(readLedger([lines.map((line) => JSON.stringify(line)).join('\n')]))).toMatchObject({ differences: [] });
  });
});

/** What was learned, in minutes. */
const learned = ({ fleet }: PoolBuilder): readonly number[] => (fleet?.runTimes ?? []).map((ms) => ms / MINUTE);
const idle = (pool: PoolBuilder): PoolBuilder => pool.editRunner('0', { runningTasks: 0 });
/** One run from the second reading to the fifth, with something else under way in one of those between. */
function run(between: (pool: PoolBuilder) => unknown = () => undefined): PoolBuilder {
  const pool = read(aPool(DEMAND).runners(['0']));
  read(pool.wait(1).editRunner('0', BUSY));
  between(read(pool.wait(1)));
  read(pool.wait(1));
  return read(idle(pool.wait(1)));
}

describe('which runs are measured', () => {
  test('one from its first reading with tasks to the first with none; a pending task is one', () => {
    expect(learned(run())).toEqual([3]);
    const pool = run((each) => each.editRunner('0', { runningTasks: 0, pendingTasks: 1 }));
    expect(learned(read(pool.wait(1).editRunner('0', { pendingTasks: 0 })))).toEqual([4]);
  });

  test.each<[string, (pool: PoolBuilder) => unknown]>([
    ['one during which a job waited: its runner may have taken it', (pool) => read(pool.wait(1).queued(1)).queued(0)],
    ['one that was not looked at for three minutes', (pool) => pool.wait(2.5)],
    ['one whose runner was unlisted meanwhile', (pool) => (read(pool.wait(1).unlistRunners('0')), pool.registers(['0'], BUSY))],
    [
      'one whose count was not told',
      (pool) => (read(pool.wait(1).editRunner('0', { runningTasks: undefined })), pool.editRunner('0', BUSY)),
    ],
  ])('not %s', (_, between) => {
    expect(learned(run(between))).toEqual([]);
  });

  test('not one that was there at the first reading; one that a new runner began between two readings is', () => {
    const pool = read(aPool(DEMAND).runners(['0'], BUSY));
    read(idle(pool.wait(1)));
    expect(learned(pool)).toEqual([]);
    read(pool.wait(1).runners(['1'], BUSY));
    read(pool.wait(2).editRunner('1', { runningTasks: 0 }));
    expect(learned(pool)).toEqual([2]);
  });

  test('the last hundred are kept', () => {
    const pool = read(aPool(DEMAND).runners(ids(60)));
    for (const minutes of [1, 2]) {
      ids(60).forEach((id) => pool.editRunner(id, BUSY));
      read(pool.wait(1));
      ids(60).forEach((id) => pool.editRunner(id, { runningTasks: 0 }));
      read(pool.wait(minutes));
    }
    expect(learned(pool)).toEqual([...Array.from({ length: 40 }, () => 1), ...Array.from({ length: 60 }, () => 2)]);
  });
});
