import type { Runner } from '../ports/runnerService';
import type { FleetMemory } from './fleetMemory';
import { sameMachine } from './identity';

export interface Machine {
  readonly vmId: string;
  readonly computerName: string | undefined;
}

/** When the reading was made, and how long a VM may take to boot, in ms. */
export interface Reading {
  readonly now: number;
  readonly boot: number;
}

/**
 * Whether an entry of a single reading is that machine's. Its name tells; where this reading lacks the name, the one that an entry of no
 * machine bore last (seed 78411), or the machine on which the polls saw it. One that bears no name and was not seen for as long as a boot may
 * take may have come from any machine: a new registration of the very one that is about to be deleted.
 */
export function speaksFor(
  runner: Pick<Runner, 'runnerId' | 'computerName'>,
  machine: Machine,
  fleet: Pick<FleetMemory, 'runners'> | undefined,
  { now, boot }: Reading,
): 'yes' | 'no' | 'perhaps' {
  const known = fleet?.runners[runner.runnerId];
  const name = runner.computerName ?? known?.name;
  if (name !== undefined) return sameMachine(name, machine.computerName) ? 'yes' : 'no';
  if (known?.vmId !== undefined) return known.vmId === machine.vmId ? 'yes' : 'no';
  return known !== undefined && now - known.firstSeen > boot ? 'no' : 'perhaps';
}

export const isNameless = (runner: Pick<Runner, 'computerName'>): boolean => runner.computerName === undefined;
