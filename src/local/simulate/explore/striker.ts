import type { ActivityMessage } from '../../host/storage';
import type { Stage } from '../stage';
import type { Death, Effect } from './effects';
import { strikeOf } from './strikes';

/** One thing that happens at the effect of this number, counted from 1 in its run. */
export interface Planned {
  readonly at: number;
  readonly strike: string;
}

/** Counts the effects of a run, and lets happen what is planned at them. */
export interface Striker {
  readonly effects: readonly Effect[];
  /** When the last strike is over, in epoch ms: a late delivery when it came. */
  readonly lastAt: number;
  tell(effect: Effect): Death | undefined;
  /** As the last death that was told has it. */
  die(): void;
}

/** Throws a RangeError where a strike does not fit the effect that it is planned at. */
export function createStriker(plan: readonly Planned[], stage: () => Stage | undefined): Striker {
  const effects: Effect[] = [];
  let lastAt = 0;
  let downMs = 0;

  function strike(on: Stage, { at, strike: name }: Planned, effect: Effect): Death | undefined {
    const { fits, death, downMs: down = 0, againMs } = strikeOf(name);
    if (!fits(effect)) throw new RangeError(`The strike ${name} does not fit effect ${String(at)}: ${effect.what}.`);
    on.log.add(on.clock.now(), 'strike', `${name} at effect ${String(at)}: ${effect.kind} ${effect.what}`);
    lastAt = Math.max(lastAt, on.clock.now() + (againMs ?? 0));
    if (againMs !== undefined && effect.activity !== undefined) again(on, effect.activity, on.clock.now() + againMs);
    if (death !== undefined) downMs = down;
    return death;
  }

  return {
    effects,
    get lastAt() {
      return lastAt;
    },
    tell: (effect) => {
      const on = stage();
      if (on === undefined) return undefined;
      effects.push(effect);
      const deaths = plan.filter(({ at }) => at === effects.length).flatMap((planned) => strike(on, planned, effect) ?? []);
      return deaths[0];
    },
    die: () => void stage()?.app.crash({ downMs }),
  };
}

/** To whichever host runs then; while none does, to the next. */
function again(stage: Stage, activity: ActivityMessage, at: number): void {
  stage.clock.at(at, () => {
    const host = stage.app.host();
    if (host === undefined) again(stage, activity, stage.clock.now() + 1_000);
    else host.engine.schedule(activity, at);
  });
}
