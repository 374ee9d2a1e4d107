import type { TraceJob } from '../../traces';
import type { FleetModel } from '../fleetModel';
import type { Outcome } from './bounds';
import { inOrder, overheadOf, taskSeconds } from './times';

/**
 * Knows every arrival and duration: a VM is ready just when its first job comes, and is kept after a job exactly where its next one begins
 * sooner than another VM would cost (boot and deletion). Each job takes the VM that was idle for the shortest time; for want of one, the VM
 * that is free within `patience` seconds; else a new one.
 *
 * With no patience no policy without waits needs less: a VM kept from the end of one job to the arrival of another saves the cost of a VM
 * less that gap, whichever of several is taken, so taking the latest wherever it pays is best. With patience it is what one such policy
 * reaches, and no bound.
 */
export function clairvoyant(jobs: readonly TraceJob[], fleet: FleetModel, patience: number): Outcome {
  const overhead = overheadOf(fleet);
  /** When each VM is free, in ascending order. */
  const free: number[] = [];
  const waits: number[] = [];
  let seconds = 0;
  for (const job of inOrder(jobs)) {
    const arrival = job.arrivalSeconds;
    // One that is idle for as long as a new VM costs has been deleted: it does not come back.
    while ((free[0] ?? Infinity) < arrival - overhead) free.shift();
    const later = free.findIndex((at) => at > arrival);
    const idle = later === -1 ? free.length - 1 : later - 1;
    const soon = free[idle + 1] ?? Infinity;
    const taken = idle >= 0 ? idle : soon <= arrival + patience ? idle + 1 : -1;
    const [from] = taken === -1 ? [] : free.splice(taken, 1);
    const start = Math.max(arrival, from ?? arrival);
    seconds += taskSeconds(job, fleet) + (from === undefined ? overhead : start - from);
    waits.push(start - arrival);
    insert(free, start + taskSeconds(job, fleet));
  }
  return { waits, vmHours: seconds / 3_600 };
}

function insert(sorted: number[], value: number): void {
  const at = sorted.findLastIndex((each) => each <= value);
  sorted.splice(at + 1, 0, value);
}
