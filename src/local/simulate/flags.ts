import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { ALL_FAULTS } from './run';

/** The flags of `npm run simulate`. */
export interface SimulateFlags {
  readonly seed: number;
  readonly days: number;
  readonly runs: number;
  readonly faults: readonly string[];
  /** As it was given, for the command that reproduces a run. */
  readonly faultsText: string;
  readonly runners: number | undefined;
  readonly pools: number | undefined;
  /** Multiplies how often faults happen. */
  readonly intensity: number;
  /** Processes that simulate, each one seed at a time. */
  readonly jobs: number;
  readonly trace: string | undefined;
  /** Folder for the ledgers and certificates, one folder in it for each seed. */
  readonly ledger: string | undefined;
  readonly json: boolean;
  readonly help: boolean;
}

export class FlagError extends Error {}

export const HELP = `npm run simulate -- [flags]

  --seed N             the first seed; each further run takes the next (default 1)
  --days D             days with faults in each run; some hours of calm follow, in which all must heal (default 1)
  --runs R             runs (default 10)
  --faults all|none|LIST   names by commas; with a minus before the first: all but these (default all)
  --runners N          about so many runners (default: drawn)
  --pools N            so many pools, at most 10 (default: drawn)
  --intensity N        multiplies how often faults happen (default 1; beyond 4 hardly anything is left that works)
  --jobs N             processes that simulate, each a seed at a time (default: one for each core); results do not depend on it
  --trace FILE         everything that happens, one line each; in one process, seed after seed
  --ledger DIR         leaves each run's ledger and certificates in DIR/seed-N
  --json               the last line of stdout is one JSON object
  --explore …          a crash after every single step, in place of seeded runs; see --explore --help

  Faults: ${ALL_FAULTS.join(' ')}
`;

/** Throws {@link FlagError} with one message that names the flag. */
export function parseFlags(args: readonly string[]): SimulateFlags {
  const values = read(args);
  const text = (name: string): string | undefined => (typeof values[name] === 'string' ? values[name] : undefined);
  const number = (name: string, fallback: string, least: number, whole: boolean): number => {
    const given = text(name) ?? fallback;
    const value = Number(given);
    if (given.trim() === '' || !Number.isFinite(value) || value < least || (whole && !Number.isInteger(value)))
      throw new FlagError(`--${name} takes a ${whole ? 'whole number' : 'number'} from ${String(least)}, not "${given}".`);
    return value;
  };
  const optional = (name: string, least: number): number | undefined =>
    text(name) === undefined ? undefined : number(name, '', least, true);
  const faultsText = text('faults') ?? 'all';
  return {
    seed: number('seed', '1', 0, true),
    days: number('days', '1', 0.01, false),
    runs: number('runs', '10', 1, true),
    faults: faultsOf(faultsText),
    faultsText,
    runners: optional('runners', 1),
    pools: optional('pools', 1),
    intensity: number('intensity', '1', 0.1, false),
    // The lines of two seeds must not mix.
    jobs: text('trace') === undefined ? number('jobs', String(availableParallelism()), 1, true) : 1,
    trace: text('trace'),
    ledger: text('ledger'),
    json: values['json'] === true,
    help: values['help'] === true,
  };
}

function read(args: readonly string[]): Record<string, unknown> {
  const strings = ['seed', 'days', 'runs', 'faults', 'runners', 'pools', 'intensity', 'jobs', 'trace', 'ledger'];
  try {
    return parseArgs({
      // A list that begins with a minus would be taken for a flag.
      args: args.flatMap((arg, at) => (args[at - 1] === '--faults' ? [] : arg === '--faults' ? [`--faults=${args[at + 1] ?? ''}`] : [arg])),
      options: {
        ...Object.fromEntries(strings.map((name) => [name, { type: 'string' as const }])),
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    throw new FlagError(`${error instanceof Error ? error.message : String(error)} See --help.`);
  }
}

function faultsOf(text: string): readonly string[] {
  if (text === 'all') return ALL_FAULTS;
  if (text === 'none') return [];
  const isWithout = text.startsWith('-');
  const names = text
    .replace(/^-/, '')
    .split(',')
    .map((name) => name.trim());
  const unknown = names.find((name) => !ALL_FAULTS.includes(name));
  if (unknown !== undefined) throw new FlagError(`--faults: there is no fault "${unknown}". See --help.`);
  return isWithout ? ALL_FAULTS.filter((name) => !names.includes(name)) : names;
}
