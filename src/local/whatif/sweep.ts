import { UsageError } from './usage';
import { isSetting, type Assignments } from './settings';

export interface Sweep {
  readonly variable: string;
  readonly values: readonly string[];
}

const RANGE = /^(\d+(?:\.\d+)?)\.\.(\d+(?:\.\d+)?)(?::(\d+(?:\.\d+)?))?$/;
const MOST_VALUES = 1_000;
const MOST_ROWS = 10_000;

/** `KEY=0..20:5` (both ends included, step 1 unless given) or `KEY=a,b,c`. Throws {@link UsageError}. */
export function parseSweep(text: string): Sweep {
  const equals = text.indexOf('=');
  const variable = text.slice(0, Math.max(0, equals));
  const given = text.slice(equals + 1).trim();
  if (equals < 1 || given === '') throw new UsageError(`--sweep takes KEY=FROM..TO, KEY=FROM..TO:STEP or KEY=A,B,C, not "${text}".`);
  if (!isSetting(variable)) throw new UsageError(`--sweep ${variable}: is no setting of a pool that can be simulated.`);
  const range = RANGE.exec(given);
  if (range === null) {
    if (given.includes('..')) throw new UsageError(`--sweep ${variable}: "${given}" is no range; expected is FROM..TO or FROM..TO:STEP.`);
    return { variable, values: [...new Set(given.split(',').map((value) => value.trim()))] };
  }
  const [from, to, step] = [Number(range[1]), Number(range[2]), Number(range[3] ?? 1)];
  if (from > to) throw new UsageError(`--sweep ${variable}: the range "${given}" ends before it begins.`);
  if (step === 0) throw new UsageError(`--sweep ${variable}: the step of "${given}" must be above 0.`);
  const count = Math.floor((to - from) / step + 1e-9) + 1;
  if (count > MOST_VALUES)
    throw new UsageError(`--sweep ${variable}: "${given}" are ${String(count)} values; at most ${String(MOST_VALUES)} are taken.`);
  return { variable, values: Array.from({ length: count }, (_, at) => String(Number((from + at * step).toFixed(6)))) };
}

/** Every combination, the last sweep running fastest, on top of `base`. */
export function combine(base: Assignments, sweeps: readonly Sweep[]): readonly Assignments[] {
  const twice = sweeps.find(({ variable }, at) => sweeps.findIndex((other) => other.variable === variable) !== at);
  if (twice !== undefined) throw new UsageError(`--sweep ${twice.variable}: is given twice.`);
  if (sweeps.length === 0) return [];
  const count = sweeps.reduce((product, { values }) => product * values.length, 1);
  if (count > MOST_ROWS) throw new UsageError(`--sweep: ${String(count)} combinations; at most ${String(MOST_ROWS)} are taken.`);
  return sweeps.reduce<readonly Assignments[]>(
    (rows, { variable, values }) => rows.flatMap((row) => values.map((value) => ({ ...row, [variable]: value }))),
    [base],
  );
}
