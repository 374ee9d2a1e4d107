import { drainCosts, idleCosts, largestTick, pagesOf, scaleInCalls } from './bench/costs';
import { importTimes } from './bench/importTime';
import { memoryOf, runAlone } from './bench/memory';
import { errorText } from './errorText';

/** `npm run bench`: what the app costs, each figure beside its target. Ends with 1 where one misses it. */
const SIZES = [10, 100, 1_000];

interface Figure {
  readonly what: string;
  readonly value: number;
  readonly most: number;
}

const round = (value: number): string => (Number.isInteger(value) ? String(value) : value.toFixed(2));

async function figures(): Promise<readonly Figure[]> {
  const found: Figure[] = [];
  const add = (what: string, value: number, most: number): void => {
    found.push({ what, value, most });
    process.stdout.write(`${value <= most ? '  ' : '! '}${what.padEnd(70)}${round(value).padStart(9)}   at most ${round(most)}\n`);
  };
  let pollMs = 0;
  for (const runners of SIZES) {
    const costs = await idleCosts(runners);
    const at = `idle tick at ${String(runners)} runners: `;
    add(`${at}calls to StackGuardian and Azure`, costs.calls, 2 + pagesOf(runners));
    add(`${at}entity calls`, costs.entityCalls, 1);
    add(`${at}activities`, costs.activities, 1);
    add(`${at}timers`, costs.timers, 1);
    add(`${at}blob writes`, costs.blobWrites, 2);
    add(`${at}blob reads`, costs.blobReads, 4);
    add(`${at}history rows`, costs.historyRows, 15);
    add(`${at}history bytes`, costs.historyBytes, 32_768);
    if (pollMs === 0) pollMs = costs.pollMs;
    else add(`${at}time of the poll, in times of that at ${String(SIZES[0])}`, costs.pollMs / pollMs, 2 * (runners / 10));
  }
  add('scale-in by one at 1,000 runners: calls', await scaleInCalls(1_000), 19);
  add('the largest tick, which begins 50 drains: history bytes', await largestTick(1_000, 50), 32_768);
  const drains = await drainCosts(10);
  add('10 runners taken out: StackGuardian writes', drains.stackguardianWrites, 20);
  add('10 runners taken out: readings of the group beside the polls', drains.groupReads, 6);
  add('10 runners taken out: readings of Azure beside the polls', drains.azureReads, 12);
  add('10 runners taken out: deletes', drains.deletes, 1);
  const { bundledMs, unbundledMs } = await importTimes();
  add('processor time to import the bundle, as a share of the unbundled app', bundledMs / unbundledMs, 0.5);
  const memory = await memoryOf(1_000);
  if (memory.ticks < 5) throw new Error(`Only ${String(memory.ticks)} ticks were made while memory was measured.`);
  add(`resident memory at 1,000 runners in MB, ${String(memory.ticks)} ticks over sockets`, memory.rssMb, 256);
  return found;
}

async function main(): Promise<number> {
  if (process.argv.includes('--app-alone')) {
    await runAlone();
    return 0;
  }
  const missed = (await figures()).filter(({ value, most }) => !(value <= most));
  process.stdout.write(
    missed.length === 0 ? 'Every figure is within its target.\n' : `${String(missed.length)} figures miss their target.\n`,
  );
  return missed.length === 0 ? 0 : 1;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${errorText(error)}\n`);
    process.exit(2);
  },
);
