import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Check } from './defect';

/** Undefined: the check saw nothing wrong. */
export type Caught = { readonly by: string; readonly ticks?: number } | undefined;

/** The check itself could not run, so that it proves nothing. */
export class BrokenCheck extends Error {}

const LIMIT_MS = 480_000;
const RESULT = path.join('dist', 'mutant.json');
/** Tests of the whole app load its bundle. */
const NEEDS_BUNDLE = /^test\/(?:app|http|replay|simulation)\//;
/** The seeds of `npm test`, which hold without a defect. */
export const SEEDS: readonly number[] = [1, 2, 3, 4];
const DAYS = 0.25;

/** The check that is expected to notice. */
export async function runCheck(folder: string, check: Check): Promise<Caught> {
  if ('seeds' in check) return simulate(folder, check.seeds);
  if (NEEDS_BUNDLE.test(check.test)) await bundle(folder);
  return runTests(folder, [check.test], check.named);
}

export async function runTests(folder: string, files: readonly string[], named?: string): Promise<Caught> {
  if (files.length === 0) return undefined;
  rmSync(path.join(folder, RESULT), { force: true });
  const { output } = await run(folder, [
    ...['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/mutants/vitest.config.mts'],
    ...['--reporter=json', `--outputFile.json=${RESULT}`, ...(named === undefined ? [] : ['-t', named]), ...files],
  ]);
  const { numPassedTests, numFailedTests, testResults, success } = resultOf(folder, output);
  for (const { name, assertionResults } of testResults)
    for (const { status, fullName } of assertionResults)
      if (status === 'failed') return { by: `${path.relative(folder, name)}: ${fullName}` };
  const told = testResults.map(({ message }) => message).find((message) => message !== '') ?? output;
  if (!success || numFailedTests > 0) throw new BrokenCheck(`no test ran to its end: ${told.slice(0, 600)}`);
  if (numPassedTests === 0) throw new BrokenCheck(`no test of this name: ${named ?? files.join(', ')}`);
  return undefined;
}

interface TestResults {
  readonly success: boolean;
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly message: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

function resultOf(folder: string, output: string): TestResults {
  try {
    return JSON.parse(readFileSync(path.join(folder, RESULT), 'utf8')) as TestResults;
  } catch {
    throw new BrokenCheck(`the tests left no result: ${output.slice(-600)}`);
  }
}

export async function bundle(folder: string): Promise<void> {
  const { code, output } = await run(folder, ['.ci/build.mjs']);
  if (code !== 0) throw new BrokenCheck(`the bundle cannot be built: ${output.slice(-600)}`);
}

/** A quarter of a day with all faults for each seed, until one breaks an invariant. */
export async function simulate(folder: string, seeds: readonly number[]): Promise<Caught> {
  await bundle(folder);
  let ticks = 0;
  for (const seed of seeds) {
    const { output } = await run(folder, [
      'dist/local/simulate.js',
      '--seed',
      String(seed),
      '--days',
      String(DAYS),
      '--runs',
      '1',
      '--json',
    ]);
    const last = output.trimEnd().split('\n').at(-1) ?? '';
    if (!last.startsWith('{')) return { by: `simulation, seed ${String(seed)}: ${output.slice(-200)}`, ticks };
    const summary = JSON.parse(last) as { readonly ticks: number; readonly violations: readonly { readonly invariant: string }[] };
    ticks += summary.ticks;
    const [first] = summary.violations;
    if (first !== undefined) return { by: `simulation, seed ${String(seed)}: ${first.invariant}`, ticks };
  }
  return undefined;
}

const running = new Set<number>();

/** What was started goes with us, spinning or not. */
export function killRunning(): void {
  for (const pid of running) process.kill(-pid, 'SIGKILL');
}

/** One Node process in its own group: a defect may spin. Standard output comes last. */
function run(cwd: string, args: readonly string[]): Promise<{ readonly code: number | null; readonly output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    const { pid } = child;
    if (pid !== undefined) running.add(pid);
    let out = '';
    let errors = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    const limit = setTimeout(() => pid !== undefined && process.kill(-pid, 'SIGKILL'), LIMIT_MS);
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(limit);
      if (pid !== undefined) running.delete(pid);
      resolve({ code, output: `${errors}\n${out}` });
    });
  });
}
