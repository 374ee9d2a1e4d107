import type { Job, PoolState, Sample, Vm } from './state';

export interface WorldMetrics {
  readonly jobs: number;
  readonly jobsDone: number;
  readonly jobsKilled: number;
  /** Still waiting, or at work, at the end. */
  readonly jobsOpen: number;
  /** From arrival to start, in order of arrival; a wait that is not over counts up to now. */
  readonly waits: readonly number[];
  /** Of these jobs: arrival and end as epoch ms; `endedAt` undefined where open. */
  readonly jobTimes: readonly { readonly arrivedAt: number; readonly endedAt: number | undefined; readonly state: Job['state'] }[];
  readonly vmHours: number;
  readonly vmsRequested: number;
  /** VMs that nobody lists, that are not booting, not being deleted, and were not deregistered within the last minutes. */
  readonly orphanVms: number;
  /** Listed entries whose VM is gone or dead. */
  readonly ghostRunners: number;
  readonly startedAt: number;
  readonly now: number;
  /** Of all pools together. */
  readonly samples: readonly Sample[];
}

/** Between its deregistration and its delete a VM is on its way out, not an orphan. */
const LEAVING_MS = 300_000;
/** A registration that is due this very moment is not late. */
const LATE_MS = 1_000;

export function isOrphan(pool: PoolState, vm: Vm, now: number): boolean {
  if (vm.provisioningState === 'Deleting' || now <= vm.registerDue + LATE_MS) return false;
  if (vm.deregisteredAt !== undefined && now - vm.deregisteredAt <= LEAVING_MS) return false;
  return ![...pool.entries.values()].some((entry) => entry.vm === vm);
}

export function measure(pools: readonly PoolState[], now: number, startedAt: number): WorldMetrics {
  const jobs = pools.flatMap((pool) => pool.jobs).sort((a, b) => a.arrivedAt - b.arrivedAt);
  const count = (state: Job['state']): number => jobs.filter((job) => job.state === state).length;
  const [jobsDone, jobsKilled] = [count('done'), count('killed')];
  const sum = (of: (pool: PoolState) => number): number => pools.reduce((total, pool) => total + of(pool), 0);
  const living = (pool: PoolState): number =>
    [...pool.vms.values()].reduce((ms, vm) => ms + now - Math.max(vm.requestedAt, pool.startedAt), 0);
  return {
    jobs: jobs.length,
    jobsDone,
    jobsKilled,
    jobsOpen: jobs.length - jobsDone - jobsKilled,
    waits: jobs.map((job) => ((job.startedAt ?? job.endedAt ?? now) - job.arrivedAt) / 1_000),
    jobTimes: jobs.map(({ arrivedAt, endedAt, state }) => ({ arrivedAt, endedAt, state })),
    vmHours: sum((pool) => pool.vmMs + living(pool)) / 3_600_000,
    vmsRequested: sum((pool) => pool.vmsRequested),
    orphanVms: sum((pool) => [...pool.vms.values()].filter((vm) => isOrphan(pool, vm, now)).length),
    ghostRunners: sum((pool) => [...pool.entries.values()].filter((entry) => pool.vms.get(entry.vm.id) !== entry.vm).length),
    startedAt,
    now,
    samples: merge(pools.map((pool) => pool.samples)),
  };
}

/** Each pool's values hold until its next sample. */
function merge(series: readonly (readonly Sample[])[]): Sample[] {
  if (series.length === 1) return [...(series[0] ?? [])];
  const last = series.map((): Sample => [0, 0, 0, 0]);
  const all = series.flatMap((samples, pool) => samples.map((sample) => ({ pool, sample }))).sort((a, b) => a.sample[0] - b.sample[0]);
  return all.map(({ pool, sample }) => {
    last[pool] = sample;
    return last.reduce<Sample>(
      (total, each) => [sample[0], total[1] + each[1], total[2] + each[2], total[3] + each[3]],
      [sample[0], 0, 0, 0],
    );
  });
}
