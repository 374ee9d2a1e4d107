import { living } from '../../world/capacity';
import type { PoolState, WorldEvent } from '../../world/state';
import { capacityWritten, isOurs, MINUTE, poolOf, vmOf, type Court, type Judge } from './court';
import { watchLists } from './leftOut';

export const I3: Judge = {
  invariant: 'I3',
  sentence:
    'Counted capacity never falls below MIN_RUNNERS, nor do instances exceed MAX_RUNNERS, through an act of ours, judged on the readings that the decision can rest on.',
  watch: (court) => {
    const marked = new Map<string, Set<string>>();
    const before = new Map<string, number>();
    const lists = watchLists(court);
    const instances = countOfInstances(court, lists.at);
    return {
      onEvent: (event, pool) => {
        instances.onEvent(event);
        const ours = marked.get(pool.name) ?? new Set();
        marked.set(pool.name, ours);
        if (event.kind === 'runner-deregistered') ours.delete(event.subject);
        if (event.kind !== 'runner-status') return;
        ours.delete(event.subject);
        if (event.note !== 'DRAINING' || !isOurs(event)) return;
        ours.add(event.subject);
        const entry = pool.entries.get(event.subject);
        const vm = vmOf(pool, event.vmId);
        // A runner that is disconnected or whose machine is down was not counted: its drain is a repair.
        if (entry?.connected !== true || vm?.alive !== true || court.now() - court.lastChange() < 10 * MINUTE) return;
        const readings = court.told(pool.name);
        const wasAway = readings.some(({ runners }) => runners.some((each) => each.runnerId === event.subject && !each.connected));
        if (readings.length === 0 || wasAway) return;
        const counts = readings.map(
          ({ runners }) => runners.filter(({ runnerId, status }) => status === 'ACTIVE' && !ours.has(runnerId)).length,
        );
        const least = court.setting(pool.name, 'MIN_RUNNERS');
        if (Math.max(...counts) < least)
          court.report(
            'I3',
            `marking ${event.subject} left ${String(Math.max(...counts))} runners in service of pool ${pool.name}, MIN_RUNNERS is ${String(least)}`,
          );
      },
      onRequest: (asked) => {
        lists.onRequest(asked);
        const pool = poolOf(court.world, asked);
        if (capacityWritten(asked) !== undefined && pool !== undefined) before.set(pool.name, instances.of(pool));
      },
      onAnswer: (asked, answer) => {
        lists.onAnswer(asked, answer);
        const pool = poolOf(court.world, asked);
        const capacity = capacityWritten(asked);
        if (pool === undefined || capacity === undefined || typeof answer === 'string' || answer.status >= 300) return;
        const now = instances.of(pool);
        const most = court.setting(pool.name, 'MAX_RUNNERS');
        const grown = now > (before.get(pool.name) ?? 0);
        if (grown && now > most && court.now() - court.lastChange() > 10 * MINUTE && !court.touched(pool.name, 10 * MINUTE))
          court.report(
            'I3',
            `a write of capacity ${String(capacity)} made ${String(now)} instances of pool ${pool.name}, MAX_RUNNERS is ${String(most)}`,
          );
      },
    };
  },
};

/**
 * Azure may fail a delete between the decision to grow beside it and the write, and the VM is an instance again. It counts from when a
 * decision that is written now could know it. So does one that was to be deleted and that a list told to the app lacked.
 */
function countOfInstances(
  court: Court,
  leftOutAt: (vmId: string) => number | undefined,
): { onEvent(event: WorldEvent): void; of(pool: PoolState): number } {
  /** By VM, when its delete failed; Infinity while it is under way. */
  const leaving = new Map<string, number>();
  return {
    onEvent: ({ kind, vmId }) => {
      if (vmId === undefined) return;
      if (kind === 'vm-deleting') leaving.set(vmId, Infinity);
      if (kind === 'vm-failed' && leaving.has(vmId)) leaving.set(vmId, court.now());
      if (kind === 'vm-gone') leaving.delete(vmId);
    },
    of: (pool) => {
      const known = court.now() - court.slackMs - MINUTE;
      const isKnown = (at: number | undefined): boolean => (at ?? -Infinity) < known;
      return living(pool).filter(({ vmId }) => isKnown(leaving.get(vmId)) && isKnown(leftOutAt(vmId))).length;
    },
  };
}
