import { between, every, HOUR, MINUTE } from './schedule';
import type { AppHands, FaultContext, FaultKind } from './types';

/** Settings changed under way. Each change is taken back later, so that the fleet ends under the settings of the run. */

type Changes = Record<string, string | undefined>;

/** Variables that are changed at the moment. Two hands at one would each put back what it found: POOLS would end as neither was (seed 77204). */
const changed = new WeakMap<AppHands, Set<string>>();

function changing(
  name: string,
  mean: number,
  sentence: string,
  [least, most]: readonly [number, number],
  changesOf: (context: FaultContext, app: AppHands) => Changes | undefined,
): FaultKind {
  return {
    name,
    area: 'operators',
    sentence,
    install: (context) => {
      const { app, clock, until } = context;
      if (app === undefined) return;
      const taken = changed.get(app) ?? new Set();
      changed.set(app, taken);
      let isChanged = false;
      every(context, mean, () => {
        const changes = isChanged ? undefined : changesOf(context, app);
        if (changes === undefined || Object.keys(changes).some((key) => taken.has(key))) return;
        const before = app.settings();
        const back = Object.fromEntries(Object.keys(changes).map((key) => [key, before[key]]));
        isChanged = true;
        for (const key of Object.keys(changes)) taken.add(key);
        app.changeSettings(changes);
        context.count(JSON.stringify(changes).slice(0, 100));
        clock.at(Math.min(clock.now() + between(context, least, most), until - 1), () => {
          app.changeSettings(back);
          for (const key of Object.keys(changes)) taken.delete(key);
          isChanged = false;
        });
      });
    },
  };
}

interface Item {
  readonly name: string;
  readonly [variable: string]: unknown;
}

const items = (app: AppHands): readonly Item[] => JSON.parse(app.settings()['POOLS'] ?? '[]') as Item[];

/** One number of all pools that is changed, and the least and the most it may become. */
const NUMBERS: readonly (readonly [string, number, number])[] = [
  ['MIN_RUNNERS', 0, 4],
  ['MAX_RUNNERS', 2, 12],
  ['SCALE_OUT_THRESHOLD', 1, 6],
  ['SCALE_IN_THRESHOLD', 0, 3],
  ['SCALE_OUT_STEP', 1, 4],
  ['SCALE_IN_STEP', 1, 4],
  ['SCALE_OUT_COOLDOWN_DURATION', 1, 10],
  ['SCALE_IN_COOLDOWN_DURATION', 1, 15],
  ['STARVATION_MINUTES', 0, 20],
  ['SCALE_OUT_EXTRA', 0, 2],
  ['SCALE_IN_IDLE_MINUTES', 0, 12],
  ['MIN_IDLE_RUNNERS', 0, 3],
];

/** One choice of all pools, and what it may become. */
const CHOICES: readonly (readonly [string, readonly string[]])[] = [
  ['SCALE_OUT_STRATEGY', ['step', 'demand']],
  ['SCALE_IN_STRATEGY', ['step', 'idle-only', 'surplus']],
];

export const SETTING_FAULTS: readonly FaultKind[] = [
  changing(
    'settings-changed',
    20 * HOUR,
    'MIN, MAX, a threshold, a step or a cooldown is changed, and changed back later.',
    [10 * MINUTE, 6 * HOUR],
    ({ random }, app) => {
      const [variable, least, most] = NUMBERS[random.below(NUMBERS.length)] ?? ['MIN_RUNNERS', 0, 4];
      const value = least + random.below(most - least + 1);
      const max = Number(app.settings()['MAX_RUNNERS'] ?? 1_000);
      const min = Number(app.settings()['MIN_RUNNERS'] ?? 1);
      // Settings that contradict each other are refused as a whole: that is another kind.
      if (variable === 'MIN_RUNNERS' && value > max) return undefined;
      return { [variable]: String(variable === 'MAX_RUNNERS' ? Math.max(value, min) : value) };
    },
  ),
  changing(
    'strategy-changed',
    30 * HOUR,
    'Another strategy is chosen, and the former again later.',
    [10 * MINUTE, 6 * HOUR],
    ({ random }) => {
      const [variable, values] = CHOICES[random.below(CHOICES.length)] ?? ['SCALE_OUT_STRATEGY', ['step']];
      return { [variable]: values[random.below(values.length)] };
    },
  ),
  changing('settings-invalid', 60 * HOUR, 'A setting is not usable for a while.', [2 * MINUTE, 40 * MINUTE], ({ random }) =>
    random.next() < 0.5 ? { SCALE_OUT_STEP: 'many' } : { SG_BASE_URI: '' },
  ),
  changing(
    'scale-set-renamed',
    60 * HOUR,
    'The setting names another scale set, which is not there.',
    [2 * MINUTE, 40 * MINUTE],
    (_context, app) => {
      if (app.settings()['POOLS'] === undefined) return { AZURE_VMSS_NAME: 'another-set' };
      const [first, ...others] = items(app);
      return { POOLS: JSON.stringify([{ ...first, AZURE_VMSS_NAME: 'another-set' }, ...others]) };
    },
  ),
  changing(
    'pool-removed',
    40 * HOUR,
    'A pool is taken out of the settings and comes back later.',
    [5 * MINUTE, 3 * HOUR],
    ({ random }, app) => {
      const pools = items(app);
      if (pools.length < 2) return undefined;
      const gone = random.below(pools.length);
      return { POOLS: JSON.stringify(pools.filter((_item, at) => at !== gone)) };
    },
  ),
  changing('dry-run-switched', 60 * HOUR, 'DRY_RUN is switched on and off again.', [5 * MINUTE, 2 * HOUR], () => ({ DRY_RUN: 'true' })),
];
