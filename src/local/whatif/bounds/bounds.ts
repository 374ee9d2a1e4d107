import type { TraceJob } from '../../traces';
import type { FleetModel } from '../fleetModel';
import { clairvoyant } from './clairvoyant';
import { leastHours } from './leastHours';
import { online } from './online';

/** What a policy makes of a trace. */
export interface Outcome {
  /** From arrival to start, in seconds. */
  readonly waits: readonly number[];
  readonly vmHours: number;
}

export type BoundName = 'least' | `clairvoyant-${number}s` | `online-${number}m` | `no-withdrawal-${number}m`;

export interface Bound {
  readonly name: BoundName;
  readonly meaning: string;
  /** Undefined where waits are left out of account. */
  readonly waits: readonly number[] | undefined;
  readonly vmHours: number;
}

/** Seconds that the clairvoyant policies let a job wait rather than boot a VM. */
export const PATIENCES = [0, 30, 60, 120, 300];
/** Minutes that the online policies keep an idle VM. */
export const KEEPS = [0, 5, 10, 20];

/** What lies beside a setting's figures. All of it is of runners with one task at a time. */
export function boundsOf(jobs: readonly TraceJob[], fleet: FleetModel): readonly Bound[] {
  return [
    { name: 'least', meaning: 'no policy needs less', waits: undefined, vmHours: leastHours(jobs, fleet) },
    ...PATIENCES.map((patience) => ({
      name: `clairvoyant-${patience}s` as const,
      meaning:
        patience === 0
          ? 'knows the future, no job waits: no policy without waits needs less'
          : `knows the future, a job waits at most ${patience} s`,
      ...clairvoyant(jobs, fleet, patience),
    })),
    ...KEEPS.map((keep) => ({
      name: `online-${keep}m` as const,
      meaning: `acts at the arrival itself, keeps an idle VM ${keep} min, withdraws a needless order at no cost, deletes at once`,
      ...online(jobs, fleet, keep * 60),
    })),
    ...KEEPS.map((keep) => ({
      name: `no-withdrawal-${keep}m` as const,
      meaning: `the same, keeps ${keep} min, but what was ordered comes: no order can be withdrawn`,
      ...online(jobs, fleet, keep * 60, false),
    })),
  ];
}
