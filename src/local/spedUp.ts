import type { TraceJob } from './traces';
import { worldFlags } from './world/flags';

/**
 * The simulated world on a real clock, `speed` times as fast: its durations and its trace divided, as TRIAL_SPEED divides the app's. Rates
 * that Azure allows per minute stay real, so throttling is left out: a sped-up app asks more often than any real one.
 */
export function spedUpFlags(given: Readonly<Partial<Record<string, number>>>, speed: number): Record<string, number> {
  const whole = worldFlags({ ...(speed === 1 ? {} : { throttle: 0 }), ...given });
  return Object.fromEntries(Object.entries(whole).map(([name, value]) => [name, name.endsWith('Seconds') ? value / speed : value]));
}

export const spedUpTrace = (trace: readonly TraceJob[], speed: number): readonly TraceJob[] =>
  trace.map((job) => ({ arrivalSeconds: job.arrivalSeconds / speed, durationSeconds: job.durationSeconds / speed }));
