import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exportTexts } from './ledger/export';
import { exploreMain } from './simulate/explore/cli';
import { FlagError, HELP, parseFlags, type SimulateFlags } from './simulate/flags';
import { simulateRun, type SimulationResult } from './simulate/run';
import { tellStory } from './simulate/story';

/** `npm run simulate`: seeded runs of the whole built app against a hostile world, until one breaks an invariant or all are done. */
async function main(): Promise<number> {
  const args = process.argv.slice(2);
  if (args.some((arg) => /^--explore\b/.test(arg))) return exploreMain(args);
  const flags = parseFlags(args);
  if (flags.help) {
    process.stdout.write(HELP);
    return 0;
  }
  // With --json the last line of stdout is the object; what is told on the way goes to stderr.
  const print = (text: string): void => void (flags.json ? process.stderr : process.stdout).write(`${text}\n`);
  if (flags.trace !== undefined) writeFileSync(flags.trace, '');
  const results: SimulationResult[] = [];
  const began = performance.now();
  for (let run = 0; run < flags.runs; run += 1) {
    const result = await one(flags, flags.seed + run, print, { run, began });
    results.push(result);
    const seconds = (performance.now() - began) / 1000;
    const rate = Math.round(sum(results, ({ ticks }) => ticks) / seconds);
    const left = Math.round((seconds / (run + 1)) * (flags.runs - run - 1));
    const verdict = result.violations.length === 0 ? 'holds' : `BREAKS ${result.violations[0]?.invariant ?? ''}`;
    print(
      `seed ${String(result.seed)} ${verdict}: ${result.simulatedDays.toFixed(1)} days, ${String(result.ticks)} ticks, ${String(result.jobs)} jobs, ${String(total(result.faults))} faults; ${String(rate)} ticks/s, ${String(run + 1)} of ${String(flags.runs)}, about ${String(left)} s left`,
    );
    if (result.violations.length > 0) print(tellStory(result, flags));
  }
  const summary = summarize(results, (performance.now() - began) / 1000);
  print(
    `${String(summary.runs)} runs, ${summary.simulatedDays.toFixed(1)} simulated days, ${String(summary.ticks)} ticks, ${String(total(summary.faults))} faults of ${String(Object.values(summary.faults).filter((count) => count > 0).length)} kinds: ${String(summary.violations.length)} violations.`,
  );
  const never = Object.entries(summary.faults).filter(([, count]) => count === 0);
  if (never.length > 0) print(`Never injected: ${never.map(([name]) => name).join(', ')}.`);
  if (flags.json) process.stdout.write(`${JSON.stringify(summary)}\n`);
  return summary.violations.length === 0 ? 0 : 1;
}

async function one(
  flags: SimulateFlags,
  seed: number,
  print: (text: string) => void,
  { run, began }: { readonly run: number; readonly began: number },
): Promise<SimulationResult> {
  const { ledger } = flags;
  const lines: string[] = [];
  const write = (): void => {
    if (flags.trace !== undefined && lines.length > 0) appendFileSync(flags.trace, `${lines.splice(0).join('\n')}\n`);
  };
  let said = performance.now();
  const result = await simulateRun({
    ...{ seed, days: flags.days, faults: flags.faults, intensity: flags.intensity },
    ...(flags.runners === undefined ? {} : { runners: flags.runners }),
    ...(flags.pools === undefined ? {} : { pools: flags.pools }),
    ...(flags.trace === undefined
      ? {}
      : {
          onLine: (line: string): void => {
            lines.push(line);
            if (lines.length >= 1_000) write();
          },
        }),
    ...(ledger === undefined ? {} : { onBlobs: (texts): void => void exportTexts(texts, join(ledger, `seed-${String(seed)}`)) }),
    onProgress: (simulatedMs, ticks) => {
      if (performance.now() - said < 10_000) return;
      said = performance.now();
      const done = (run + Math.min(1, simulatedMs / (flags.days * 86_400_000))) / flags.runs;
      const seconds = (said - began) / 1000;
      print(
        `  seed ${String(seed)}: day ${(simulatedMs / 86_400_000).toFixed(2)}, ${String(ticks)} ticks; about ${String(Math.round(seconds / done - seconds))} s left`,
      );
    },
  });
  write();
  return result;
}

const sum = (results: readonly SimulationResult[], of: (result: SimulationResult) => number): number =>
  results.reduce((all, result) => all + of(result), 0);

const total = (faults: Readonly<Record<string, number>>): number => Object.values(faults).reduce((all, count) => all + count, 0);

function summarize(results: readonly SimulationResult[], seconds: number) {
  const faults: Record<string, number> = {};
  for (const result of results) for (const [name, count] of Object.entries(result.faults)) faults[name] = (faults[name] ?? 0) + count;
  const ticks = sum(results, (result) => result.ticks);
  return {
    runs: results.length,
    simulatedDays: sum(results, (result) => result.simulatedDays),
    /** Days under faults times pools: the calm after them counts for nothing. */
    fleetDays: sum(results, (result) => result.fleetDays),
    ticks,
    heldTicks: sum(results, (result) => result.heldTicks),
    jobs: sum(results, (result) => result.jobs),
    /** By others: Azure, operators, the original. One by us is a violation. */
    jobsKilled: sum(results, (result) => result.jobsKilled),
    faults,
    violations: results.flatMap(({ seed, violations }) =>
      violations.map(({ invariant, at, what }) => ({ invariant, seed, at: new Date(at).toISOString(), what })),
    ),
    ticksPerSecond: Math.round(ticks / seconds),
  };
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(
      `${error instanceof FlagError ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    process.exit(2);
  },
);
