import { living } from '../../world/capacity';
import { capacityWritten, isOurs, MINUTE, poolOf, vmOf, type Judge } from './court';

export const I3: Judge = {
  invariant: 'I3',
  sentence:
    'Counted capacity never falls below MIN_RUNNERS, nor do instances exceed MAX_RUNNERS, through an act of ours, judged on the readings that the decision can rest on.',
  watch: (court) => {
    const marked = new Map<string, Set<string>>();
    const before = new Map<string, number>();
    return {
      onEvent: (event, pool) => {
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
        const pool = poolOf(court.world, asked);
        if (capacityWritten(asked) !== undefined && pool !== undefined) before.set(pool.name, living(pool).length);
      },
      onAnswer: (asked, answer) => {
        const pool = poolOf(court.world, asked);
        const capacity = capacityWritten(asked);
        if (pool === undefined || capacity === undefined || typeof answer === 'string' || answer.status >= 300) return;
        const now = living(pool).length;
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
