import type { PoolSettings } from '../settings/settings';

/** The pool's settings without a forecast, in seconds. */
export interface PlainRule {
  readonly poll: number;
  readonly confirm: number;
  readonly minRunners: number;
  readonly minIdle: number;
  readonly idleFor: number;
  /** Infinity: all. */
  readonly keepNewest: number;
  readonly extra: number;
  /** Infinity: unbounded. */
  readonly maxRunners: number;
}

/** The settings without a forecast, for the trial of rules; where SCALE_IN_STRATEGY is `step` its cooldown stands for the idle time. */
export function plainRuleOf(settings: PoolSettings): PlainRule {
  const { durations } = settings;
  const seconds = (ms: number): number => ms / durations.second;
  const isStep = settings.scaleInStrategy === 'step';
  return {
    // What is polled faster while something moves answers a little sooner than the trial says; it never waits longer.
    poll: Math.max(1, Math.round(seconds(durations.poll))),
    confirm: seconds(durations.drainConfirm),
    minRunners: settings.minRunners,
    minIdle: settings.minIdleRunners,
    idleFor: seconds(isStep ? durations.scaleInCooldown : durations.scaleInIdle),
    keepNewest: settings.scaleInStrategy === 'surplus' ? (settings.keepNewestIdle ?? Infinity) : Infinity,
    extra: settings.scaleOutStrategy === 'demand' ? settings.scaleOutExtra : 0,
    maxRunners: settings.maxRunners ?? Infinity,
  };
}
