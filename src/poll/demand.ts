import type { RunnerGroup } from '../ports/runnerService';
import type { PoolSettings } from '../settings/settings';
import { confirmed, READINGS, runWhile } from './clocks';
import { isIdle, type Fleet, type Member } from './fleet';
import type { FleetMemory } from './fleetMemory';

export interface Demand {
  /** Undefined: unknown, nothing may be decided on it. */
  readonly waiting: number | undefined;
  readonly warning: string | undefined;
}

/** Demand = queued + pending; a pending count never seen in this pool is left out, one seen before and missing now makes it unknown. */
export function demandOf(settings: PoolSettings, fleet: FleetMemory, group: RunnerGroup): Demand {
  if (group.pending !== undefined) fleet.pendingSeen = true;
  if (settings.demandMetric === 'queued') return { waiting: group.queued, warning: undefined };
  if (group.pending !== undefined) return { waiting: group.queued + group.pending, warning: undefined };
  if (fleet.pendingSeen === true) return { waiting: undefined, warning: undefined };
  return { waiting: group.queued, warning: 'StackGuardian sends no PendingWorkflowsCount: demand is the queued jobs alone.' };
}

/** An idle runner that jobs could have gone to: one that has been disconnected for more than a flap proves nothing. */
const couldTake = (member: Member): boolean => isIdle(member) && (member.runnerMemory?.disconnected?.readings ?? 0) < READINGS;

/**
 * Rule 2, a demand that nobody takes: runners stay idle for two scale-in cooldowns (ten minutes and five readings at the least) while
 * jobs wait. The least demand of that time is deducted; the deduction follows demand downwards and ends at zero. Mutates `fleet`.
 */
export function deductUntaken(settings: PoolSettings, fleet: FleetMemory, joined: Fleet, waiting: number, now: number): number {
  const { untaken } = fleet;
  const idle = joined.members.filter(couldTake).map((member) => member.runner?.runnerId ?? '');
  const left = new Set(idle);
  const still = untaken.clock === undefined ? idle : untaken.runners.filter((id) => left.has(id));
  const runs = waiting > 0 && still.length > 0;
  const { clock: before } = untaken;
  const clock = runWhile(runs, before, now);
  if (clock === undefined) {
    delete untaken.clock;
    untaken.runners = [];
  } else {
    untaken.least = before === undefined ? waiting : Math.min(untaken.least, waiting);
    untaken.clock = clock;
    untaken.runners = still.slice(0, 100);
    const span = Math.max(2 * settings.durations.scaleInCooldown, 10 * settings.durations.minute);
    if (confirmed(clock, 5, span)) {
      if (untaken.deducted === 0) untaken.triedAt = now;
      untaken.deducted = Math.max(untaken.deducted, untaken.least);
    }
  }
  untaken.deducted = Math.min(untaken.deducted, waiting);
  if (untaken.deducted === 0) delete untaken.triedAt;
  return untaken.deducted;
}
