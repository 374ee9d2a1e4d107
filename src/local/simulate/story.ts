import { JUDGES } from './invariants';
import { I9_SENTENCE } from './invariants/i9';
import type { SimulateFlags } from './flags';
import type { SimulationResult } from './run';

const SHOWN = 40;
/** What a reader needs: deeds of the world, faults, the host, and of the app what it did. */
const DULL = /"event":"(?:tick|heartbeat)"|\bjob-(?:arrived|placed)\b/;

/** A violation for a reader: what broke, what stands there, what happened before, and how to see it again. */
export function tellStory(result: SimulationResult, flags: SimulateFlags): string {
  const [first] = result.violations;
  if (first === undefined) return '';
  const day = (first.at - result.startedAt) / 86_400_000;
  return [
    '',
    `VIOLATION of ${first.invariant} by seed ${String(result.seed)} at ${iso(first.at)}, after ${day.toFixed(2)} days: ${first.what}`,
    `  ${first.invariant}: ${sentenceOfInvariant(first.invariant)}`,
    '',
    '  What happened before it:',
    ...result.story
      .filter((line) => !DULL.test(line))
      .slice(-SHOWN)
      .map((line) => `  ${readable(line)}`),
    '',
    `  Again: npm run simulate -- ${reproduce(result, flags, day)}`,
    '',
  ].join('\n');
}

const SENTENCES: Readonly<Record<string, string>> = {
  I4: 'A crash, replay or double execution at any point leaves no lost runner, no orphan instance; the next ticks finish what was begun.',
  I9: I9_SENTENCE,
  liveness: 'Once faults cease every job that can run starts within a bound, every drain ends, the fleet returns to what the rules say.',
};

export const sentenceOfInvariant = (invariant: string): string =>
  JUDGES.find((judge) => judge.invariant === invariant)?.sentence ?? SENTENCES[invariant] ?? '';

/** The days must be the same: faults are spread over them. A violation ends the run by itself, so this is the shortest prefix. */
function reproduce(result: SimulationResult, flags: SimulateFlags, day: number): string {
  const parts = [`--seed ${String(result.seed)}`, `--days ${String(flags.days)}`, '--runs 1', `--faults ${flags.faultsText}`];
  if (flags.runners !== undefined) parts.push(`--runners ${String(flags.runners)}`);
  if (flags.pools !== undefined) parts.push(`--pools ${String(flags.pools)}`);
  if (flags.intensity !== 1) parts.push(`--intensity ${String(flags.intensity)}`);
  return `${parts.join(' ')} --trace run.log    (it stops after ${day.toFixed(2)} days)`;
}

const iso = (at: number): string => new Date(at).toISOString().slice(0, 19).replace('T', ' ');

/** One line of the log without what a machine wrote for machines. */
export function readable(line: string): string {
  const [, at = '', source = '', text = ''] = /^(\S+) (\S+)\s+(.*)$/s.exec(line) ?? [];
  const time = at.slice(5, 19).replace('T', ' ');
  const json = /^\w+ (\{.*\})$/s.exec(text)?.[1];
  return `${time}  ${source.padEnd(6)} ${json === undefined ? text.slice(0, 200) : sentenceOf(json)}`;
}

function sentenceOf(json: string): string {
  try {
    const line = JSON.parse(json) as Record<string, unknown>;
    const { event, ...rest } = line;
    const told = Object.entries(rest).filter(([key]) => !['level', 'version', 'dryRun'].includes(key));
    const words = told.map(([key, value]) => `${key} ${typeof value === 'string' ? value : JSON.stringify(value)}`);
    return `${String(event)}: ${words.join(', ')}`.slice(0, 260);
  } catch {
    // Cut off, or free text of a library.
    return json.slice(0, 260);
  }
}
