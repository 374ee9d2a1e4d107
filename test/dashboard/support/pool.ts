import { arnOf } from './day';

/** The status of a busy pool, as GET /api/pools/{pool} answers; a test changes what it is about. */
export function aStatus(now: number, more: Record<string, unknown> = {}): Record<string, unknown> {
  const iso = (at: number): string => new Date(at).toISOString();
  const minute = 60_000;
  return {
    pool: 'default',
    version: '0.1.0',
    now: iso(now),
    mode: 'running',
    loop: 'Running',
    lastTick: { id: 't1', at: iso(now - 12_000), ticks: 812, held: false },
    nextTick: iso(now + 48_000),
    decision: {
      rule: 'scale-out/threshold',
      reason: '5 jobs wait (3 unserved), above SCALE_OUT_THRESHOLD 3: ordering 2 instances, capacity 12 to 14.',
    },
    cooldownsLeftSeconds: { scaleOut: 228, scaleIn: 288 },
    counts: {
      ...{ demand: 5, deducted: 0, counted: 12, instances: 14, capacity: 14, active: 10, idle: 1, busy: 9, booting: 2, draining: 2 },
      ...{ unhealthy: 0, stray: 0, lost: 0, unjudged: 0, ghost: 0, stale: 0, foreign: 0 },
    },
    drains: [
      {
        ...{ id: 'default-a1-1', runner: arnOf(1_004), vm: 'vm-a', computerName: 'runners_000004', phase: 'waiting', ageSeconds: 1_260 },
        note: '1 task is running; the drain waits for it.',
      },
      { id: 'default-a1-2', runner: arnOf(1_013), vm: 'vm-b', computerName: 'runners_000013', phase: 'deleting', ageSeconds: 95 },
    ],
    drainsNotShown: 0,
    alerts: [
      {
        ...{ code: 'growth-failed', since: iso(now - 7 * minute) },
        text: 'Azure did not grow the scale set, 2 times in a row: AllocationFailed Standard_D4s_v5 is not available in zone 2.',
        next: 'Check quota and availability of the VM size in its region and zones.',
      },
    ],
    changedByOthers: [],
    warnings: [],
    asked: [],
    paused: null,
    stopped: null,
    protected: { runners: [], instances: [] },
    growth: null,
    growthFailures: null,
    vmHourlyCost: 0.096,
    ...more,
  };
}
