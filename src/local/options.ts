import { parseArgs } from 'node:util';

/** The flags of `npm start`. */
export interface Options {
  readonly trace: string | undefined;
  /** Simulated seconds per real second; `max`: a virtual clock. */
  readonly speed: number | 'max';
  /** Simulated milliseconds to run. */
  readonly duration: number | undefined;
  readonly seed: number;
  readonly port: number;
  readonly mode: 'Uniform' | 'Flexible';
  /** App settings that override the world's. */
  readonly set: Readonly<Record<string, string>>;
  readonly settings: string | undefined;
  /** Folder that the run's ledger and certificates are written to at its end. */
  readonly ledger: string | undefined;
  readonly json: boolean;
  readonly help: boolean;
  /** Flags of the simulated world, by name. */
  readonly world: Readonly<Record<string, number>>;
}

export class OptionsError extends Error {}

const WORLD_FLAGS = [
  'boot-seconds',
  'register-seconds',
  'delete-seconds',
  'stop-seconds',
  'tasks-per-runner',
  'initial-runners',
  'page-size',
] as const;

export const HELP = `npm start -- [flags]

  --trace FILE         CSV arrival_seconds,duration_seconds instead of a generated day
  --speed N|max        simulated seconds per second (default 240); max: as fast as it goes
  --for 90m|7d         how much simulated time (default: until the day or trace is over)
  --seed N             another day, another world (default 1)
  --mode Uniform|Flexible   orchestration mode of the simulated scale set (default Uniform)
  --port N             port of the HTTP API (default 7071)
  --set KEY=VALUE      any app setting, may be repeated
  --settings FILE      a local.settings.json with real endpoints: drives the real services
  --ledger DIR         leaves the run's ledger and certificates there, for replay, why and whatif
  --json               the last line of stdout is one JSON object
  ${WORLD_FLAGS.map((flag) => `--${flag}`).join(' ')}   the simulated world
`;

/** Throws {@link OptionsError} with one message that names the flag. */
export function parseOptions(args: readonly string[]): Options {
  const values = read(args);
  const text = (name: string): string | undefined => (typeof values[name] === 'string' ? values[name] : undefined);
  const speed = text('speed') ?? '240';
  const mode = text('mode') ?? 'Uniform';
  if (mode !== 'Uniform' && mode !== 'Flexible') throw new OptionsError(`--mode takes Uniform or Flexible, not "${mode}".`);
  const world: Record<string, number> = {};
  for (const flag of WORLD_FLAGS) {
    const given = text(flag);
    if (given !== undefined) world[camel(flag)] = number(`--${flag}`, given, 0);
  }
  return {
    trace: text('trace'),
    speed: speed === 'max' ? 'max' : number('--speed', speed, 0.1),
    duration: text('for') === undefined ? undefined : parseDuration(text('for') ?? ''),
    seed: number('--seed', text('seed') ?? '1', 0),
    port: number('--port', text('port') ?? '7071', 0),
    mode,
    set: Object.fromEntries(((values['set'] as string[] | undefined) ?? []).map(assignment)),
    settings: text('settings'),
    ledger: text('ledger'),
    json: values['json'] === true,
    help: values['help'] === true,
    world,
  };
}

function read(args: readonly string[]): Record<string, unknown> {
  const strings = ['trace', 'speed', 'for', 'seed', 'port', 'mode', 'settings', 'ledger', ...WORLD_FLAGS];
  try {
    return parseArgs({
      args: [...args],
      options: {
        ...Object.fromEntries(strings.map((name) => [name, { type: 'string' as const }])),
        set: { type: 'string', multiple: true },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    throw new OptionsError(`${error instanceof Error ? error.message : String(error)} See --help.`);
  }
}

const UNITS: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** "90m", "2d", "36h", "30s" → ms. */
export function parseDuration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)([smhd])$/.exec(text.trim());
  const unit = UNITS[match?.[2] ?? ''];
  if (match === null || unit === undefined)
    throw new OptionsError(`--for takes a number and s, m, h or d, such as 90m or 7d, not "${text}".`);
  return Number(match[1]) * unit;
}

function number(flag: string, text: string, least: number): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < least)
    throw new OptionsError(`${flag} takes a number from ${least}, not "${text}".`);
  return value;
}

function assignment(text: string): [string, string] {
  const equals = text.indexOf('=');
  if (equals < 1) throw new OptionsError(`--set takes KEY=VALUE, not "${text}".`);
  return [text.slice(0, equals), text.slice(equals + 1)];
}

const camel = (flag: string): string => flag.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
