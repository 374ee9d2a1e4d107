import { describe, expect, test } from 'vitest';
import { aPool, drainedBy, givenBackBy, ids, type PoolBuilder } from '../support/builders/pool';

const busy = { runningTasks: 1 };
const late = () => ({ answer: 'late' }) as const;
const IDLE = { SCALE_IN_STRATEGY: 'idle-only', SCALE_IN_IDLE_MINUTES: '5', SCALE_IN_STEP: '50' };
const SURPLUS = { SCALE_IN_STRATEGY: 'surplus', SCALE_IN_IDLE_MINUTES: '5' };
const BOTH = [
  ['idle-only', IDLE],
  ['surplus', SURPLUS],
] as const;

/** Idle ones named by the minutes that they have been idle for, beside one busy runner. The cooldown of a day has just begun. */
function idleSince(minutes: readonly number[], env: Record<string, string>): PoolBuilder {
  const pool = aPool(env).runners(['busy'], busy);
  pool.remember((memory) => (memory.flags.paused = { scaleOut: true, scaleIn: true, reason: '', until: undefined, at: 0 }));
  for (let left = Math.max(0, ...minutes); left >= 0; left -= 1) {
    pool.runners(minutes.filter((each) => each === left).map(String));
    if (left > 0) {
      pool.tick(late);
      pool.wait(1);
    }
  }
  return pool.remember((memory) => {
    delete memory.flags.paused;
    memory.cooldowns = { scaleOutAt: pool.now, scaleInAt: pool.now };
  });
}

describe.each(BOTH)('SCALE_IN_STRATEGY=%s', (_, env) => {
  test('a runner goes once it has been idle for SCALE_IN_IDLE_MINUTES 5, longest first, whatever the cooldown says', () => {
    const plan = idleSince([4, 5, 6], env).look();
    expect(drainedBy(plan)).toEqual(['6', '5']);
    expect(plan.decision.rule).toBe(env === IDLE ? 'scale-in/idle' : 'scale-in/surplus');
  });

  test('before that it waits and says so', () => {
    const { decision } = idleSince([4], env).look();
    expect(decision).toMatchObject({ rule: 'scale-in/waits', acts: [] });
    expect(decision.reason).toBe('0 jobs wait; 2 runners (1 idle), 0 booting: scale-in waits, an idle runner is kept for 5 minutes.');
  });

  test('a job in between begins its time anew', () => {
    const pool = idleSince([6], env).editRunner('6', busy);
    pool.tick(late);
    pool.wait(1).editRunner('6', { runningTasks: 0 });
    expect(drainedBy(pool.look())).toEqual([]);
    pool.tick(late);
    expect(drainedBy(pool.wait(4).look())).toEqual([]);
    expect(drainedBy(pool.wait(1).look())).toEqual(['6']);
  });

  test('a give-back begins its time anew', () => {
    const pool = idleSince([6], env).draining('6').editRunner('6', { status: 'DRAINING' }).queued(3);
    expect(givenBackBy(pool.tick().plan)).toEqual(['6']);
    pool.editRunner('6', { status: 'ACTIVE' }).wait(1).tick(late);
    expect(pool.memory?.drains).toEqual({});
    expect(drainedBy(pool.queued(0).wait(4).look())).toEqual([]);
    expect(drainedBy(pool.wait(1).look())).toEqual(['6']);
  });

  test.each([
    [0, ['9', '8', '7']],
    [1, ['9', '8']],
    [3, []],
    [9, []],
  ])('those that %i waiting jobs take stay', (queued, drained) => {
    expect(
      drainedBy(
        idleSince([7, 8, 9], { ...env, SCALE_OUT_THRESHOLD: '50', MIN_RUNNERS: '0' })
          .queued(queued)
          .look(),
      ),
    ).toEqual(drained);
  });

  test.each([
    ['0', ['9', '8', '7']],
    ['2', ['9']],
    ['3', []],
  ])('MIN_IDLE_RUNNERS %s of them stay', (minIdle, drained) => {
    expect(drainedBy(idleSince([7, 8, 9], { ...env, MIN_IDLE_RUNNERS: minIdle }).look())).toEqual(drained);
  });

  test.each([
    ['1', ['9', '8', '7']],
    ['3', ['9']],
    ['4', []],
  ])('MIN_RUNNERS %s of four stay', (least, drained) => {
    expect(drainedBy(idleSince([7, 8, 9], { ...env, MIN_RUNNERS: least }).look())).toEqual(drained);
  });

  test('never a busy one, with none idle and none waiting', () => {
    const pool = idleSince([9], env).editRunner('9', busy);
    expect(drainedBy(pool.look())).toEqual([]);
  });

  test('not while scale-in is paused', () => {
    const pool = idleSince([9], env);
    pool.remember((memory) => (memory.flags.paused = { scaleOut: false, scaleIn: true, reason: '', until: undefined, at: 0 }));
    expect(drainedBy(pool.look())).toEqual([]);
  });

  test('above MAX_RUNNERS step and cooldown rule, and busy ones go too', () => {
    const pool = idleSince([], { ...env, MAX_RUNNERS: '1', SCALE_IN_COOLDOWN_DURATION: '5' }).runners(ids(1, 70), busy);
    pool.tick(late);
    expect(drainedBy(pool.wait(4).look())).toEqual([]);
    expect(drainedBy(pool.wait(1).look())).toHaveLength(1);
  });
});

test.each([
  ['1', ['9']],
  ['2', ['9', '8']],
])('idle-only: SCALE_IN_STEP %s bounds how many go at a tick', (step, drained) => {
  expect(drainedBy(idleSince([7, 8, 9], { ...IDLE, SCALE_IN_STEP: step }).look())).toEqual(drained);
});

test('surplus: all go at once, whatever SCALE_IN_STEP says', () => {
  expect(drainedBy(idleSince([7, 8, 9], { ...SURPLUS, SCALE_IN_STEP: '1' }).look())).toEqual(['9', '8', '7']);
});

describe('KEEP_NEWEST_IDLE, under surplus: the newest wait for their time, the others go at once', () => {
  test.each([
    [undefined, ['6']],
    ['0', ['6', '3', '2', '1']],
    ['1', ['6', '3', '2']],
    ['3', ['6']],
    ['9', ['6']],
  ])('of four idle ones %s are kept', (newest, drained) => {
    const env: Record<string, string> = { ...SURPLUS, ...(newest === undefined ? {} : { KEEP_NEWEST_IDLE: newest }) };
    expect(drainedBy(idleSince([1, 2, 3, 6], env).look())).toEqual(drained);
  });

  test('it is no word about those that were idle for their time', () => {
    expect(drainedBy(idleSince([6, 7], { ...SURPLUS, KEEP_NEWEST_IDLE: '2' }).look())).toEqual(['7', '6']);
  });

  test('under idle-only it has no say', () => {
    expect(drainedBy(idleSince([1, 2], { ...IDLE, KEEP_NEWEST_IDLE: '0' }).look())).toEqual([]);
  });
});

describe('MIN_IDLE_RUNNERS under the step rule', () => {
  test.each([
    ['0', ['7', '8']],
    ['1', ['7']],
    ['2', []],
  ])('%s idle ones stay', (minIdle, drained) => {
    const pool = aPool({ MIN_IDLE_RUNNERS: minIdle, SCALE_IN_STEP: '5', SCALE_IN_COOLDOWN_DURATION: '5' }).runners(['busy'], busy);
    pool.runners(['7', '8']).tick(late);
    expect(drainedBy(pool.wait(6).look())).toEqual(drained);
  });

  test('while its spare boots no busy one goes', () => {
    const pool = aPool({ MIN_IDLE_RUNNERS: '1', SCALE_IN_COOLDOWN_DURATION: '5' }).runners(['busy'], busy);
    pool.tick(late);
    pool.wait(6).vms(['new'], { createdAt: pool.now });
    expect(drainedBy(pool.look())).toEqual([]);
    expect(drainedBy(pool.set({ SCALE_IN_COOLDOWN_DURATION: '5' }).look())).toEqual(['busy']);
  });
});
