import { writeFileSync } from 'node:fs';
import { errorText } from './errorText';
import { simulateSeeds } from './simulate/crew';
import { exploreMain } from './simulate/explore/cli';
import { FlagError, HELP, parseFlags } from './simulate/flags';
import { lineOf, rateOf, summarize, sumOf, total, type MemoryOfDay, type RunReport } from './simulate/report';
import { tellStory } from './simulate/story';
import { workerMain } from './simulate/worker';

const DAY = 86_400_000;
const SAY_MS = 10_000;

const memoryOf = (memory: MemoryOfDay | undefined): string =>
  memory === undefined
    ? ''
    : `, heap ${String(memory.heapMb)} MB (${String(memory.storedMb)} of it storage) after day ${String(memory.day)}`;

/** `npm run simulate`: seeded runs of the whole built app against a hostile world, until one breaks an invariant or all are done. */
async function main(): Promise<number> {
  const args = process.argv.slice(2);
  if (args[0] === '--worker') return workerMain(parseFlags(args.slice(1)));
  if (args.some((arg) => /^--explore\b/.test(arg))) return exploreMain(args);
  const flags = parseFlags(args);
  if (flags.help) {
    process.stdout.write(HELP);
    return 0;
  }
  // With --json the last line of stdout is the object; what is told on the way goes to stderr.
  const print = (text: string): void => void (flags.json ? process.stderr : process.stdout).write(`${text}\n`);
  if (flags.trace !== undefined) writeFileSync(flags.trace, '');
  const began = performance.now();
  const seconds = (): number => (performance.now() - began) / 1000;
  /** Ended runs, in whole and part: what the time left rests on. */
  const parts = new Map<number, { done: number; ticks: number }>();
  const left = (): string => {
    const done = [...parts.values()].reduce((all, part) => all + part.done, 0);
    return `about ${String(Math.round((seconds() / done) * (flags.runs - done)))} s left`;
  };
  const rates = (reports: readonly RunReport[]): string => {
    const ticks = [...parts.values()].reduce((all, part) => all + part.ticks, 0);
    const ended = sumOf(reports, (report) => report.ticks);
    const cpu = rateOf(
      ended,
      sumOf(reports, (report) => report.cpuSeconds),
    );
    return `${String(rateOf(ticks, seconds()))} ticks/s${ended === 0 ? '' : `, ${String(cpu)} per CPU second`}`;
  };
  let said = began;
  const known: RunReport[] = [];
  const reports = await simulateSeeds({
    script: __filename,
    args,
    jobs: flags.jobs,
    seeds: Array.from({ length: flags.runs }, (_, run) => flags.seed + run),
    onReport: (report, done) => {
      known.push(report);
      parts.set(Number(report.seed), { done: 1, ticks: report.ticks });
      print(`${lineOf(report)}; ${rates(known)}, ${String(done)} of ${String(flags.runs)}, ${left()}`);
      if (report.violations.length > 0) print(tellStory(report, flags));
    },
    onProgress: ({ seed, simulatedMs, ticks, memory }) => {
      parts.set(seed, { done: Math.min(1, simulatedMs / (flags.days * DAY)), ticks });
      if (performance.now() - said < SAY_MS) return;
      said = performance.now();
      print(
        `  seed ${String(seed)}: day ${(simulatedMs / DAY).toFixed(2)}, ${String(ticks)} ticks${memoryOf(memory)}; ${rates(known)}, ${left()}`,
      );
    },
  });
  const summary = summarize(reports, seconds());
  print(
    `${String(summary.runs)} runs, ${summary.simulatedDays.toFixed(1)} simulated days, ${String(summary.ticks)} ticks, ${String(total(summary.faults))} faults of ${String(Object.values(summary.faults).filter((count) => count > 0).length)} kinds: ${String(summary.violations.length)} violations.`,
  );
  const never = Object.entries(summary.faults).filter(([, count]) => count === 0);
  if (never.length > 0) print(`Never injected: ${never.map(([name]) => name).join(', ')}.`);
  if (flags.json) process.stdout.write(`${JSON.stringify(summary)}\n`);
  return summary.violations.length === 0 ? 0 : 1;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${errorText(error, FlagError)}\n`);
    process.exit(2);
  },
);
