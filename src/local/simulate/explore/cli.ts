import { writeFileSync } from 'node:fs';
import type { Mode } from '../../world/state';
import { tellTrial } from './tell';
import { explore } from './explore';
import { EXPLORE_HELP, parseExplore, type ExploreFlags } from './flags';
import type { Planned } from './striker';
import { runTrial, type Trial } from './trial';

/** `npm run simulate -- --explore`: what a small world makes of every strike at every effect. The exit status. */
export async function exploreMain(args: readonly string[]): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(EXPLORE_HELP);
    return 0;
  }
  const flags = parseExplore(args);
  // With --json the last line of stdout is the object; what is told on the way goes to stderr.
  const print = (text: string): void => void (flags.json ? process.stderr : process.stdout).write(`${text}\n`);
  const failed = flags.plan === undefined ? await all(flags, print) : await one(flags, flags.plan, print);
  return failed ? 1 : 0;
}

async function all(flags: ExploreFlags, print: (text: string) => void): Promise<boolean> {
  const began = performance.now();
  const done: { course: string; mode: Mode; effects: number; states: number; violations: readonly unknown[] }[] = [];
  let said = began;
  for (const mode of flags.modes)
    for (const course of flags.courses) {
      const { effects, states, failures } = await explore({
        ...{ course, mode, pairs: flags.pairs, stride: flags.stride },
        ...(flags.strikes === undefined ? {} : { strikes: flags.strikes }),
        onTrial: (plan, trial, count) => {
          if (trial.violations.length > 0) print(tellTrial({ course, mode, plan }, trial));
          if (performance.now() - said < 10_000) return;
          said = performance.now();
          print(
            `  ${course}, ${mode}: ${String(count)} states, at ${plan.map(({ at }) => String(at)).join(':')} of ${String(trial.effects.length)} effects`,
          );
        },
      });
      const seconds = Math.round((performance.now() - began) / 1000);
      print(
        `${course}, ${mode}: ${String(effects)} effects, ${String(states)} states, ${failures.length === 0 ? 'all hold' : `${String(failures.length)} BREAK an invariant`} (${String(seconds)} s)`,
      );
      done.push({ course, mode, effects, states, violations: failures.map(brief) });
    }
  const states = done.reduce((sum, each) => sum + each.states, 0);
  const violations = done.flatMap((each) => each.violations);
  print(`${String(states)} states of ${String(done.length)} courses: ${String(violations.length)} violations.`);
  if (flags.json) process.stdout.write(`${JSON.stringify({ pairs: flags.pairs, states, violations, courses: done })}\n`);
  return violations.length > 0;
}

const brief = ({ plan, trial }: { readonly plan: readonly Planned[]; readonly trial: Trial }): unknown => ({
  plan,
  violations: trial.violations.map(({ invariant, at, what }) => ({ invariant, at: new Date(at).toISOString(), what })),
});

async function one(flags: ExploreFlags, plan: readonly Planned[], print: (text: string) => void): Promise<boolean> {
  const lines: string[] = [];
  let failed = false;
  for (const mode of flags.modes)
    for (const course of flags.courses) {
      const trial = await runTrial({ course, mode, plan, onLine: (line) => void lines.push(line) });
      failed ||= trial.violations.length > 0;
      print(
        trial.violations.length > 0
          ? tellTrial({ course, mode, plan }, trial)
          : `${course}, ${mode}: holds; all at rest after ${trial.minutes.toFixed(1)} minutes.`,
      );
    }
  if (flags.trace !== undefined) writeFileSync(flags.trace, `${lines.join('\n')}\n`);
  return failed;
}
