import { MOST_KEEP_MINUTES, MOST_READY } from '../../forecast/choose';
import { settingOf, textOf } from './setting';

/** What a pool's strategy, schedules and forecast change in the judges' questions. */
export interface PoolRules {
  /** Growth for waiting jobs waits for the scale-out cooldown. */
  readonly waitsToGrow: boolean;
  /** A scale-in waits for its cooldown; else each runner's idle time takes its place. */
  readonly waitsToShrink: boolean;
  /** Neither: runners are ordered ahead of jobs, or for jobs that others may take first. */
  readonly mayOrderInVain: boolean;
  /** The most runners that stay in a quiet world, and the most of them that are there to be idle. */
  readonly mostKept: number;
  readonly mostIdle: number;
  /** The longest that an idle one is kept, in minutes; 0 where no strategy asks. */
  readonly idleMinutes: number;
}

type Settings = Readonly<Record<string, string | undefined>>;

export function rulesOf(settings: Settings, pool: string): PoolRules {
  const schedules = JSON.parse(textOf(settings, pool, 'SCHEDULES') ?? '[]') as Readonly<Record<string, number | undefined>>[];
  const most = (variable: string): number =>
    Math.max(settingOf(settings, pool, variable), ...schedules.map((schedule) => schedule[variable] ?? 0));
  const waitsToShrink = textOf(settings, pool, 'SCALE_IN_STRATEGY') === 'step';
  const isDemand = textOf(settings, pool, 'SCALE_OUT_STRATEGY') === 'demand';
  // A forecast orders and keeps by number, too, and is not bound to the cooldown of jobs that wait.
  const isForeseen = textOf(settings, pool, 'FORECAST') === 'on';
  const mostIdle = Math.max(most('MIN_IDLE_RUNNERS'), isForeseen ? MOST_READY : 0);
  return {
    waitsToGrow: !isDemand && mostIdle === 0,
    waitsToShrink,
    mayOrderInVain: isDemand || !waitsToShrink || mostIdle > 0,
    mostKept: Math.max(most('MIN_RUNNERS'), mostIdle),
    mostIdle,
    idleMinutes: Math.max(waitsToShrink ? 0 : most('SCALE_IN_IDLE_MINUTES'), isForeseen ? MOST_KEEP_MINUTES : 0),
  };
}
