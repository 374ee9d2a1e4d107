import { capacityWritten, MINUTE, poolOf, vmOf, type Judge } from './court';

interface Memory {
  grownAt: number;
  capacity: number;
  batchAt: number;
}

export const I6: Judge = {
  invariant: 'I6',
  sentence:
    'Cooldowns survive everything: no growth within the scale-out cooldown of the last one unless MIN or nothing is there, no scale-in within its own.',
  watch: (court) => {
    const memories = new Map<string, Memory>();
    const of = (pool: string): Memory => {
      const known = memories.get(pool) ?? { grownAt: -Infinity, capacity: 0, batchAt: -Infinity };
      memories.set(pool, known);
      return known;
    };
    const isCalm = (pool: string): boolean => court.now() - court.lastChange() > 30 * MINUTE && !court.touched(pool, 30 * MINUTE);
    return {
      onRequest: (asked) => {
        const pool = poolOf(court.world, asked);
        if (pool !== undefined && capacityWritten(asked) !== undefined) of(pool.name).capacity = pool.capacity;
      },
      onAnswer: (asked, answer) => {
        const pool = poolOf(court.world, asked);
        const written = capacityWritten(asked);
        if (pool === undefined || written === undefined || typeof answer === 'string' || answer.status >= 300) return;
        const memory = of(pool.name);
        if (written <= memory.capacity) return;
        const gap = court.now() - memory.grownAt;
        memory.grownAt = court.now();
        const cooldown = court.setting(pool.name, 'SCALE_OUT_COOLDOWN_DURATION') * MINUTE;
        const needed = Math.max(1, court.setting(pool.name, 'MIN_RUNNERS'));
        const active = court
          .told(pool.name)
          .map(({ runners }) => runners.filter((each) => each.status === 'ACTIVE' && each.connected).length);
        const waits = court.rules(pool.name).waitsToGrow;
        if (waits && gap < cooldown - 15_000 && Math.min(...active) >= needed && isCalm(pool.name))
          court.report(
            'I6',
            `pool ${pool.name} grew again ${String(Math.round(gap / 1000))} s after its last growth, the cooldown is ${String(cooldown / 1000)} s`,
          );
      },
      onEvent: (event, pool) => {
        if (event.kind !== 'runner-status' || event.note !== 'DRAINING' || !court.asked('DRAINING', event.subject)) return;
        const isRepair = pool.entries.get(event.subject)?.connected !== true || vmOf(pool, event.vmId)?.alive !== true;
        const wasFlapping = court
          .told(pool.name)
          .some(({ runners }) => runners.some((each) => each.runnerId === event.subject && !each.connected));
        if (isRepair || wasFlapping) return;
        const memory = of(pool.name);
        const cooldown = court.setting(pool.name, 'SCALE_IN_COOLDOWN_DURATION') * MINUTE;
        const sinceBatch = court.now() - memory.batchAt;
        if (sinceBatch <= 30_000 + court.slackMs) return;
        memory.batchAt = court.now();
        const gap = Math.min(sinceBatch, court.now() - memory.grownAt);
        const waits = court.rules(pool.name).waitsToShrink;
        if (waits && gap < cooldown - 15_000 - court.slackMs && isCalm(pool.name))
          court.report(
            'I6',
            `pool ${pool.name} marked ${event.subject} ${String(Math.round(gap / 1000))} s after its last growth or scale-in, the cooldown is ${String(cooldown / 1000)} s`,
          );
      },
    };
  },
};
