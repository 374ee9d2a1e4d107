import { describe, expect, test } from 'vitest';
import { alertsOf, aPool, growthOf, ids, MINUTE, START } from '../support/builders/pool';

const minutesTo = (nextAt: number, at: number): number => (nextAt - at) / MINUTE;

describe('Rule 1: hold on bad data', () => {
  test('an error from either side: no action, under its name', () => {
    for (const code of ['sg-unavailable', 'azure-throttled', 'azure-malformed']) {
      const { plan } = aPool({ MIN_RUNNERS: '3' }).fails(code);
      expect(plan).toMatchObject({ held: true, decision: { rule: `hold/${code}`, acts: [] }, counts: undefined });
    }
  });

  test('it backs off: one poll, two, four, and never more than five minutes', () => {
    const pool = aPool();
    const waits = Array.from({ length: 6 }, () => {
      const { plan } = pool.fails();
      pool.now = plan.nextAt;
      return minutesTo(plan.nextAt, plan.at);
    });
    expect(waits).toEqual([1, 2, 4, 5, 5, 5]);
  });

  test('where polls are further apart than five minutes it does not poll more often', () => {
    const pool = aPool({ POLL_INTERVAL_SECONDS: '900' });
    pool.fails();
    const { plan } = pool.wait(15).fails();
    expect(minutesTo(plan.nextAt, plan.at)).toBe(15);
  });

  test('after a good reading the back-off begins anew', () => {
    const pool = aPool().runners(ids(1));
    pool.fails();
    pool.wait(1).fails();
    pool.wait(1).tick();
    const { plan } = pool.wait(1).fails();
    expect(minutesTo(plan.nextAt, plan.at)).toBe(1);
  });

  test.each([
    [30_000, 1],
    [90_000, 1.5],
    [9 * MINUTE, 9],
    [10 * MINUTE, 10],
    [11 * MINUTE, 10],
    [24 * 60 * MINUTE, 10],
  ])('Retry-After %i ms is waited for %f minutes: a day does not stop the loop', (retryAfter, minutes) => {
    const { plan } = aPool().fails('sg-throttled', retryAfter);
    expect(minutesTo(plan.nextAt, plan.at)).toBe(minutes);
  });

  test.each([
    ['two readings over three minutes', [3], false],
    ['three readings within a minute', [0.5, 0.5], false],
    ['three readings, a second short of three minutes', [1, 119 / 60], false],
    ['three readings over three minutes', [1, 2], true],
  ])('alert after three readings and three minutes: %s', (_, waits, alerts) => {
    const pool = aPool();
    let last = pool.fails();
    for (const minutes of waits) last = pool.wait(minutes).fails();
    expect(alertsOf(last.plan)).toEqual(alerts ? ['sg-unavailable'] : []);
  });

  test('an alert of a hold keeps since when it stands while it stands', () => {
    const pool = aPool();
    const since = Array.from({ length: 6 }, () => {
      const [alert] = pool.fails().plan.alerts;
      pool.wait(1);
      return alert === undefined ? undefined : (alert.since - START) / MINUTE;
    });
    expect(since).toEqual([undefined, undefined, undefined, 3, 3, 3]);
  });

  test('alerts that stood before stay while held, and a hold under another name replaces the former', () => {
    const pool = aPool().runners(ids(1)).registers(['foreign']);
    expect(alertsOf(pool.tick().plan)).toEqual(['foreign-runner']);
    const since = pool.tick().plan.alerts[0]?.since;
    for (let at = 0; at < 5; at += 1) pool.wait(1).fails();
    const { plan } = pool.wait(1).fails();
    expect(alertsOf(plan)).toEqual(['sg-unavailable', 'foreign-runner']);
    expect(plan.alerts[1]?.since).toBe(since);
    expect(alertsOf(pool.wait(1).fails('azure-unavailable').plan)).toEqual(['azure-unavailable', 'foreign-runner']);
    expect(alertsOf(pool.wait(1).tick().plan)).toEqual(['foreign-runner']);
  });

  test('a fleet blob that cannot be reached alerts as well, though its own memory counts nothing', () => {
    const pool = aPool();
    const reading = { kind: 'failed', code: 'store-unavailable', text: 'no', retryAfterMs: undefined, side: 'store' } as const;
    const codes = [0, 1, 2, 3].map(() => {
      pool.fleet = undefined;
      const { plan } = pool.wait(1).tick(undefined, reading);
      return alertsOf(plan);
    });
    expect(codes).toEqual([[], [], [], ['store-unavailable']]);
  });
});

describe('PendingWorkflowsCount', () => {
  test('demand = queued + pending', () => {
    expect(aPool().runners(ids(1)).queued(2, 3).tick().plan.counts?.demand).toBe(5);
  });

  test('DEMAND_METRIC=queued takes the first alone', () => {
    expect(aPool({ DEMAND_METRIC: 'queued' }).runners(ids(1)).queued(2, 3).tick().plan.counts?.demand).toBe(2);
  });

  test('never seen in this pool: queued alone, with a warning', () => {
    const { plan } = aPool().runners(ids(1)).says({ queued: 2, pending: undefined }).tick();
    expect(plan.counts?.demand).toBe(2);
    expect(plan.warnings.join()).toContain('PendingWorkflowsCount');
  });

  test.each([{ DEMAND_METRIC: 'queued+pending' }, { DEMAND_METRIC: 'queued' }])(
    'seen before (%o) and missing now: unknown, held with back-off and alert',
    (env) => {
      const pool = aPool(env).runners(ids(1)).queued(0, 0);
      pool.tick();
      pool.set({}).says({ pending: undefined });
      const held = [0, 1, 2, 3].map(() => pool.wait(1).tick().plan);
      expect(held.map((plan) => plan.decision.rule)).toEqual(Array(4).fill('hold/sg-malformed'));
      expect(minutesTo(held[2]?.nextAt ?? 0, held[2]?.at ?? 0)).toBe(4);
      expect(alertsOf(held[3] as never)).toEqual(['sg-malformed']);
    },
  );
});

describe('ContainerInstances missing', () => {
  const boot = 15;
  test.each([
    ['no VM at all', (pool: ReturnType<typeof aPool>) => pool, false],
    ['a VM that boots', (pool: ReturnType<typeof aPool>) => pool.vms(['0'], { createdAt: pool.now }), false],
    ['a VM that is Deleting', (pool: ReturnType<typeof aPool>) => pool.vms(['0'], { provisioningState: 'Deleting', createdAt: 0 }), false],
    ['a VM older than our memory', (pool: ReturnType<typeof aPool>) => pool.vms(['0'], { createdAt: 0 }), true],
  ])('counts as empty while no entry is to be expected: %s, held %s', (_, make, held) => {
    expect(make(aPool()).says({ runners: undefined }).tick().plan.held).toBe(held);
  });

  test('once a runner was shown it is a hold, not an empty fleet', () => {
    const pool = aPool().runners(ids(1));
    pool.tick();
    expect(pool.wait(1).says({ runners: undefined }).tick().plan.decision.rule).toBe('hold/sg-malformed');
  });

  test('a VM of ours that never registered stays expected to show none, also after its boot allowance', () => {
    const pool = aPool();
    pool.tick();
    pool.wait(1).vms(['0'], { createdAt: pool.now });
    pool.says({ runners: undefined }).tick();
    expect(pool.wait(boot + 1).tick().plan.held).toBe(false);
  });
});

test('a held tick writes nothing and a DRY_RUN says that it holds', () => {
  const pool = aPool({ DRY_RUN: 'true', MIN_RUNNERS: '3' }).runners(ids(4));
  pool.tick();
  const { plan } = pool.wait(1).unlistVms('0', '1').tick();
  expect(plan).toMatchObject({ held: true, decision: { rule: 'dry-run/hold/fleet-drop', acts: [] } });
  expect(growthOf(plan)).toBeUndefined();
});
