import type { Mode } from '../../world/state';
import type { Effect } from './effects';
import { STRIKES } from './strikes';
import { runTrial, type Planned, type Trial } from './trial';

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
/** The two that a real engine brings about most often come first. */
const FIRST_OF_PAIR: readonly string[] = PAIRED;

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
  const ofDrain = ({ at }: Planned, effects: readonly Effect[]): boolean => isOfDrain(effects[at - 1]);
  for (const one of pointsOf(
    calm.effects,
    kinds.filter((kind) => FIRST_OF_PAIR.includes(kind)),
    0,
  ).filter((each) => ofDrain(each, calm.effects))) {
    const alone = await runTrial({ course, mode, plan: [one], ...(entry === undefined ? {} : { entry }) });
    assertSame(calm.effects, alone.effects, one.at);
    for (const two of pointsOf(alone.effects, kinds, one.at).filter((each) => ofDrain(each, alone.effects)))
      if (isChosen()) await run([one, two]);
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
