import { emit, type Entry, type Job, type PoolState, sample, seconds, type Vm } from './state';

/**
 * The queue and its placement, first come first served. A runner takes a task when it is ACTIVE, connected, its VM works and a slot is
 * free. Hazards kept from ECS: a pending task still starts on a DRAINING runner, and a stopping task reads zero while it still writes.
 */
export function arrive(pool: PoolState, durationMs: number): void {
  const now = pool.env.clock.now();
  const job: Job = {
    index: pool.jobs.length,
    arrivedAt: now,
    durationMs,
    state: 'waiting',
    startedAt: undefined,
    endedAt: undefined,
    vm: undefined,
    cancel: () => undefined,
  };
  pool.jobs.push(job);
  pool.waiting.push(job);
  emit(pool, 'job-arrived', String(job.index));
  place(pool);
}

/** Gives waiting jobs to free runners: the least busy first, the longest registered among equals. */
export function place(pool: PoolState): void {
  // Looked for once: many jobs may wait that no runner takes, and placing one frees nobody.
  let free = pool.waiting.length === 0 ? [] : [...pool.entries.values()].filter((entry) => hasSlot(pool, entry));
  for (let at = 0; at < pool.waiting.length && free.length > 0;) {
    const job = pool.waiting[at];
    if (job === undefined) break;
    const { mayTake, mayPlace } = pool.env.faults;
    // Asked of the job before any runner: at a thousand runners a few jobs that nobody takes would cost the most of a simulated day.
    const willing = mayTake?.(pool, job) === false ? [] : free;
    const fit = mayPlace === undefined ? willing : willing.filter((each) => mayPlace(pool, job, each));
    const entry = fit.reduce<Entry | undefined>(
      (best, each) => (best === undefined || each.vm.jobs.size < best.vm.jobs.size ? each : best),
      undefined,
    );
    if (entry === undefined) {
      at += 1;
      continue;
    }
    pool.waiting.splice(at, 1);
    assign(pool, job, entry);
    free = free.filter((each) => hasSlot(pool, each));
  }
  sample(pool);
}

/** The agent listens to its newest registration alone. */
const hasSlot = (pool: PoolState, entry: Entry): boolean =>
  entry.status === 'ACTIVE' && entry.connected && entry.vm.alive && entry.vm.entry === entry && entry.vm.jobs.size < pool.slots;

function assign(pool: PoolState, job: Job, entry: Entry): void {
  const { clock, faults, flags } = pool.env;
  const fault = faults.onTask?.(pool, job, entry);
  const { vm } = entry;
  job.state = 'pending';
  job.vm = vm;
  vm.jobs.add(job);
  entry.pending += 1;
  emit(pool, 'job-placed', String(job.index), { vmId: vm.vmId });

  const stopMs = seconds(fault?.stopSeconds ?? flags.stopSeconds);
  const finish = (): void => {
    vm.jobs.delete(job);
    end(pool, job, 'done');
    place(pool);
  };
  const stop = (): void => {
    job.state = 'stopping';
    entry.running -= 1;
    emit(pool, 'job-stopping', String(job.index), { vmId: vm.vmId });
    if (stopMs === 0) finish();
    else job.cancel = clock.at(clock.now() + stopMs, finish);
  };
  const start = (): void => {
    job.state = 'running';
    job.startedAt = clock.now();
    entry.pending -= 1;
    entry.running += 1;
    emit(pool, 'job-started', String(job.index), { vmId: vm.vmId });
    job.cancel = clock.at(job.startedAt + job.durationMs, stop);
  };
  const pendingMs = seconds(fault?.pendingSeconds ?? flags.pendingSeconds);
  if (pendingMs === 0) start();
  else job.cancel = clock.at(clock.now() + pendingMs, start);
}

/** What was on a VM when it died is lost; the platform's counts stay as they were. `cause` tells whose deed it was. */
export function killJobs(pool: PoolState, vm: Vm, cause: string): void {
  for (const job of vm.jobs) {
    job.cancel();
    end(pool, job, 'killed', cause);
  }
  vm.jobs.clear();
}

function end(pool: PoolState, job: Job, state: 'done' | 'killed', note?: string): void {
  job.state = state;
  job.endedAt = pool.env.clock.now();
  job.cancel = () => undefined;
  emit(pool, state === 'done' ? 'job-done' : 'job-killed', String(job.index), {
    ...(job.vm === undefined ? {} : { vmId: job.vm.vmId }),
    ...(note === undefined ? {} : { note }),
  });
  // Jobs are kept for the day's figures, and would keep every VM that ever was.
  job.vm = undefined;
}
