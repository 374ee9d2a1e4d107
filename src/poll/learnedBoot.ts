import type { PoolSettings } from '../settings/settings';
import type { FleetMemory } from './fleetMemory';

const MOST_SAMPLES = 60;
const FEWEST_SAMPLES = 20;
/** Of the measured boots nineteen of twenty were over by then, and half as long again is given on top. */
const SHARE = 0.95;
const MARGIN = 1.5;
const LEAST_MINUTES = 2;

/** From a boot's begin to its runner's first sight, in ms; below zero it was not watched: the list lacked the VM when its runner came. Mutates `fleet`. */
export function noteBoot(fleet: FleetMemory, took: number): void {
  if (took < 0) return;
  fleet.bootTimes = [...(fleet.bootTimes ?? []), Math.round(took)].slice(-MOST_SAMPLES);
}

/**
 * How long a VM without a runner counts as capacity that is about to come, in ms: learned from 20 boots on, between two minutes and
 * BOOT_TIMEOUT_MINUTES. It is no verdict: whether a VM is a stray is judged by BOOT_TIMEOUT_MINUTES alone, since a learned time that was too
 * short must cost one VM too many, never a VM that would have come. The step rule counts each VM for BOOT_TIMEOUT_MINUTES, as it always has.
 */
export function bootCredit({ durations, scaleOutStrategy }: PoolSettings, { bootTimes = [] }: Pick<FleetMemory, 'bootTimes'>): number {
  const { boot, minute } = durations;
  if (scaleOutStrategy === 'step' || bootTimes.length < FEWEST_SAMPLES) return boot;
  const sorted = bootTimes.toSorted((a, b) => a - b);
  const usual = sorted[Math.ceil(SHARE * sorted.length) - 1] ?? boot;
  return Math.min(boot, Math.max(LEAST_MINUTES * minute, usual * MARGIN));
}
