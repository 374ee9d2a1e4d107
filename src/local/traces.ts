import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRandom, type Random } from './world/random';

/** One job: when it arrives, counted from the trace's zero, and how long it runs. */
export interface TraceJob {
  readonly arrivalSeconds: number;
  readonly durationSeconds: number;
}

/** Says which line is wrong, and what it should be. */
export class TraceError extends Error {
  override name = 'TraceError';
}

const HEADER = 'arrival_seconds,duration_seconds';
const NUMBER = /^\d+(?:\.\d+)?$/;

/** CSV with the header `arrival_seconds,duration_seconds`, in any order of arrival. `source` names it in errors. */
export function parseTrace(text: string, source: string): readonly TraceJob[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const header = (lines[0] ?? '').trim();
  if (header !== HEADER) throw new TraceError(`${source}, line 1: expected the header "${HEADER}", found "${header.slice(0, 60)}".`);
  const jobs = lines.flatMap((line, at) => (at === 0 || line.trim() === '' ? [] : [parseLine(line, `${source}, line ${String(at + 1)}`)]));
  if (jobs.length === 0) throw new TraceError(`${source}: there is no job below the header.`);
  return jobs.sort((a, b) => a.arrivalSeconds - b.arrivalSeconds);
}

function parseLine(line: string, where: string): TraceJob {
  const cells = line.split(',').map((cell) => cell.trim());
  if (cells.length !== 2)
    throw new TraceError(`${where}: expected two numbers, found ${String(cells.length)} in "${line.trim().slice(0, 60)}".`);
  const [arrivalSeconds, durationSeconds] = cells.map((cell, at) => {
    if (!NUMBER.test(cell))
      throw new TraceError(`${where}: ${at === 0 ? 'arrival' : 'duration'} must be seconds from 0, found "${cell.slice(0, 40)}".`);
    return Number(cell);
  });
  return { arrivalSeconds: arrivalSeconds ?? 0, durationSeconds: durationSeconds ?? 0 };
}

export function readTrace(file: string): readonly TraceJob[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new TraceError(`${file}: cannot be read (${error instanceof Error ? error.message : String(error)}).`);
  }
  return parseTrace(text, file);
}

export const formatTrace = (trace: readonly TraceJob[]): string =>
  [HEADER, ...trace.map((job) => `${String(job.arrivalSeconds)},${String(job.durationSeconds)}`), ''].join('\n');

const HOUR = 3_600;
export const DAY_SECONDS = 24 * HOUR;

/** Deliveries (pushes, merges, planned runs) an hour, from midnight: a slow night, two humps of work, a few runs by schedule. */
const DELIVERIES = [0.3, 0.2, 1, 0.2, 0.2, 0.4, 1, 3, 6, 8, 8, 7, 4, 6, 8, 8, 7, 5, 3, 1.5, 1, 0.8, 0.5, 0.4] as const;

/**
 * A day of infrastructure jobs: most are short plans, some long applies; a delivery brings one job, a small cluster, or now and then a
 * burst of a whole repository. The same seed gives the same day.
 */
export function generateDay(seed: number | string): readonly TraceJob[] {
  const random = createRandom(seed).fork('day');
  const jobs = DELIVERIES.flatMap((rate, hour) => arrivals(random, rate).flatMap((share) => delivery(random, (hour + share) * HOUR)));
  return jobs.filter((job) => job.arrivalSeconds < DAY_SECONDS).sort((a, b) => a.arrivalSeconds - b.arrivalSeconds);
}

/** Moments of a Poisson process of that rate within one unit of time. */
function arrivals(random: Random, rate: number): number[] {
  const moments: number[] = [];
  for (let at = -Math.log(1 - random.next()) / rate; at < 1; at += -Math.log(1 - random.next()) / rate) moments.push(at);
  return moments;
}

function delivery(random: Random, at: number): TraceJob[] {
  const draw = random.next();
  const count = draw < 0.55 ? 1 : draw < 0.93 ? 2 + random.below(3) : 6 + random.below(8);
  return Array.from({ length: count }, () => {
    const arrivalSeconds = Math.round(at + (count === 1 ? 0 : random.next() * 90));
    const isApply = random.next() < 0.3;
    const seconds = (isApply ? 420 : 75) * Math.exp(random.normal() * (isApply ? 0.8 : 0.6));
    return { arrivalSeconds, durationSeconds: Math.round(Math.min(Math.max(seconds, 15), 5_400)) };
  });
}

/**
 * The trace from its first busy hour on, moved to begin at zero: the first hour that brings at least half of what the busiest hour of
 * its first working day brings.
 */
export function cutToBusy(trace: readonly TraceJob[]): readonly TraceJob[] {
  const first = trace[0];
  if (first === undefined) return trace;
  const perHour = new Map<number, number>();
  for (const job of trace) {
    if (job.arrivalSeconds >= first.arrivalSeconds + DAY_SECONDS) continue;
    const hour = Math.floor(job.arrivalSeconds / HOUR);
    perHour.set(hour, (perHour.get(hour) ?? 0) + 1);
  }
  const most = Math.max(...perHour.values());
  const busy = Math.min(...[...perHour].filter(([, count]) => count >= most / 2).map(([hour]) => hour));
  return trace
    .filter((job) => job.arrivalSeconds >= busy * HOUR)
    .map((job) => ({ arrivalSeconds: job.arrivalSeconds - busy * HOUR, durationSeconds: job.durationSeconds }));
}

/** A small day of our own: `generateDay('sample')` as a file, to show the format. */
export const SAMPLE_DAY = join(__dirname, 'traces', 'sample-day.csv');
