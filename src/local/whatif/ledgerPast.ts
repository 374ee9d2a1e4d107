import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Observed } from '../../observe/ledger/observed';
import { readLedger, type LedgerTick } from '../../observe/ledger/read';
import type { TraceJob } from '../traces';
import { UsageError } from './usage';

export interface LedgerPast {
  readonly jobs: readonly TraceJob[];
  /** Epoch ms of the midnight (UTC) before the first tick: the jobs' zero, so that hours of the day are what they were. */
  readonly startAt: number;
}

const DAY = 86_400_000;
/** A line comes every five minutes at least; where none came for longer the app did not look. */
const GAP = 30 * 60_000;

/** A pool's ledger as a trace: a file, or a folder with its files at any depth. Throws {@link UsageError}. */
export function readPast(path: string): LedgerPast {
  const { ticks } = readLedger(textsOf(path));
  const first = ticks[0];
  const pools = new Set(ticks.map(({ line }) => line.pool));
  if (first === undefined) throw new UsageError(`--ledger ${path}: there is no line of a tick in it.`);
  if (pools.size > 1) throw new UsageError(`--ledger ${path}: it holds several pools (${[...pools].join(', ')}); give the folder of one.`);
  const startAt = Math.floor(first.line.at / DAY) * DAY;
  const jobs = stretchesOf(ticks)
    .flatMap(jobsOf)
    .map(({ arrivedAt, duration }) => ({
      arrivalSeconds: (arrivedAt - startAt) / 1_000,
      durationSeconds: Math.max(1, Math.round(duration / 1_000)),
    }));
  if (jobs.length === 0) throw new UsageError(`--ledger ${path}: no job is seen in it.`);
  return { jobs: jobs.sort((a, b) => a.arrivalSeconds - b.arrivalSeconds), startAt };
}

function textsOf(path: string): readonly string[] {
  try {
    if (statSync(path).isFile()) return [readFileSync(path, 'utf8')];
    const files = readdirSync(path, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.jsonl'));
    if (files.length === 0) throw new UsageError(`--ledger ${path}: there is no .jsonl file in it.`);
    return files.sort().map((name) => readFileSync(join(path, name), 'utf8'));
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`--ledger ${path}: cannot be read (${error instanceof Error ? error.message : String(error)}).`);
  }
}

interface RunningJob {
  readonly arrivedAt: number;
  readonly startedAt: number;
}

interface SeenJob {
  readonly arrivedAt: number;
  readonly duration: number;
}

const seenJob = ({ arrivedAt, startedAt }: RunningJob, endedAt: number): SeenJob => ({ arrivedAt, duration: endedAt - startedAt });

/** Stretches without a gap: where nobody looked for long, what ran before was over with the last look, and what is there afterwards came with the first. */
function stretchesOf(ticks: readonly LedgerTick[]): readonly (readonly Look[])[] {
  const stretches: Look[][] = [];
  let last = -Infinity;
  for (const { line } of ticks) {
    const { observation, at } = line;
    if (observation === undefined) continue;
    if (at - last > GAP) stretches.push([]);
    stretches.at(-1)?.push({ at, observation });
    last = at;
  }
  return stretches;
}

interface Look {
  readonly at: number;
  readonly observation: Observed;
}

/**
 * What looks could see of jobs: a runner that is busy in one and was not in the one before has taken a job in between, at about the
 * middle, and so it ends. A job that began and ended between two looks is not seen, and two that followed each other there on one runner
 * are seen as one. It arrived when the queue first held as many. What still runs at the end is told up to there.
 */
function jobsOf(looks: readonly Look[]): readonly SeenJob[] {
  const jobs: SeenJob[] = [];
  const running = new Map<string, RunningJob[]>();
  const queue: number[] = [];
  let before: number | undefined;
  for (const { observation, at } of looks) {
    const middle = ((before ?? at) + at) / 2;
    const tasks = new Map(
      observation.members.flatMap(({ vm, tasks: many, state }) =>
        state === 'deleting' || many === undefined ? [] : [[vm, many] as const],
      ),
    );
    let started = 0;
    for (const [vm, many] of tasks) started += Math.max(0, many - (running.get(vm)?.length ?? 0));
    const arrived = Math.max(0, observation.waiting - queue.length + started);
    for (let job = 0; job < arrived; job += 1) queue.push(middle);
    for (const vm of new Set([...running.keys(), ...tasks.keys()])) {
      const known = running.get(vm) ?? [];
      // A member that the line leaves out may still run: only one that the reading shows, or that no longer counts, has ended.
      const many = tasks.get(vm) ?? (isCut(observation) ? known.length : 0);
      for (const job of known.splice(0, Math.max(0, known.length - many))) jobs.push(seenJob(job, middle));
      while (known.length < many) known.push({ startedAt: middle, arrivedAt: queue.shift() ?? middle });
      running.set(vm, known);
    }
    // Taken without having been seen to run.
    queue.splice(0, Math.max(0, queue.length - observation.waiting));
    before = at;
  }
  for (const job of [...running.values()].flat()) jobs.push(seenJob(job, before ?? 0));
  return jobs;
}

const isCut = ({ rest }: Observed): boolean => rest.length > 0;
