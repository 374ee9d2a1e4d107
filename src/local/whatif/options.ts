import { parseArgs } from 'node:util';
import { parseDuration } from '../options';
import { WORLD_FLAGS } from '../world/flags';
import { FLEET_MODEL, type FleetModel } from './fleetModel';
import { isSetting, type Assignments } from './settings';
import { parseSweep, type Sweep } from './sweep';
import { UsageError } from './usage';

/** The flags of `npm run whatif`. */
export interface Options {
  readonly source: { readonly kind: 'trace' | 'ledger'; readonly path: string };
  readonly set: Assignments;
  readonly sweeps: readonly Sweep[];
  readonly targetP95: number | undefined;
  readonly runs: number;
  /** Simulated seconds from the trace's zero; undefined: all of it. */
  readonly seconds: number | undefined;
  readonly startAt: number | undefined;
  readonly fleet: FleetModel;
  readonly seed: number;
  readonly workers: number | undefined;
  readonly search: boolean;
  readonly heldBack: boolean;
  readonly json: boolean;
  readonly svg: string | undefined;
}

const FLEET_FLAGS = {
  'boot-seconds': 'bootSeconds',
  'register-seconds': 'registerSeconds',
  'delete-seconds': 'deleteSeconds',
  'stop-seconds': 'stopSeconds',
  'updating-seconds': 'updatingSeconds',
  'tasks-per-runner': 'tasksPerRunner',
} as const;
type FleetFlag = keyof typeof FLEET_FLAGS;

export const HELP = `npm run whatif -- --trace FILE | --ledger DIR [flags]

What a pool's own past would have been under other settings: the app's own decisions over a fleet that boots, runs and drains.

  --trace FILE         CSV arrival_seconds,duration_seconds
  --ledger DIR         a pool's ledger files (*.jsonl): arrivals and durations as far as its ticks saw them
  --set KEY=VALUE      an app setting, may be repeated: the settings of today
  --sweep KEY=FROM..TO[:STEP] | KEY=A,B,C   on top of --set, may be repeated: every combination
  --target-p95 S       recommend what costs least with 95 of 100 waits within S seconds (default: by WAIT_MINUTE_WORTH)
  --no-search          rows and bounds alone, no recommendation
  --held-back          rows and bounds of the second half alone; FORECAST has learned from the first
  --runs N             each setting N times with its ticks at other moments, and the mean of them (default 1)
  --for 90m|7d         so much of the trace (default: all)
  --start TIME         when the trace's zero was, ISO 8601 (default 2025-04-07T06:00:00Z; a ledger knows it): for schedules and forecast
  --mode Uniform|Flexible   orchestration mode of the scale set (default Uniform)
  --seed N             names and ids (default 1)
  --workers N          processes at work (default: one per core)
  --json               the last line of stdout is one JSON object
  --svg FILE           the rows and bounds as a picture
  the fleet, with its defaults (updating: so long an order holds the next, 0: as long as a VM boots):
  ${Object.entries(FLEET_FLAGS)
    .map(([flag, key]) => `--${flag} ${String(FLEET_MODEL[key])}`)
    .join(' ')}
`;

/** Undefined: help was asked for. Throws {@link UsageError} with one message that names the flag. */
export function parseOptions(args: readonly string[]): Options | undefined {
  const values = read(args);
  if (values['help'] === true) return undefined;
  const text = (name: string): string | undefined => (typeof values[name] === 'string' ? values[name] : undefined);
  const texts = (name: string): readonly string[] => (values[name] as string[] | undefined) ?? [];
  const number = (name: string, least: number, whole: boolean): number | undefined => {
    const given = text(name);
    if (given === undefined) return undefined;
    const value = Number(given);
    if (given.trim() === '' || !Number.isFinite(value) || value < least || (whole && !Number.isInteger(value)))
      throw new UsageError(`--${name} takes a ${whole ? 'whole ' : ''}number from ${String(least)}, not "${given}".`);
    return value;
  };
  const duration = text('for');
  return {
    source: sourceOf(text('trace'), text('ledger')),
    set: Object.fromEntries(texts('set').map(assignment)),
    sweeps: texts('sweep').map(parseSweep),
    targetP95: number('target-p95', 0, false),
    runs: number('runs', 1, true) ?? 1,
    seconds: duration === undefined ? undefined : durationOf(duration),
    startAt: timeOf(text('start')),
    fleet: fleetOf(text('mode'), (flag) => number(flag, 0, false)),
    seed: number('seed', 0, true) ?? 1,
    workers: number('workers', 1, true),
    search: values['no-search'] !== true,
    heldBack: values['held-back'] === true,
    json: values['json'] === true,
    svg: text('svg'),
  };
}

const STRINGS = ['trace', 'ledger', 'target-p95', 'runs', 'for', 'start', 'mode', 'seed', 'workers', 'svg', ...Object.keys(FLEET_FLAGS)];

function read(args: readonly string[]): Record<string, unknown> {
  try {
    return parseArgs({
      args: [...args],
      options: {
        ...Object.fromEntries(STRINGS.map((name) => [name, { type: 'string' as const }])),
        set: { type: 'string', multiple: true },
        sweep: { type: 'string', multiple: true },
        'no-search': { type: 'boolean' },
        'held-back': { type: 'boolean' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)} See --help.`);
  }
}

function sourceOf(trace: string | undefined, ledger: string | undefined): Options['source'] {
  if (trace !== undefined && ledger !== undefined) throw new UsageError('--trace and --ledger: one of them, not both.');
  if (trace !== undefined) return { kind: 'trace', path: trace };
  if (ledger !== undefined) return { kind: 'ledger', path: ledger };
  throw new UsageError('--trace FILE or --ledger DIR: one of them is needed. See --help.');
}

function assignment(text: string): [string, string] {
  const equals = text.indexOf('=');
  if (equals < 1) throw new UsageError(`--set takes KEY=VALUE, not "${text}".`);
  const variable = text.slice(0, equals);
  if (!isSetting(variable)) throw new UsageError(`--set ${variable}: is no setting of a pool that can be simulated.`);
  return [variable, text.slice(equals + 1)];
}

function durationOf(text: string): number {
  try {
    return parseDuration(text) / 1_000;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function timeOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const at = Date.parse(/[zZ]|[+-]\d\d:?\d\d$/.test(text) || !text.includes('T') ? text : `${text}Z`);
  if (!/^\d{4}-\d{2}-\d{2}/.test(text) || !Number.isFinite(at))
    throw new UsageError(`--start takes a time such as 2024-02-01T00:00:00Z, not "${text}".`);
  return at;
}

function fleetOf(mode: string | undefined, given: (flag: FleetFlag) => number | undefined): FleetModel {
  if (mode !== undefined && mode !== 'Uniform' && mode !== 'Flexible')
    throw new UsageError(`--mode takes Uniform or Flexible, not "${mode}".`);
  const flags = Object.entries(FLEET_FLAGS).map(([flag, name]) => {
    const value = given(flag as FleetFlag) ?? FLEET_MODEL[name];
    const { least, most } = WORLD_FLAGS.find((each) => each.name === name) ?? { least: 0, most: Infinity };
    if (value < least || value > most)
      throw new UsageError(`--${flag} takes a number from ${String(least)} to ${String(most)}, not ${String(value)}.`);
    return [name, value] as const;
  });
  return { ...FLEET_MODEL, ...Object.fromEntries(flags), mode: mode ?? FLEET_MODEL.mode };
}
