import type { ForecastAdvice } from '../forecast/advice';
import type { PoolSettings, Schedule } from '../settings/settings';
import { inForce } from './schedules';

/** What settings, schedules and forecast ask for at a moment: the only numbers of theirs that the rules read. */
export interface Targets {
  /** Runners that always count (MIN_RUNNERS, or a schedule's). */
  readonly minRunners: number;
  /** Idle runners kept beside demand (MIN_IDLE_RUNNERS, schedule, forecast). */
  readonly minIdle: number;
  /** An idle runner beyond that may go after so many ms idle. */
  readonly idleFor: number;
  /** Of the idle ones only so many newest are kept for `idleFor`; the others go at once. Undefined: all. */
  readonly keepNewestIdle: number | undefined;
  /** By the forecast so many newest of the idle ones are kept for so many ms, whatever the strategy says. */
  readonly kept?: { readonly newest: number; readonly idleFor: number } | undefined;
  /** Ordered beyond the queue while jobs wait (SCALE_OUT_EXTRA, forecast). */
  readonly extra: number;
  /** One sentence each: which schedule or forecast changed what. */
  readonly because: readonly string[];
}

/** Pure. A forecast raises what the settings and schedules ask for and never lowers it; what it keeps stands beside what they keep. */
export function targetsOf(settings: PoolSettings, forecast: ForecastAdvice | undefined, now: number): Targets {
  const plain = scheduledTargets(settings, now);
  return forecast === undefined ? plain : raised(plain, forecast, settings.durations.minute);
}

function scheduledTargets({ schedules, durations, ...settings }: PoolSettings, now: number): Targets {
  const minRunners = inForce(schedules, 'minRunners', now);
  const minIdle = inForce(schedules, 'minIdle', now);
  const idleFor = inForce(schedules, 'idleFor', now);
  return {
    minRunners: minRunners?.value ?? settings.minRunners,
    minIdle: minIdle?.value ?? settings.minIdleRunners,
    idleFor: idleFor?.value ?? durations.scaleInIdle,
    keepNewestIdle: settings.keepNewestIdle,
    extra: settings.scaleOutExtra,
    because: [
      ...saidBy('MIN_RUNNERS', minRunners?.value, minRunners),
      ...saidBy('MIN_IDLE_RUNNERS', minIdle?.value, minIdle),
      ...saidBy('SCALE_IN_IDLE_MINUTES', idleFor && Number((idleFor.value / durations.minute).toFixed(2)), idleFor),
    ],
  };
}

const saidBy = (variable: string, value: number | undefined, found: { readonly schedule: Schedule } | undefined): string[] =>
  found === undefined ? [] : [`${variable} is ${value} by the schedule "${found.schedule.cron}" (${found.schedule.timeZone}).`];

function raised(plain: Targets, advice: ForecastAdvice, minute: number): Targets {
  const { idleMinutes = 0, keepNewestIdle: newest = 0 } = advice;
  return {
    ...plain,
    minIdle: Math.max(plain.minIdle, advice.minIdle),
    ...(newest > 0 && idleMinutes > 0 ? { kept: { newest, idleFor: idleMinutes * minute } } : {}),
    extra: Math.max(plain.extra, advice.extra),
    because: [...plain.because, ...advice.because],
  };
}
