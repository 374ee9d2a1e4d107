import { inService, MINUTE, type Judge } from './court';

/** VMs that came and went without ever having held a job, among those that came: a burst that is over before they have booted makes some. */
const MOST_CHURN = 0.4;
const FEW = 5;

export const ECONOMY: Judge = {
  invariant: 'economy',
  sentence: 'In a calm world no churn, and no VM idle beyond cooldowns and MIN_RUNNERS.',
  watch: (court) => {
    const unused = new Set<string>();
    const spareSince = new Map<string, number>();
    let made = 0;
    let wasted = 0;
    return {
      onEvent: (event, pool) => {
        // A scale-in, a give-back and a growth each begin a cooldown.
        if (event.kind === 'runner-status' || event.kind === 'capacity') spareSince.delete(pool.name);
        if (event.vmId === undefined) return;
        if (event.kind === 'vm-requested') {
          made += 1;
          unused.add(event.vmId);
        }
        if (event.kind === 'job-placed') unused.delete(event.vmId);
        if (event.kind === 'vm-gone' && unused.delete(event.vmId)) wasted += 1;
      },
      onLook: () => {
        if (!court.isCalm) return;
        const isCounted = court.world.pools.every((pool) => !court.rules(pool.name).mayOrderInVain);
        if (isCounted && wasted > FEW && wasted > made * MOST_CHURN)
          court.report('economy', `${String(wasted)} of ${String(made)} VMs came and went without a job`);
        for (const pool of court.world.pools) {
          const idle = [...pool.vms.values()].filter((vm) => inService(vm)?.status === 'ACTIVE' && vm.jobs.size === 0).length;
          const serving = [...pool.vms.values()].filter((vm) => inService(vm)?.status === 'ACTIVE').length;
          const { mostKept, mostIdle, idleMinutes } = court.rules(pool.name);
          const isSpare = pool.waiting.length === 0 && idle > mostIdle && serving > mostKept;
          if (!isSpare) spareSince.delete(pool.name);
          const since = spareSince.get(pool.name) ?? court.now();
          if (isSpare) spareSince.set(pool.name, since);
          const bound = (2 * court.setting(pool.name, 'SCALE_IN_COOLDOWN_DURATION') + idleMinutes + 15) * MINUTE;
          if (court.now() - since > bound + 10 * MINUTE)
            court.report(
              'economy',
              `pool ${pool.name} kept ${String(idle)} idle runners above MIN_RUNNERS for ${String(Math.round((court.now() - since) / MINUTE))} minutes`,
            );
        }
      },
    };
  },
};
