import type { Figures } from './figures';
import { costOf, type Goal } from './objective';
import { without, type Assignments } from './settings';
import type { RunTasks } from './workers';

/** Keeps nothing that is idle, and orders what waits: where little is to be gained, nothing is simpler or less risky. */
export const KEEP_NOTHING: Assignments = {
  MIN_RUNNERS: '0',
  SCALE_OUT_STRATEGY: 'demand',
  SCALE_IN_STRATEGY: 'surplus',
  SCALE_IN_IDLE_MINUTES: '0',
};

/** Each setting's steps; undefined: not set. A neighbour differs in one of them by one step. */
const AXES: Readonly<Record<string, readonly (string | undefined)[]>> = {
  SCALE_IN_IDLE_MINUTES: ['0', '2', '4', '6', '8', '10', '15', '20', '30', '45', '60'],
  KEEP_NEWEST_IDLE: ['1', '2', '3', '4', undefined],
  SCALE_OUT_EXTRA: ['0', '1', '2', '3'],
  MIN_IDLE_RUNNERS: ['0', '1', '2'],
  FORECAST: ['off', 'on'],
};

/** Where the search begins: nothing kept, the newest kept for a while, all kept for a while, a warm spare; from each it goes downhill. */
const BEGINNINGS: readonly Assignments[] = [
  {},
  { SCALE_IN_IDLE_MINUTES: '10', KEEP_NEWEST_IDLE: '1' },
  { SCALE_IN_IDLE_MINUTES: '20', KEEP_NEWEST_IDLE: '1', SCALE_OUT_EXTRA: '1' },
  { SCALE_IN_IDLE_MINUTES: '20', KEEP_NEWEST_IDLE: '2', SCALE_OUT_EXTRA: '1' },
  { SCALE_IN_IDLE_MINUTES: '10' },
  { MIN_IDLE_RUNNERS: '1' },
  { FORECAST: 'on' },
];

/** So much of the cost of keeping nothing must be saved, or nothing is kept. */
const WORTH_IT = 0.01;
const MOST_ROUNDS = 12;

export interface Found {
  readonly settings: Assignments;
  readonly figures: Figures;
  readonly tried: number;
}

export interface SearchInput {
  /** The settings of today: what is no part of the search stays as it is there. */
  readonly today: Assignments;
  readonly goal: Goal;
  readonly run: RunTasks;
  readonly told: (tried: number) => void;
}

/** The settings that cost least on the part that is there to learn from. Goes to the best neighbour until none is better. */
export async function search({ today, goal, run, told }: SearchInput): Promise<Found> {
  const known = new Map<string, { readonly settings: Assignments; readonly figures: Figures }>();
  const tryAll = async (candidates: readonly Assignments[]): Promise<void> => {
    const fresh = [...new Map(candidates.map((settings) => [keyOf(settings), settings]))].filter(([key]) => !known.has(key));
    const tasks = fresh.map(([, settings]) => ({ settings, part: 'learn' as const }));
    const before = known.size;
    const figures = await run(tasks, (done) => told(before + done));
    for (const [at, [key, settings]] of fresh.entries()) known.set(key, { settings, figures: figures[at] as Figures });
  };
  const best = (): { readonly settings: Assignments; readonly figures: Figures } =>
    [...known.values()].reduce((least, each) => (costOf(goal, each.figures) < costOf(goal, least.figures) ? each : least));

  const base = { ...today, ...KEEP_NOTHING, FORECAST: 'off', ...aimOf(goal) };
  await tryAll(BEGINNINGS.map((given) => ({ ...base, ...given })));
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const at = best();
    await tryAll(neighbours(at.settings));
    if (best() === at) break;
  }
  const nothing = known.get(keyOf(base));
  const found = best();
  const isWorthIt = nothing === undefined || costOf(goal, found.figures) < (1 - WORTH_IT) * costOf(goal, nothing.figures);
  const { settings, figures } = isWorthIt ? found : nothing;
  return { settings: settings['FORECAST'] === 'on' ? settings : withoutAim(settings, today), figures, tried: known.size };
}

/** A forecast is to want what the search wants. */
const aimOf = (goal: Goal): Assignments =>
  goal.kind === 'worth' ? { WAIT_MINUTE_WORTH: String(goal.vmMinutes) } : { TARGET_WAIT_P95_SECONDS: String(Math.max(1, goal.seconds)) };

/** What only a forecast reads says nothing without one. */
const withoutAim = (settings: Assignments, today: Assignments): Assignments =>
  Object.fromEntries(Object.entries(settings).filter(([variable]) => !AIM.has(variable) || today[variable] !== undefined));

const AIM = new Set(['WAIT_MINUTE_WORTH', 'TARGET_WAIT_P95_SECONDS']);

/** Whether these settings are those that keep nothing, as far as the search sets them. */
export const keepsNothing = (settings: Assignments): boolean =>
  Object.entries({ ...KEEP_NOTHING, FORECAST: 'off', MIN_IDLE_RUNNERS: '0' }).every(
    ([variable, value]) => (settings[variable] ?? value) === value,
  );

const keyOf = (settings: Assignments): string => JSON.stringify(Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1)));

function neighbours(settings: Assignments): readonly Assignments[] {
  return Object.entries(AXES).flatMap(([variable, steps]) => {
    const at = steps.indexOf(settings[variable] ?? (steps.includes(undefined) ? undefined : steps[0]));
    return [at - 1, at + 1, at + 2]
      .filter((next) => next >= 0 && next < steps.length)
      .map((next) => withStep(settings, variable, steps[next]));
  });
}

const withStep = (settings: Assignments, variable: string, value: string | undefined): Assignments =>
  value === undefined ? without(settings, variable) : { ...settings, [variable]: value };
