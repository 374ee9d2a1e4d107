import type { WorldClock } from './clock';
import type { WorldFaults } from './faults';
import { worldFlags, type WorldFlags } from './flags';
import { createRandom } from './random';
import { type Env, type Mode, type PoolSpec, type PoolState, sample, seconds, type WorldEvent } from './state';
import { createVm, register, running } from './vms';

export interface ModelOptions {
  readonly clock: WorldClock;
  readonly seed: number | string;
  readonly mode?: Mode;
  /** Default: one pool, `default`. */
  readonly pools?: readonly PoolSpec[];
  readonly flags?: Readonly<Partial<Record<string, number>>>;
  readonly faults?: WorldFaults;
  /** Every change of the world, in order. */
  readonly onEvent?: (event: WorldEvent) => void;
}

export interface Model {
  readonly env: Env;
  readonly flags: WorldFlags;
  readonly pools: readonly PoolState[];
  readonly startedAt: number;
}

/** Everything that happens in the world, without any transport. */
export function createModel(options: ModelOptions): Model {
  const flags = worldFlags(options.flags);
  const env: Env = { clock: options.clock, flags, faults: options.faults ?? {}, emit: options.onEvent ?? (() => undefined) };
  const startedAt = options.clock.now();
  const pools = (options.pools ?? [{ name: 'default' }]).map((spec) => createPool(env, spec, options, startedAt));
  return { env, flags, pools, startedAt };
}

function createPool(env: Env, spec: PoolSpec, options: ModelOptions, startedAt: number): PoolState {
  const random = createRandom(options.seed).fork(spec.name);
  const initial = spec.initialRunners ?? env.flags.initialRunners;
  const pool: PoolState = {
    env,
    random,
    name: spec.name,
    group: spec.group ?? (spec.name === 'default' ? 'runners' : `runners-${spec.name}`),
    vmssName: spec.vmssName ?? (spec.name === 'default' ? 'runners' : `vmss-${spec.name}`),
    mode: spec.mode ?? options.mode ?? 'Uniform',
    slots: spec.tasksPerRunner ?? env.flags.tasksPerRunner,
    uniqueId: random.uuid(),
    capacity: initial,
    etag: 1,
    nextSeq: 0,
    vms: new Map(),
    entries: new Map(),
    waiting: [],
    jobs: [],
    operations: new Map(),
    properties: {},
    registrationErrors: [],
    neighbours: [],
    buckets: new Map(),
    startedAt,
    vmMs: 0,
    vmsRequested: 0,
    samples: [],
  };
  for (let made = 0; made < initial; made += 1) {
    const vm = createVm(pool, startedAt - seconds(env.flags.bootSeconds + env.flags.registerSeconds));
    for (const cancel of vm.cancels.splice(0)) cancel();
    running(pool, vm);
    register(pool, vm);
  }
  sample(pool);
  return pool;
}
