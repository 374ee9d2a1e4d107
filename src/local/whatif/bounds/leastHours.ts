import type { TraceJob } from '../../traces';
import type { FleetModel } from '../fleetModel';
import { overheadOf, taskSeconds } from './times';

/** The work itself and one VM's boot and deletion: one after another on a single VM, however long they wait. */
export function leastHours(jobs: readonly TraceJob[], fleet: FleetModel): number {
  if (jobs.length === 0) return 0;
  const work = jobs.reduce((sum, job) => sum + taskSeconds(job, fleet), 0);
  return (work + overheadOf(fleet)) / 3_600;
}
