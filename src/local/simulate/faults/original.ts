import { living, writeCapacity } from '../../world/capacity';
import { deregister, setStatus } from '../../world/entries';
import { startDeleting } from '../../world/vms';
import type { Entry, PoolState } from '../../world/state';
import { entriesOf, episodes, HOUR, MINUTE } from './schedule';
import type { FaultContext, FaultKind } from './types';

/** How the jobs are marked that the original kills: they are counted apart from ours. */
export const BY_ORIGINAL = 'the original';

interface Settings {
  readonly outThreshold: number;
  readonly inThreshold: number;
  readonly outStep: number;
  readonly inStep: number;
  readonly cooldownMs: number;
}

/**
 * One minute of the Python original, with its known defects: the scale-out cooldown uses the scale-in duration, MIN_RUNNERS is 0, there is
 * no maximum, booting VMs do not count, and a drained runner's VM goes by lowering the capacity, so that Azure picks which.
 */
export function tickOfOriginal(
  pool: PoolState,
  settings: Settings,
  stamps: { in: number; out: number },
  now: number,
): 'in' | 'out' | undefined {
  const runners = entriesOf(pool).filter((entry) => entry.status === 'ACTIVE' || entry.status === 'DRAINING');
  const queued = pool.waiting.length;
  let done: 'in' | 'out' | undefined;
  if (queued >= settings.outThreshold || (queued > 0 && runners.length === 0)) {
    if (now - stamps.out >= settings.cooldownMs) {
      scaleOut(pool, runners, settings.outStep);
      stamps.out = now;
      done = 'out';
    }
  } else if (queued <= settings.inThreshold && now - stamps.in >= settings.cooldownMs) {
    for (const entry of runners.filter((each) => each.status === 'ACTIVE').slice(0, settings.inStep)) {
      setStatus(pool, entry.runnerId, 'DRAINING', BY_ORIGINAL);
      stamps.in = now;
      done = 'in';
    }
  }
  removeDrained(pool);
  return done;
}

/** Draining runners are given back before VMs are added. */
function scaleOut(pool: PoolState, runners: readonly Entry[], step: number): void {
  const draining = runners.filter((entry) => entry.status === 'DRAINING').slice(0, step);
  for (const entry of draining) setStatus(pool, entry.runnerId, 'ACTIVE', BY_ORIGINAL);
  const more = step - draining.length;
  if (more > 0 && pool.capacity + more <= 1_000) writeCapacity(pool, pool.capacity + more, BY_ORIGINAL);
}

/** One look at the counts, deregister, capacity less one. */
function removeDrained(pool: PoolState): void {
  for (const entry of entriesOf(pool)) {
    if (entry.status !== 'DRAINING' || entry.running > 0 || entry.pending > 0) continue;
    if (!deregister(pool, entry.runnerId, false, BY_ORIGINAL).ok) continue;
    if (pool.capacity > 0 && living(pool).length > 0) writeCapacity(pool, pool.capacity - 1, BY_ORIGINAL);
  }
}

/** When it is switched off, whoever did it clears the VMs that it left without a runner. */
function clearOrphans(pool: PoolState): void {
  for (const vm of living(pool)) {
    const isListed = entriesOf(pool).some((entry) => entry.vm === vm);
    if (!isListed && vm.deregisteredAt !== undefined && vm.jobs.size === 0) startDeleting(pool, vm, 30_000, BY_ORIGINAL);
  }
}

export const ORIGINAL_FAULTS: readonly FaultKind[] = [
  {
    name: 'original-beside',
    area: 'operators',
    sentence: 'The Python original runs beside us for a while, on the same runners and the same scale set.',
    install: (context: FaultContext): void => {
      const { world, clock, random, stamp } = context;
      for (const pool of world.pools) {
        const settings: Settings = { outThreshold: 3, inThreshold: 1, outStep: 1, inStep: 1, cooldownMs: (4 + random.below(3)) * MINUTE };
        const stamps = { in: 0, out: 0 };
        const beside = episodes(context, 60 * HOUR * world.pools.length, [20 * MINUTE, 2 * HOUR], {
          begin: () => minute(),
          end: () => clearOrphans(pool),
        });
        const minute = (): void => {
          if (!beside.isOn()) return;
          const done = tickOfOriginal(pool, settings, stamps, clock.now());
          if (done !== undefined) {
            context.count(done);
            stamp?.(pool, done, clock.now());
          }
          clock.at(clock.now() + MINUTE, minute);
        };
      }
    },
  },
];
