import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorText } from '../errorText';
import { exportTexts } from '../ledger/export';
import type { SimulateFlags } from './flags';
import type { MemoryOfDay, RunReport } from './report';
import { simulateRun } from './run';

/** From a process that simulates to the one that hands out the seeds. */
export type Told =
  | {
      readonly kind: 'progress';
      readonly seed: number;
      readonly simulatedMs: number;
      readonly ticks: number;
      readonly memory?: MemoryOfDay;
    }
  | { readonly kind: 'done'; readonly report: RunReport }
  | { readonly kind: 'failed'; readonly text: string };

const DAY = 86_400_000;
const TELL_MS = 2_000;
const LINES = 1_000;

/** A process that simulates one seed after the other as it is told to, until the other end is gone. */
export function workerMain(flags: SimulateFlags): Promise<never> {
  const tell = (told: Told): void => void process.send?.(told);
  process.on('message', ({ seed }: { readonly seed: number }) => {
    runSeed(flags, seed, tell).then(
      (report) => tell({ kind: 'done', report }),
      (error: unknown) => tell({ kind: 'failed', text: errorText(error) }),
    );
  });
  process.on('disconnect', () => process.exit());
  return new Promise(() => undefined);
}

async function runSeed(flags: SimulateFlags, seed: number, tell: (told: Told) => void): Promise<RunReport> {
  const { ledger, trace } = flags;
  const lines: string[] = [];
  const write = (): void => {
    if (trace !== undefined && lines.length > 0) appendFileSync(trace, `${lines.splice(0).join('\n')}\n`);
  };
  const memory: MemoryOfDay[] = [];
  let said = performance.now();
  const before = process.cpuUsage();
  const result = await simulateRun({
    ...{ seed, days: flags.days, faults: flags.faults, intensity: flags.intensity },
    ...(flags.runners === undefined ? {} : { runners: flags.runners }),
    ...(flags.pools === undefined ? {} : { pools: flags.pools }),
    ...(trace === undefined ? {} : { onLine: (line: string): void => void (lines.push(line) >= LINES && write()) }),
    ...(ledger === undefined ? {} : { onBlobs: (texts): void => void exportTexts(texts, join(ledger, `seed-${String(seed)}`)) }),
    onProgress: (simulatedMs, ticks, stored) => {
      const isNewDay = flags.days > 1 && simulatedMs >= (memory.length + 1) * DAY;
      if (isNewDay) memory.push(memoryNow(memory.length + 1, stored()));
      if (!isNewDay && performance.now() - said < TELL_MS) return;
      said = performance.now();
      const last = memory.at(-1);
      tell({ kind: 'progress', seed, simulatedMs, ticks, ...(last === undefined ? {} : { memory: last }) });
    },
  });
  write();
  const { user, system } = process.cpuUsage(before);
  // The story is thousands of lines, and of interest where something broke.
  const story = result.violations.length === 0 ? [] : result.story;
  return { ...result, story, cpuSeconds: (user + system) / 1e6, memory };
}

function memoryNow(day: number, storedBytes: number): MemoryOfDay {
  globalThis.gc?.();
  const { heapUsed, rss } = process.memoryUsage();
  const inMb = (bytes: number): number => Math.round(bytes / 2 ** 20);
  return { day, heapMb: inMb(heapUsed), storedMb: inMb(storedBytes), rssMb: inMb(rss) };
}
