import type { DrainRecord } from '../model/drain';
import type { PoolMemory } from '../model/pool';
import type { Clock } from '../ports/clock';

/** An act that the entity granted. */
export interface Grant {
  readonly attempt: string;
  readonly expiresAt: number;
}

export interface GrantPorts {
  readonly clock: Clock;
  readonly readMemory: () => Promise<PoolMemory | undefined>;
  /** False: another app owns the scale set now. */
  readonly isOwner: () => Promise<boolean>;
}

/**
 * Whether a granted act may still be sent: within its five minutes, still the one that the entity names, and the scale set still ours. A
 * closed attempt (answered, or overtaken by a give-back) is not named any more, so that a second run of its activity sends nothing. An
 * entity read that lags behind the grant shows a lower number: that is no reason to hold.
 */
export async function mayStillAct(ports: GrantPorts, record: Pick<DrainRecord, 'id'>, grant: Grant): Promise<boolean> {
  if (ports.clock.now() > grant.expiresAt) return false;
  const memory = await ports.readMemory();
  if (memory === undefined || memory.tick?.dryRun === true) return false;
  const named = memory.drains[record.id];
  if (named === undefined) return false;
  const number = attemptNumber(grant.attempt);
  if (named.attempts > number || (named.attempts === number && named.attempt?.id !== grant.attempt)) return false;
  return ports.isOwner();
}

export const attemptNumber = (attempt: string): number => Number(attempt.slice(attempt.lastIndexOf('#') + 1));

/** `<drain id>#<n>`: the drain that was granted it. */
export const drainOfAttempt = (attempt: string): string => attempt.slice(0, attempt.lastIndexOf('#'));
