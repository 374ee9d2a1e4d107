import type { Random } from '../../world/random';

/**
 * What a client can survive. A busy flag that lies, the stopping tail of a task and a stale copy add up: together they may show a wrong
 * zero for less than DRAIN_CONFIRM_SECONDS, or no client could tell.
 */
export interface Limits {
  readonly lieSeconds: number;
  readonly tailSeconds: number;
  readonly staleSeconds: number;
  /** An answer of a reading may be late by so much: what it says is then as old. */
  readonly slowSeconds: number;
  /** Shorter than the three minutes after which a drop is believed. */
  readonly wrongFleetSeconds: number;
}

/** The least DRAIN_CONFIRM_SECONDS of the run's pools, shared out at random; each part keeps its own most. */
export function shareLimits(confirmSeconds: number, random: Random): Limits {
  const budget = Math.max(0, confirmSeconds - 4);
  const parts = [random.next() + 0.2, random.next() + 0.2, random.next() + 0.2];
  const sum = parts.reduce((total, part) => total + part, 0);
  const share = (at: number, most: number): number => Math.floor(Math.min(most, (budget * (parts[at] ?? 0)) / sum));
  return { lieSeconds: share(0, 60), tailSeconds: share(1, 30), staleSeconds: share(2, 120), slowSeconds: 3, wrongFleetSeconds: 150 };
}
