import { describe, expect, test } from 'vitest';
import { isLifeless } from '../../src/poll/lifeless';
import { aPool, MINUTE, type PoolBuilder } from '../support/builders/pool';

const GRACE = { DISCONNECT_GRACE_MINUTES: '10', REPAIR_MAX_PER_TICK: '0' };
const DEAD = { connected: false };
const late = () => ({ answer: 'late' }) as const;
/** So many minutes of readings, one each. */
function read(pool: PoolBuilder, minutes: number): PoolBuilder {
  for (let left = minutes; left > 0; left -= 1) pool.wait(1).tick(late);
  return pool;
}
/** A pool with one VM and its runner that was read for half an hour. */
const settled = (): PoolBuilder => read(aPool(GRACE).runners(['0']), 30);
const judged = ({ fleet, settings, group, now }: PoolBuilder, after = 0): boolean =>
  isLifeless(fleet, 'vmid-0', group.runners ?? [], settings, now + after * MINUTE);

describe('whether the polls saw nobody live on a machine for DISCONNECT_GRACE_MINUTES', () => {
  test.each<[string, PoolBuilder, boolean]>([
    ['in service', settled(), false],
    ['disconnected for nine minutes', read(settled().editRunner('0', DEAD), 10), false],
    ['disconnected for ten', read(settled().editRunner('0', DEAD), 11), true],
    ['disconnected for ten, with a task', read(settled().editRunner('0', { ...DEAD, runningTasks: 1 }), 11), false],
    [
      'disconnected for ten, with none for five of them',
      read(read(settled().editRunner('0', { ...DEAD, runningTasks: 1 }), 6).editRunner('0', { runningTasks: 0 }), 6),
      false,
    ],
    ['its entry unlisted for nine minutes', read(settled().unlistRunners('0'), 9), false],
    ['its entry unlisted for ten', read(settled().unlistRunners('0'), 10), true],
    ['a dead entry beside one that was connected and is unlisted now', both(), false],
    ['without an entry, nine minutes old', read(aPool(GRACE).vms(['0']), 10), false],
    ['without an entry, ten minutes old', read(aPool(GRACE).vms(['0']), 11), true],
    ['unknown to the polls', aPool(GRACE).vms(['0']), false],
    [
      'with an entry that the polls have not seen',
      read(aPool(GRACE).vms(['0']), 30).registers(['new'], { ...DEAD, computerName: 'vm-0' }),
      false,
    ],
  ])('%s', (_, pool, expected) => {
    expect(judged(pool)).toBe(expected);
  });

  test('polls that fell silent prove nothing', () => {
    const pool = read(settled().editRunner('0', DEAD), 11);
    expect([5, 7].map((minutes) => judged(pool, minutes))).toEqual([true, false]);
  });
});

/** Its dead entry stays listed; the one that spoke for it is lacking in the last reading alone. */
function both(): PoolBuilder {
  const pool = settled().editRunner('0', DEAD).registers(['1'], { computerName: 'vm-0', runningTasks: 1 });
  return read(pool, 30).unlistRunners('1');
}
