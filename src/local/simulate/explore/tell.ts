import type { Mode } from '../../world/state';
import { readable, sentenceOfInvariant } from '../story';
import type { Planned } from './striker';
import type { Trial } from './trial';

const SHOWN = 40;
const DULL = /"event":"(?:tick|heartbeat)"/;

/** A broken invariant for a reader: what was done, what broke, what happened before, and how to see it again. */
export function tellTrial({ course, mode, plan }: { course: string; mode: Mode; plan: readonly Planned[] }, trial: Trial): string {
  const [first] = trial.violations;
  if (first === undefined) return '';
  const command = `--explore ${course} --mode ${mode} --at ${plan.map(({ at }) => String(at)).join(':')} --with ${plan.map(({ strike }) => strike).join(':')}`;
  return [
    '',
    `VIOLATION of ${first.invariant} in the course ${course}, ${mode}, at ${new Date(first.at).toISOString()}: ${first.what}`,
    `  ${first.invariant}: ${sentenceOfInvariant(first.invariant)}`,
    ...plan.map(
      ({ at, strike }) => `  ${strike} at effect ${String(at)}: ${trial.effects[at - 1]?.kind ?? ''} ${trial.effects[at - 1]?.what ?? ''}`,
    ),
    '',
    ...trial.story
      .filter((line) => !DULL.test(line))
      .slice(-SHOWN)
      .map((line) => `  ${readable(line)}`),
    '',
    plan.length === 0 ? '  Without any strike.' : `  Again: npm run simulate -- ${command} --trace run.log`,
    '',
  ].join('\n');
}
