import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { CATALOG } from './catalog';
import { BrokenCheck, bundle, killRunning, runCheck, runTests, SEEDS, simulate, type Caught } from './checks';
import { Copy } from './copy';
import type { Mutant } from './defect';
import { tableOf, type Row } from './table';

const HELP = `npm run mutants -- [flags]

  --only NAME   the defects whose name holds NAME; may be given more than once
  --simulate    the simulation for each defect too, not only where its check misses it
  --quick       no simulation at all: what its check misses counts as surviving
  --workers N   copies that are tried side by side (default: half the processors)
  --json        the last line of stdout is one JSON object
`;

interface Flags {
  readonly mutants: readonly Mutant[];
  /** missed: of those that their check misses. */
  readonly simulated: 'all' | 'missed' | 'none';
  readonly workers: number;
  readonly json: boolean;
}

/** `npm run mutants`: plants each defect of the catalog in a copy of the code and sees which check notices it. Exit status 1 where none does. */
async function main(): Promise<number> {
  const flags = readFlags();
  if (flags === undefined) return 0;
  const say = (text: string): void => void (flags.json ? process.stderr : process.stdout).write(`${text}\n`);
  const copies = Array.from({ length: Math.min(flags.workers, flags.mutants.length) }, () => new Copy(process.cwd()));
  process.on('exit', () => copies.forEach((copy) => copy.remove()));
  const [first] = copies;
  if (first === undefined) throw new Error('No defect has this name.');
  await proveChecks(first, flags.mutants, say);

  const rows: Row[] = [];
  const queue = [...flags.mutants];
  const began = performance.now();
  const work = async (copy: Copy): Promise<void> => {
    for (let mutant = queue.shift(); mutant !== undefined; mutant = queue.shift()) {
      const row = await tryOne(copy, mutant, flags.simulated);
      rows.push(row);
      const left = Math.round(((performance.now() - began) / rows.length / 60_000) * (flags.mutants.length - rows.length));
      say(
        `${String(rows.length)} of ${String(flags.mutants.length)}, about ${String(left)} min left: ${row.name} – ${row.by ?? 'SURVIVES'}`,
      );
    }
  };
  await Promise.all(copies.map(work));
  const inOrder = flags.mutants.map(({ name }) => rows.find((row) => row.name === name)).filter((row) => row !== undefined);
  const survivors = inOrder.filter(({ by }) => by === undefined);
  say(tableOf(inOrder));
  say(`${String(rows.length - survivors.length)} of ${String(rows.length)} planted defects caught.`);
  for (const { name } of survivors) say(`SURVIVES: ${name} – ${flags.mutants.find((one) => one.name === name)?.danger ?? ''}`);
  if (flags.json) process.stdout.write(`${JSON.stringify({ mutants: rows.length, survivors: survivors.length, rows: inOrder })}\n`);
  return survivors.length === 0 ? 0 : 1;
}

/** A check that fails without a defect catches nothing. */
async function proveChecks(copy: Copy, mutants: readonly Mutant[], say: (text: string) => void): Promise<void> {
  const checks = mutants.map(({ check }) => check).filter((check) => 'test' in check);
  if (checks.length === 0) return;
  const whole = checks.filter(({ named }) => named === undefined);
  const single = checks.filter(({ named }) => named !== undefined);
  say('The code as it is, by the tests that shall notice the defects');
  await bundle(copy.folder);
  const failed =
    (await runTests(copy.folder, filesOf(whole))) ??
    (await runTests(copy.folder, filesOf(single), single.map(({ named }) => named).join('|')));
  if (failed !== undefined) throw new Error(`A check fails without any defect: ${failed.by}`);
}

const filesOf = (checks: readonly { readonly test: string }[]): readonly string[] => [...new Set(checks.map(({ test }) => test))];

async function tryOne(copy: Copy, mutant: Mutant, which: Flags['simulated']): Promise<Row> {
  const began = performance.now();
  let restore = (): void => undefined;
  try {
    restore = copy.plant(mutant);
    const named = await caughtBy(() => runCheck(copy.folder, mutant.check));
    const isDue = 'test' in mutant.check && (which === 'all' || (which === 'missed' && named === undefined));
    const simulated = isDue ? await simulate(copy.folder, SEEDS) : undefined;
    const seconds = Math.round((performance.now() - began) / 1000);
    const ticks = simulated?.ticks ?? named?.ticks;
    const by = named?.by ?? simulated?.by;
    return { name: mutant.name, by, ticks, seconds, ...(named !== undefined && simulated !== undefined ? { also: simulated.by } : {}) };
  } catch (error) {
    // A source that changed, a copy that cannot be built: nothing is shown, and the others go on.
    process.stderr.write(`  ${mutant.name}: ${error instanceof Error ? error.message : String(error)}\n`);
    return { name: mutant.name, by: undefined, ticks: undefined, seconds: Math.round((performance.now() - began) / 1000) };
  } finally {
    restore();
  }
}

async function caughtBy(check: () => Promise<Caught>): Promise<Caught> {
  try {
    return await check();
  } catch (error) {
    if (!(error instanceof BrokenCheck)) throw error;
    process.stderr.write(`  ${error.message}\n`);
    return undefined;
  }
}

function readFlags(): Flags | undefined {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', multiple: true },
      simulate: { type: 'boolean' },
      quick: { type: 'boolean' },
      workers: { type: 'string' },
      json: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help === true) {
    process.stdout.write(HELP);
    return undefined;
  }
  const only = values.only ?? [''];
  const workers = Number(values.workers ?? Math.max(1, Math.floor(availableParallelism() / 2)));
  if (!Number.isInteger(workers) || workers < 1) throw new Error('--workers takes a whole number from 1.');
  return {
    mutants: CATALOG.filter(({ name }) => only.some((part) => name.includes(part))),
    simulated: values.simulate === true ? 'all' : values.quick === true ? 'none' : 'missed',
    workers,
    json: values.json === true,
  };
}

process.on('SIGINT', () => {
  killRunning();
  process.exit(130);
});
main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(2);
  },
);
