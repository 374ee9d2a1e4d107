import type { TraceJob } from '../../traces';
import type { FleetModel } from '../fleetModel';

type Times = Pick<FleetModel, 'bootSeconds' | 'registerSeconds' | 'deleteSeconds' | 'stopSeconds'>;

/** From the request for a VM until its runner takes jobs. */
export const readySeconds = ({ bootSeconds, registerSeconds }: Times): number => bootSeconds + registerSeconds;

/** What a VM costs beside its jobs: from its request to its first job, and its deletion. */
export const overheadOf = (fleet: Times): number => readySeconds(fleet) + fleet.deleteSeconds;

/** So long a job holds its runner: it runs, then it stops. */
export const taskSeconds = ({ durationSeconds }: TraceJob, { stopSeconds }: Times): number => durationSeconds + stopSeconds;

export const inOrder = (jobs: readonly TraceJob[]): readonly TraceJob[] => jobs.toSorted((a, b) => a.arrivalSeconds - b.arrivalSeconds);
