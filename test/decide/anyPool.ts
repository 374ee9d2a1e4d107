import fc from 'fast-check';
import { aPool, anInstance, aRunner, MINUTE, START, type PoolBuilder } from '../support/builders/pool';

/** Any pool that a reading may show: settings, VMs, entries, drains, growth and a past of some ticks, possible or not. */

const pick = <T>(...values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
const most = <T>(usual: T, ...others: readonly T[]): fc.Arbitrary<T> =>
  fc.oneof({ arbitrary: fc.constant(usual), weight: 3 }, { arbitrary: pick(...others), weight: 1 });

const settings = fc
  .record({
    min: fc.nat(5),
    above: fc.option(fc.nat(8)),
    out: fc.nat(4),
    in: fc.nat(3),
    outStep: fc.integer({ min: 1, max: 4 }),
    inStep: fc.integer({ min: 1, max: 4 }),
    starvation: pick('0', '10'),
    cooldown: pick('0.01', '5'),
    repairs: pick('0', '3'),
    metric: most('queued+pending', 'queued'),
    outStrategy: pick('step', 'demand'),
    extra: most('0', '1', '3'),
    tasks: most<string | undefined>(undefined, '1', '3'),
    inStrategy: pick('step', 'idle-only', 'surplus'),
    idleMinutes: pick('0', '2', '5'),
    keepNewest: most<string | undefined>(undefined, '0', '2'),
    minIdle: most('0', '1', '3'),
  })
  .map((given) => ({
    MIN_RUNNERS: String(given.min),
    ...(given.above === null ? {} : { MAX_RUNNERS: String(Math.max(1, given.min + given.above)) }),
    SCALE_OUT_THRESHOLD: String(given.out),
    SCALE_IN_THRESHOLD: String(given.in),
    SCALE_OUT_STEP: String(given.outStep),
    SCALE_IN_STEP: String(given.inStep),
    STARVATION_MINUTES: given.starvation,
    SCALE_IN_COOLDOWN_DURATION: given.cooldown,
    SCALE_OUT_COOLDOWN_DURATION: given.cooldown,
    REPAIR_MAX_PER_TICK: given.repairs,
    DEMAND_METRIC: given.metric,
    SCALE_OUT_STRATEGY: given.outStrategy,
    SCALE_OUT_EXTRA: given.extra,
    ...(given.tasks === undefined ? {} : { TASKS_PER_RUNNER: given.tasks }),
    SCALE_IN_STRATEGY: given.inStrategy,
    SCALE_IN_IDLE_MINUTES: given.idleMinutes,
    ...(given.keepNewest === undefined ? {} : { KEEP_NEWEST_IDLE: given.keepNewest }),
    MIN_IDLE_RUNNERS: given.minIdle,
  }));

const count = most(0, 1, 2, 7, undefined);
const machine = fc.record({
  runner: most(true, false),
  listed: most(true, false),
  // Off every boundary, so that no minute ends between two looks.
  age: pick(1.3, 14.3, 16.3, 90.3, undefined),
  provisioning: most('Succeeded', 'Creating', 'Deleting', 'Failed'),
  power: most<string | undefined>('running', 'stopped', undefined),
  name: most<'own' | 'twin' | 'none'>('own', 'twin', 'none'),
  status: most<string | undefined>('ACTIVE', 'DRAINING', 'INACTIVE', undefined),
  connected: most<boolean | undefined>(true, false, undefined),
  running: count,
  pending: count,
  drain: most<'none' | 'waiting' | 'recorded' | 'committed' | 'deleting' | 'givingBack'>(
    'none',
    'waiting',
    'recorded',
    'committed',
    'deleting',
    'givingBack',
  ),
  adopted: most(false, true),
  protect: most(false, true),
});

const scene = fc.record({
  settings,
  mode: pick('Uniform' as const, 'Flexible' as const),
  machines: fc.array(machine, { maxLength: 14 }),
  foreign: fc.nat(2),
  surplus: most(0, -2, 1, 3),
  limit: most(1000, 12),
  maxRunners: fc.option(fc.nat(20), { nil: undefined }),
  running: fc.option(fc.nat(9), { nil: undefined }),
  pendingSeen: fc.boolean(),
  queued: fc.nat(12),
  growth: fc.option(
    fc.record({
      ago: fc.nat(8).map((minutes) => minutes + 0.5),
      add: fc.integer({ min: 1, max: 3 }),
      state: pick('asked' as const, 'accepted' as const),
    }),
  ),
  operation: pick(
    undefined,
    { kind: 'running' } as const,
    { kind: 'succeeded' } as const,
    { kind: 'failed', code: 'X', text: 'no' } as const,
  ),
  updating: fc.boolean(),
  stampedAgo: fc.nat(10),
  failures: fc.boolean(),
  /** Its runs take five minutes, and the busy runners are at their fifth. */
  freeing: most(false, true),
  past: fc.record({ ticks: pick(0, 1, 4, 12), minutes: pick(0.5, 1, 4), queued: fc.nat(12) }),
});

export type AnyScene = typeof scene extends fc.Arbitrary<infer T> ? T : never;

function build(given: AnyScene): PoolBuilder {
  const pool = aPool(given.settings).scaleSet({ mode: given.mode, limit: given.limit });
  pool.now = START + 120 * MINUTE;
  pool.instances = given.machines.map((each, at) => ({
    ...anInstance(String(at), { provisioningState: each.provisioning, power: each.power }),
    createdAt: each.age === undefined ? undefined : pool.now - each.age * MINUTE,
    computerName: each.name === 'none' ? undefined : each.name === 'twin' ? 'vm-0' : `vm-${at}`,
    ...(each.protect ? { isProtected: true } : {}),
  }));
  const runners = given.machines.flatMap((each, at) =>
    each.runner
      ? [aRunner(String(at), { status: each.status, connected: each.connected, runningTasks: each.running, pendingTasks: each.pending })]
      : [],
  );
  const foreign = Array.from({ length: given.foreign }, (_, at) => aRunner(`foreign-${at}`));
  pool.says({ runners: [...runners, ...foreign], maxRunners: given.maxRunners, running: given.running, queued: given.past.queued });
  pool.says({ pending: given.pendingSeen ? 0 : undefined });
  pool.scaleSet({ capacity: Math.max(0, given.machines.length + given.surplus) });
  for (let tick = 0; tick < given.past.ticks; tick += 1) {
    pool.tick(() => ({ answer: 'late' }));
    pool.wait(given.past.minutes);
  }
  given.machines.forEach((each, at) => {
    if (each.drain !== 'none') pool.draining(String(at), each.drain, { adopted: each.adopted, startedAt: pool.now - MINUTE });
    if (!each.listed) pool.unlistVms(String(at)).unlistRunners(String(at));
  });
  if (given.freeing && pool.fleet !== undefined) {
    pool.fleet.runTimes = Array.from({ length: 20 }, () => 5 * MINUTE);
    for (const known of Object.values(pool.fleet.runners)) known.busy = { since: pool.now - 4.5 * MINUTE };
  }
  const { growth } = given;
  pool.remember((memory) => {
    memory.cooldowns.scaleInAt = pool.now - given.stampedAgo * MINUTE;
    memory.cooldowns.scaleOutAt = pool.now - given.stampedAgo * MINUTE;
    const from = pool.state.capacity;
    memory.growth =
      growth === null
        ? undefined
        : {
            attempt: 'before',
            at: pool.now - growth.ago * MINUTE,
            add: growth.add,
            from,
            to: from + growth.add,
            rule: '',
            state: growth.state,
          };
    if (given.failures) memory.growthFailures = { count: 1, waitUntil: pool.now + MINUTE, code: 'X', text: 'no' };
  });
  pool.operation = given.operation;
  pool.scaleSet({ provisioningState: given.updating ? 'Updating' : 'Succeeded' });
  return pool.says({ queued: given.queued });
}

export const anyPool: fc.Arbitrary<PoolBuilder> = scene.map(build);
