import type { TraceJob } from '../traces';
import { arrive } from './jobs';
import type { PoolState } from './state';

/** Lets the jobs of a trace arrive, counted from `from`: one timer at a time, however long the trace. Returns how to stop it. */
export function feed(pool: PoolState, trace: readonly TraceJob[], from: number): () => void {
  const jobs = trace.toSorted((a, b) => a.arrivalSeconds - b.arrivalSeconds);
  const { clock } = pool.env;
  let cancel = (): void => undefined;
  const arm = (at: number): void => {
    const job = jobs[at];
    if (job === undefined) return;
    cancel = clock.at(from + job.arrivalSeconds * 1_000, () => {
      arrive(pool, job.durationSeconds * 1_000);
      arm(at + 1);
    });
  };
  arm(0);
  return () => cancel();
}
