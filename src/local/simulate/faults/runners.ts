import { anyPool, between, chance, entriesOf, every, HOUR, livingVms, MINUTE, pick, SECOND } from './schedule';
import type { FaultContext, FaultKind } from './types';
import { place } from '../../world/jobs';
import type { Entry, PoolState, Vm } from '../../world/state';

/** Runners that behave as ECS agents do on a bad day. */

const kind = (name: string, sentence: string, install: (context: FaultContext) => void): FaultKind => ({
  name,
  area: 'stackguardian',
  sentence,
  install,
});

/** At random times, with a random living entry. */
function onEntries(context: FaultContext, mean: number, deed: (pool: PoolState, entry: Entry) => boolean): void {
  every(context, mean, () => {
    const pool = anyPool(context);
    const entry = pool === undefined ? undefined : pick(context, entriesOf(pool));
    if (pool !== undefined && entry !== undefined && deed(pool, entry)) context.count(entry.runnerId);
  });
}

function onVms(context: FaultContext, mean: number, deed: (pool: PoolState, vm: Vm) => boolean): void {
  every(context, mean, () => {
    const pool = anyPool(context);
    const vm = pool === undefined ? undefined : pick(context, livingVms(pool));
    if (pool !== undefined && vm !== undefined && deed(pool, vm)) context.count(vm.vmId);
  });
}

/** Seconds until the faults cease, at most `wanted`. */
const atMost = ({ clock, until }: FaultContext, wanted: number): number => Math.max(1, Math.min(wanted, (until - clock.now()) / SECOND));

export const RUNNER_FAULTS: readonly FaultKind[] = [
  kind('task-tail', 'A task stops for up to 30 s while its runner already reads zero.', (context) =>
    context.hook({
      onTask: () => {
        if (context.limits.tailSeconds <= 0 || !chance(context, 0.15)) return undefined;
        context.count();
        return { stopSeconds: between(context, 1, context.limits.tailSeconds) };
      },
    }),
  ),
  kind('task-pending', 'A task is pending for minutes, and starts even where its runner drains by then.', (context) =>
    context.hook({
      onTask: () => {
        if (!chance(context, 0.1)) return undefined;
        context.count();
        return { pendingSeconds: between(context, 5, 240), stopSeconds: Math.min(10, context.limits.tailSeconds) };
      },
    }),
  ),
  kind('runner-vanishes', 'A runner is not listed for a while and comes back.', (context) =>
    onEntries(context, 3 * HOUR, (pool, entry) =>
      context.world.mishaps(pool.name).vanishRunner(entry.runnerId, atMost(context, between(context, 20, 1_500))),
    ),
  ),
  kind('connection-flaps', 'A runner reads as disconnected for a while, and connected again.', (context) =>
    onEntries(context, 15 * MINUTE, (pool, entry) =>
      context.world.mishaps(pool.name).flap(entry.runnerId, atMost(context, between(context, 5, 1_200))),
    ),
  ),
  kind('registration-doubled', 'A runner registers a second time; the old entry stays.', (context) =>
    onVms(context, 5 * HOUR, (pool, vm) => {
      const mishaps = context.world.mishaps(pool.name);
      const old = vm.entry?.runnerId;
      if (!mishaps.doubleRegistration(vm.vmId)) return false;
      if (old !== undefined) mishaps.disconnect(old, 120);
      return true;
    }),
  ),
  kind('runner-reimaged', 'A machine loses its data and registers under a new RunnerId with its old name.', (context) =>
    onVms(context, 8 * HOUR, (pool, vm) => context.world.mishaps(pool.name).reimage(vm.vmId)),
  ),
  kind('demand-untaken', 'Some jobs are taken by no runner for hours.', (context) => {
    const { clock, random, until } = context;
    const stuck = new Map<unknown, number>();
    const judged = new WeakSet();
    context.hook({
      mayTake: (pool, job) => {
        if (!judged.has(job)) {
          judged.add(job);
          if (chance(context, 0.01)) {
            const end = Math.min(clock.now() + (0.2 + 6 * random.next()) * HOUR, until);
            stuck.set(job, end);
            clock.at(end, () => {
              stuck.delete(job);
              place(pool);
            });
            context.count();
          }
        }
        return !stuck.has(job);
      },
    });
  }),
];
