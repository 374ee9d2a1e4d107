import { ENGINE_MINUTE } from '../model/engineTime';
import type { PoolMemory } from '../model/pool';

/** What the keeper does about one pool's loop, and why. */
export type Keeping = { readonly action: 'leave' | 'start' | 'replace' | 'noteStop'; readonly reason: string };

export interface KeepInput {
  /** Undefined: the engine knows no such instance. */
  readonly status: { readonly runtimeStatus: string; readonly output?: unknown } | undefined;
  readonly memory: PoolMemory | undefined;
  readonly autoStart: boolean;
  readonly now: number;
  /** When this instance was created (a loop that never ticked is judged by it). */
  readonly createdAt: number | undefined;
  /** When its status last changed, to the second: for a terminated one, its end. */
  readonly updatedAt?: number | undefined;
}

/** I7: over-age is three minutes past the due time that the loop itself recorded. */
const OVER_AGE_MINUTES = 3;

/** Reasons that begin with this are the keeper's own; any other terminate counts as an operator's stop. */
export const KEEPER_REASON = 'keeper:';

const LIVING = new Set(['Pending', 'Running', 'ContinuedAsNew']);

export function keep({ status, memory, autoStart, now, createdAt, updatedAt }: KeepInput): Keeping {
  if (memory?.flags.stopped !== undefined) return { action: 'leave', reason: `stopped by an operator: ${memory.flags.stopped.reason}` };
  if (status === undefined) {
    const wasStarted = memory?.tick !== undefined;
    return autoStart || wasStarted
      ? { action: 'start', reason: 'no loop exists' }
      : { action: 'leave', reason: 'AUTO_START is false and no one started the loop' };
  }
  if (status.runtimeStatus === 'Suspended') return { action: 'leave', reason: 'suspended by an operator' };
  const given = typeof status.output === 'string' ? status.output : '';
  const startedSince = (memory?.flags.startedAt ?? 0) >= (updatedAt ?? Infinity);
  if (status.runtimeStatus === 'Terminated' && !startedSince && !given.startsWith(KEEPER_REASON))
    return { action: 'noteStop', reason: `terminated by an operator: ${given === '' ? 'no reason given' : given.slice(0, 200)}` };
  if (!LIVING.has(status.runtimeStatus)) return { action: 'start', reason: `the loop is ${status.runtimeStatus}` };
  const due = Math.max(memory?.tick?.nextAt ?? 0, createdAt ?? 0);
  return now > due + OVER_AGE_MINUTES * ENGINE_MINUTE
    ? { action: 'replace', reason: `the last tick is over-age: due ${new Date(due).toISOString()}` }
    : { action: 'leave', reason: 'alive' };
}
