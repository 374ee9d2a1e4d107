import { describe, expect, test } from 'vitest';
import { bootCredit } from '../../src/poll/learnedBoot';
import { aPool, drainedBy, growthOf, ids, MINUTE, type PoolBuilder } from '../support/builders/pool';
import { settingsOf } from '../support/ticker';

const late = () => ({ answer: 'late' }) as const;
const DEMAND = { SCALE_OUT_STRATEGY: 'demand', BOOT_TIMEOUT_MINUTES: '15' };
const boots = (count: number, minutes: number): number[] => Array.from({ length: count }, () => minutes * MINUTE);
const creditOf = (bootTimes: number[] | undefined, env: Record<string, string> = DEMAND): number =>
  bootCredit(settingsOf(env), bootTimes === undefined ? {} : { bootTimes }) / MINUTE;

describe('for how many minutes a VM without a runner counts as capacity to come', () => {
  test.each([
    ['before anything is learned', undefined, 15],
    ['nineteen boots are too few', boots(19, 4), 15],
    ['twenty of four minutes: half as long again', boots(20, 4), 6],
    ['never less than two', boots(20, 0.5), 2],
    ['never more than BOOT_TIMEOUT_MINUTES', boots(20, 14), 15],
    ['one slow boot of twenty does not count', [...boots(19, 4), 12 * MINUTE], 6],
    ['two do', [...boots(18, 4), 8 * MINUTE, 8 * MINUTE], 12],
  ])('%s', (_, times, minutes) => {
    expect(creditOf(times)).toBe(minutes);
  });

  test('the step rule keeps to BOOT_TIMEOUT_MINUTES', () => {
    expect(creditOf(boots(20, 4), { BOOT_TIMEOUT_MINUTES: '15' })).toBe(15);
  });
});

/** Of the VM listed last, in minutes. */
const ageOf = (pool: PoolBuilder): number => (pool.now - (pool.instances.at(-1)?.createdAt ?? 0)) / MINUTE;

/** A pool that watched so many boots of four minutes each, and then saw one VM more appear. */
function watched(count: number): PoolBuilder {
  const pool = aPool(DEMAND).runners(['first'], { runningTasks: 1 });
  pool.tick(late);
  pool.wait(1).vms(ids(count), { createdAt: pool.now });
  pool.tick(late);
  pool.wait(4).registers(ids(count), { runningTasks: 1 });
  pool.tick(late);
  pool.wait(1).vms(['slow'], { createdAt: pool.now });
  pool.tick(late);
  return pool.queued(1);
}

describe('a VM that boots for longer than the pool learned', () => {
  test.each([
    [20, 6, undefined],
    [20, 6.5, 1],
    [19, 6.5, undefined],
  ])('after %i boots, %d minutes old: is another ordered?', (count, minutes, add) => {
    expect(growthOf(watched(count).wait(minutes).look())?.add).toBe(add);
  });

  test('is shown as booting, and no verdict is nearer: it is deleted as a stray by BOOT_TIMEOUT_MINUTES alone', () => {
    const pool = watched(20).set({ ...DEMAND, REPAIR_MAX_PER_TICK: '1' });
    const looks = [7, 14, 15].map((minutes) => {
      const { counts, decision } = pool.wait(minutes - ageOf(pool)).look();
      return [counts?.booting, counts?.stray, decision.acts.filter(({ kind }) => kind === 'drain').length];
    });
    expect(looks).toEqual([
      [1, 0, 0],
      [1, 0, 0],
      [1, 0, 0],
    ]);
    expect(pool.wait(0.5).look().counts).toMatchObject({ booting: 0, stray: 1 });
  });

  test('a boot of unknown begin teaches nothing: what was there in the first reading', () => {
    const pool = aPool(DEMAND).vms(ids(20));
    pool.tick(late);
    pool.wait(4).registers(ids(20));
    pool.tick(late);
    expect(pool.fleet?.bootTimes).toBeUndefined();
    expect(drainedBy(pool.look())).toEqual([]);
  });

  test('at most sixty are kept', () => {
    expect(watched(80).fleet?.bootTimes).toHaveLength(60);
  });
});
