import type { Figures } from './figures';

/** What a setting is chosen by: the less the better. */
export type Goal = { readonly kind: 'worth'; readonly vmMinutes: number } | { readonly kind: 'p95'; readonly seconds: number };

/** VM-minutes that a minute of waiting is worth where the user does not say so. */
export const USUAL_WORTH = 5;

const MISSED = 1e9;

/** VM-minutes: the VMs' own and what the waits are worth; with a target the VMs' own alone, any that misses it being worse than any that meets it. */
export function costOf(goal: Goal, { vmHours, waitSeconds, jobs }: Pick<Figures, 'vmHours' | 'waitSeconds' | 'jobs'>): number {
  const vmMinutes = vmHours * 60;
  if (goal.kind === 'worth') return vmMinutes + (goal.vmMinutes * waitSeconds.mean * jobs) / 60;
  return waitSeconds.p95 <= goal.seconds ? vmMinutes : MISSED + waitSeconds.p95 - goal.seconds;
}

export const meets = (goal: Goal, { waitSeconds }: Pick<Figures, 'waitSeconds'>): boolean =>
  goal.kind === 'worth' || waitSeconds.p95 <= goal.seconds;
