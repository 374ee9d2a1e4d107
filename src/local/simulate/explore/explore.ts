import type { Mode } from '../../world/state';
import type { Effect } from './effects';
import { STRIKES } from './strikes';
import type { Planned } from './striker';
import { runTrial, type Trial } from './trial';

export interface ExploreOptions {
  readonly course: string;
  readonly mode: Mode;
  /** Names of strikes; all where absent. */
  readonly strikes?: readonly string[];
  /** After each single strike within a drain, a second one at each later effect of the drain. */
  readonly pairs?: boolean;
  /** Every so many-th state alone; 1: all of them. */
  readonly stride?: number;
  readonly entry?: string;
  readonly onTrial?: (plan: readonly Planned[], trial: Trial, states: number) => void;
}

export interface Exploration {
  /** Durable effects of the undisturbed course. */
  readonly effects: number;
  /** Runs made: each is one state in which something happened. */
  readonly states: number;
  readonly failures: readonly { readonly plan: readonly Planned[]; readonly trial: Trial }[];
}

/** Of two strikes within one drain: dying, and a second delivery by minutes. */
const PAIRED: readonly string[] = ['crash', 'torn', 'late-2', 'late-10'];

/** Every strike at every effect of a course, each in a run of its own; with `pairs` every two of them within its drains. */
export async function explore(options: ExploreOptions): Promise<Exploration> {
  const { course, mode, stride = 1, entry } = options;
  const failures: { plan: readonly Planned[]; trial: Trial }[] = [];
  let states = 0;
  let asked = 0;

  async function run(plan: readonly Planned[]): Promise<Trial> {
    const trial = await runTrial({ course, mode, plan, ...(entry === undefined ? {} : { entry }) });
    states += 1;
    if (trial.violations.length > 0) failures.push({ plan, trial });
    options.onTrial?.(plan, trial, states);
    return trial;
  }
  const isChosen = (): boolean => asked++ % stride === 0;

  const calm = await run([]);
  if (options.pairs !== true) {
    for (const plan of pointsOf(calm.effects, options.strikes ?? STRIKES.map(({ name }) => name), 0)) if (isChosen()) await run([plan]);
    return { effects: calm.effects.length, states, failures };
  }
  const kinds = options.strikes ?? PAIRED;
  for (const first of pointsOf(calm.effects, kinds, 0)) {
    if (!isOfDrain(calm.effects[first.at - 1])) continue;
    // What follows a strike is another sequence of effects, which is known only once it was run.
    const alone = await runTrial({ course, mode, plan: [first], ...(entry === undefined ? {} : { entry }) });
    assertSame(calm.effects, alone.effects, first.at);
    for (const second of pointsOf(alone.effects, kinds, first.at))
      if (isOfDrain(alone.effects[second.at - 1]) && isChosen()) await run([first, second]);
  }
  return { effects: calm.effects.length, states, failures };
}

const isOfDrain = (effect: Effect | undefined): boolean => effect?.of === 'drain' || effect?.of === 'scaleIn';

/** All that can happen at the effects after the first `after`. */
function pointsOf(effects: readonly Effect[], kinds: readonly string[], after: number): Planned[] {
  const strikes = STRIKES.filter(({ name }) => kinds.includes(name));
  return effects
    .slice(after)
    .flatMap((effect, index) => strikes.filter(({ fits }) => fits(effect)).map(({ name }) => ({ at: after + index + 1, strike: name })));
}

/** A run that differs before its first strike would strike elsewhere than it says. */
function assertSame(one: readonly Effect[], other: readonly Effect[], upto: number): void {
  for (let at = 0; at < upto; at += 1)
    if (one[at]?.what !== other[at]?.what)
      throw new Error(
        `Two runs of one course differ at effect ${String(at + 1)}: ${one[at]?.what ?? 'nothing'}, ${other[at]?.what ?? 'nothing'}.`,
      );
}
