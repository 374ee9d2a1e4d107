import type { PoolResult } from './simulate';

export interface WaitSeconds {
  readonly mean: number;
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
}

/** What a setting makes of a trace. */
export interface Figures {
  readonly waitSeconds: WaitSeconds;
  readonly vmHours: number;
  readonly vms: number;
  readonly scaleOuts: number;
  readonly scaleIns: number;
  /** Of the VMs' time, the share without a job. */
  readonly idleShare: number;
  readonly jobs: number;
}

/** Nearest rank: the smallest wait that at least this share of the jobs does not exceed. */
export function waitsOf(waits: readonly number[]): WaitSeconds {
  const sorted = Float64Array.from(waits).sort();
  const rank = (share: number): number => round(sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0, 1);
  return { mean: round(mean(waits), 1), p50: rank(0.5), p95: rank(0.95), max: rank(1) };
}

/** One run of a setting, or the mean of several. */
export function figuresOf(results: readonly PoolResult[]): Figures {
  const waits = results.map((result) => waitsOf(result.waits));
  const of = (value: (result: PoolResult) => number): number => mean(results.map(value));
  const wait = (key: keyof WaitSeconds): number => round(mean(waits.map((each) => each[key])), 1);
  return {
    waitSeconds: { mean: wait('mean'), p50: wait('p50'), p95: wait('p95'), max: wait('max') },
    vmHours: round(
      of(({ vmHours }) => vmHours),
      2,
    ),
    vms: round(
      of(({ vms }) => vms),
      1,
    ),
    scaleOuts: round(
      of(({ scaleOuts }) => scaleOuts),
      1,
    ),
    scaleIns: round(
      of(({ scaleIns }) => scaleIns),
      1,
    ),
    idleShare: round(
      of(({ idleShare }) => idleShare),
      3,
    ),
    jobs: results[0]?.waits.length ?? 0,
  };
}

const mean = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;

const round = (value: number, digits: number): number => Number(value.toFixed(digits));
