import { parseArgs } from 'node:util';
import type { Mode } from '../../world/state';
import { FlagError } from '../flags';
import { COURSE_NAMES, COURSES } from './courses';
import { STRIKES } from './strikes';
import type { Planned } from './striker';

export interface ExploreFlags {
  readonly courses: readonly string[];
  readonly modes: readonly Mode[];
  readonly pairs: boolean;
  readonly strikes: readonly string[] | undefined;
  readonly stride: number;
  /** One run alone: `--at 92 --with outage`, `--at 92:99 --with crash:late-2`. */
  readonly plan: readonly Planned[] | undefined;
  readonly trace: string | undefined;
  readonly json: boolean;
}

export const EXPLORE_HELP = `npm run simulate -- --explore all|COURSE [flags]

  Every strike at every durable effect of a small scripted world, each in a run of its own.

  --pairs              every two strikes within the drains, in place of every single one
  --mode Uniform|Flexible   of the scale set (default: both)
  --with LIST          these strikes alone, by commas
  --stride N           every N-th state alone (default 1: all)
  --at K[:L] --with STRIKE[:STRIKE]   one run: so at effect K, and so at effect L
  --trace FILE         of that one run everything that happens, one line each
  --json               the last line of stdout is one JSON object

  Courses:
${COURSES.map(({ name, sentence }) => `    ${name.padEnd(12)} ${sentence}`).join('\n')}

  Strikes:
${STRIKES.map(({ name, sentence }) => `    ${name.padEnd(15)} ${sentence}`).join('\n')}
`;

/** Throws {@link FlagError} with one message that names the flag. */
export function parseExplore(args: readonly string[]): ExploreFlags {
  const values = read(args);
  const course = values.explore ?? 'all';
  const courses = course === 'all' ? COURSE_NAMES : COURSE_NAMES.filter((name) => name === course);
  if (courses.length === 0) throw new FlagError(`--explore takes all or one of ${COURSE_NAMES.join(', ')}, not "${course}".`);
  const { mode } = values;
  if (mode !== undefined && mode !== 'Uniform' && mode !== 'Flexible')
    throw new FlagError(`--mode takes Uniform or Flexible, not "${mode}".`);
  const stride = Number(values.stride ?? '1');
  if (!Number.isInteger(stride) || stride < 1) throw new FlagError(`--stride takes a whole number from 1, not "${values.stride ?? ''}".`);
  const strikes = values.with?.split(/[,:]/);
  const unknown = strikes?.find((name) => STRIKES.every((strike) => strike.name !== name));
  if (unknown !== undefined)
    throw new FlagError(`--with: there is no strike "${unknown}"; there are ${STRIKES.map(({ name }) => name).join(', ')}.`);
  return {
    ...{ courses, pairs: values.pairs === true, strikes, stride, trace: values.trace, json: values.json === true },
    modes: mode === undefined ? ['Uniform', 'Flexible'] : [mode],
    plan: values.at === undefined ? undefined : planOf(values.at, strikes ?? []),
  };
}

function planOf(text: string, strikes: readonly string[]): Planned[] {
  const numbers = text.split(':').map(Number);
  if (numbers.some((at) => !Number.isInteger(at) || at < 1))
    throw new FlagError(`--at takes K or K:L, numbers of effects from 1, not "${text}".`);
  if (strikes.length !== numbers.length)
    throw new FlagError(`--at ${text} asks for --with and as many strikes, such as crash or crash:late-2.`);
  return numbers.map((at, index) => ({ at, strike: strikes[index] ?? '' }));
}

function read(args: readonly string[]) {
  try {
    const text = { type: 'string' } as const;
    const yes = { type: 'boolean' } as const;
    return parseArgs({
      args: [...args],
      options: { explore: text, pairs: yes, mode: text, with: text, stride: text, at: text, trace: text, json: yes },
    }).values;
  } catch (error) {
    throw new FlagError(`${error instanceof Error ? error.message : String(error)} See --explore --help.`);
  }
}
