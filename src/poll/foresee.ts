import { adviceOf, type ForecastAdvice } from '../forecast/advice';
import type { Forecast } from '../forecast/forecast';
import type { TickPlan } from '../model/decision';
import type { PoolSettings } from '../settings/settings';

interface Known {
  readonly settings: PoolSettings;
  readonly now: number;
  readonly forecast?: ForecastAdvice;
  readonly learned?: Forecast;
}

export interface Foreseen {
  /** What the rules follow: nothing under FORECAST=observe. */
  readonly followed: ForecastAdvice | undefined;
  /** What it would have done under FORECAST=observe, for the ledger. */
  readonly unfollowed: readonly string[];
  /** What status tells; undefined under FORECAST=off. */
  readonly told: TickPlan['forecast'];
}

/** The advice for this moment, by the pool's setting. `recent`: when jobs were seen to come, in order. */
export function foresee({ settings, forecast, learned, now }: Known, recent: readonly number[]): Foreseen {
  const { forecast: mode } = settings;
  if (mode === 'off') return { followed: forecast, unfollowed: [], told: undefined };
  const advice = forecast ?? adviceOf(learned, now, recent);
  const says = advice?.because ?? [];
  const told = { mode, days: learned?.days ?? 0, says };
  if (mode === 'on') return { followed: advice, unfollowed: [], told };
  return { followed: undefined, unfollowed: says.map((sentence) => `Not followed, FORECAST=observe: ${sentence}`), told };
}
