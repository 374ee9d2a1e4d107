import { capacityWritten, type Court, isOurs, type Judge, MINUTE, poolOf, vmOf } from './court';
import { decisionsOf } from './decided';
import type { PoolState, WorldEvent } from '../../world/state';

/** Times of the app's own clock, at which growths and scale-ins that took place were decided. */
interface Memory {
  readonly growths: number[];
  readonly batches: number[];
  capacity: number;
}

const TOLERANCE_MS = 15_000;
/** Marks of one scale-in of which no line tells. */
const BATCH_MS = 30_000;

export const I6: Judge = {
  invariant: 'I6',
  sentence:
    'Cooldowns survive everything: no growth within the scale-out cooldown of the last one unless MIN or nothing is there, no scale-in within its own.',
  watch: (court) => {
    const memories = new Map<string, Memory>();
    const decided = decisionsOf();
    const of = (pool: string): Memory => {
      const known = memories.get(pool) ?? { growths: [], batches: [], capacity: 0 };
      memories.set(pool, known);
      return known;
    };
    const isCalm = (pool: string): boolean => court.now() - court.lastChange() > 30 * MINUTE && !court.touched(pool, 30 * MINUTE);
    return {
      onLine: (line) => decided.note(line, court.appNow()),
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
        const at = decided.growth(pool.name, written) ?? court.appNow();
        const gap = at - lastOf(memory.growths, at);
        memory.growths.push(at);
        const cooldown = court.setting(pool.name, 'SCALE_OUT_COOLDOWN_DURATION') * MINUTE;
        const needed = Math.max(1, court.setting(pool.name, 'MIN_RUNNERS'));
        const active = court
          .told(pool.name)
          .map(({ runners }) => runners.filter((each) => each.status === 'ACTIVE' && each.connected).length);
        const waits = court.rules(pool.name).waitsToGrow;
        const bound = cooldown - TOLERANCE_MS;
        if (waits && gap < bound && Math.min(...active) >= needed && isCalm(pool.name))
          court.report(
            'I6',
            `pool ${pool.name} grew again by a decision ${seconds(gap)} after that of its last growth, the cooldown is ${seconds(cooldown)}`,
          );
      },
      onEvent: (event, pool) => {
        if (event.kind !== 'runner-status' || event.note !== 'DRAINING' || !isOurs(event) || isRepair(court, event, pool)) return;
        const { growths, batches } = of(pool.name);
        const told = decided.scaleIn(pool.name, event.subject);
        const at = told ?? court.appNow();
        const late = told === undefined ? court.slackMs : 0;
        const sinceBatch = at - lastOf(batches, at);
        if (sinceBatch === 0 || (told === undefined && sinceBatch <= BATCH_MS + late)) return;
        const gap = Math.min(sinceBatch, at - lastOf(growths, at));
        batches.push(at);
        const cooldown = court.setting(pool.name, 'SCALE_IN_COOLDOWN_DURATION') * MINUTE;
        const waits = court.rules(pool.name).waitsToShrink;
        const bound = cooldown - TOLERANCE_MS - late;
        if (waits && gap < bound && isCalm(pool.name))
          court.report(
            'I6',
            `pool ${pool.name} marked ${event.subject} by a decision ${seconds(gap)} after that of its last growth or scale-in, the cooldown is ${seconds(cooldown)}`,
          );
      },
    };
  },
};

/** A drain that waits for no cooldown: of a runner whose machine is bad, or whose connection a reading missed. */
function isRepair(court: Court, event: WorldEvent, pool: PoolState): boolean {
  const vm = vmOf(pool, event.vmId);
  const readings = court.told(pool.name).flatMap(({ runners }) => runners);
  return (
    pool.entries.get(event.subject)?.connected !== true ||
    vm?.alive !== true ||
    vm.provisioningState === 'Failed' ||
    readings.some((each) => each.runnerId === event.subject && !each.connected)
  );
}

/** The last of them up to a time: acts of several decisions may take place in another order. */
const lastOf = (times: readonly number[], upTo: number): number => Math.max(-Infinity, ...times.filter((time) => time <= upTo));

const seconds = (ms: number): string => `${String(Math.round(ms / 1000))} s`;
