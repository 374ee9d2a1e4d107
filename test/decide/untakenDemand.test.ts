import { describe, expect, test } from 'vitest';
import { alertsOf, aPool, drainedBy, growthOf, ids, type PoolBuilder } from '../support/builders/pool';

/** Two idle runners and five jobs that none of them takes. */
const untaken = (env: Record<string, string> = {}): PoolBuilder =>
  aPool({ SCALE_IN_COOLDOWN_DURATION: '5', MAX_RUNNERS: '2', ...env })
    .runners(ids(2))
    .queued(5);

const late = () => ({ answer: 'late' }) as const;

/** …for as long as it takes, with scale-in paused and growth never sent, so that nothing else happens meanwhile. */
function known(env: Record<string, string> = {}): PoolBuilder {
  const pool = untaken({ MAX_RUNNERS: '9', ...env });
  const paused = { scaleOut: false, scaleIn: true, reason: '', until: undefined, at: 0 };
  pool.remember((memory) => (memory.flags.paused = paused));
  for (let minute = 0; minute < 11; minute += 1) {
    pool.wait(1);
    pool.tick(late);
  }
  expect(pool.look().counts?.deducted).toBe(5);
  return pool.wait(1);
}

describe('Demand that nobody takes', () => {
  test.each([
    ['ten minutes less a second', '1', [2, 2, 2, 4 - 1 / 60], 0],
    ['ten minutes and five readings', '1', [2, 2, 2, 4], 5],
    ['ten minutes and four readings', '1', [3, 3, 4], 0],
    ['two scale-in cooldowns less a second', '6', [3, 3, 3, 3 - 1 / 60], 0],
    ['two scale-in cooldowns', '6', [3, 3, 3, 3], 5],
  ])('runners idle for two scale-in cooldowns, at least 10 minutes and 5 readings: %s', (_, cooldown, waits, deducted) => {
    const pool = untaken({ SCALE_IN_COOLDOWN_DURATION: cooldown });
    let last = pool.tick();
    for (const minutes of waits) last = pool.wait(minutes).tick();
    expect(last.plan.counts?.deducted).toBe(deducted);
    expect(alertsOf(last.plan).includes('demand-untaken')).toBe(deducted > 0);
  });

  test('the least demand read in that time is deducted', () => {
    const pool = untaken();
    pool.ticks(5);
    pool.wait(1).queued(2).tick();
    pool.wait(1).queued(7).ticks(6);
    expect(pool.look().counts).toMatchObject({ demand: 7, deducted: 2 });
  });

  test('a runner that takes a task proves nothing for the others, but each must have been idle all the time', () => {
    const pool = untaken();
    pool.ticks(6);
    pool.wait(1).editRunner('0', { runningTasks: 1 }).tick();
    pool.wait(1).editRunner('0', { runningTasks: 0 }).editRunner('1', { runningTasks: 1 }).ticks(4);
    expect(pool.look().counts?.deducted).toBe(0);
  });

  test('a flap changes nothing, a runner that stays disconnected could have taken none', () => {
    const flapping = untaken();
    flapping.ticks(5);
    flapping.wait(1).editRunner('0', { connected: false }).editRunner('1', { connected: false }).ticks(2);
    flapping.wait(1).editRunner('0', { connected: true }).editRunner('1', { connected: true }).ticks(4);
    expect(flapping.look().counts?.deducted).toBe(5);
    const gone = untaken({ DISCONNECT_GRACE_MINUTES: '60' }).editRunner('0', { connected: false }).editRunner('1', { connected: false });
    gone.ticks(30);
    expect(gone.look().counts?.deducted).toBe(0);
  });

  test('it counts for rule 2: five of them and three new ones are a demand of three', () => {
    const pool = known().editRunner('0', { runningTasks: 1 }).editRunner('1', { runningTasks: 1 });
    expect(growthOf(pool.queued(7).look())).toBeUndefined();
    expect(pool.queued(8).look().decision.rule).toBe('scale-out/threshold');
  });

  test('it counts for rule 3: a fleet that serves none of them shrinks', () => {
    const pool = known().remember((memory) => delete memory.flags.paused);
    expect(drainedBy(pool.look())).toEqual(['0']);
    expect(drainedBy(untaken().wait(10).look())).toEqual([]);
  });

  test('also when those runners drain or are gone', () => {
    const pool = known().draining('0').editRunner('0', { status: 'DRAINING' }).draining('1').editRunner('1', { status: 'DRAINING' });
    expect(pool.tick().plan.counts).toMatchObject({ deducted: 5, idle: 0 });
    expect(pool.wait(1).remove('0', '1').tick().plan.counts).toMatchObject({ deducted: 5, instances: 0 });
  });

  test('the deduction follows demand downwards and ends at zero', () => {
    const pool = known();
    const seen = [3, 6, 0, 4].map((queued) => pool.wait(1).queued(queued).tick().plan.counts?.deducted);
    expect(seen).toEqual([3, 3, 0, 0]);
  });

  test('where no idle runner is left, one runner tries again each hour', () => {
    const pool = known({ SCALE_OUT_STEP: '4' });
    const begun = pool.now - 60_000;
    pool.remove('0', '1');
    const tries: number[] = [];
    for (let minute = 0; minute < 130; minute += 1) {
      const { plan } = pool.wait(1).tick(late);
      const growth = growthOf(plan);
      if (growth !== undefined) {
        expect(growth.add).toBe(1);
        expect(plan.decision.rule).toBe('scale-out/untaken-try');
        tries.push((pool.now - begun) / 60_000);
      }
    }
    expect(tries).toEqual([60, 120]);
  });
});
