import type { PoolMemory } from '../model/pool';
import type { AzureOutcome, ScaleSet } from '../ports/scaleSet';

export interface NominalPorts {
  readonly scaleSet: ScaleSet;
  readonly readMemory: () => Promise<PoolMemory | undefined>;
}

/** One complete look at a scale set whose capacity, which no VM stands for, is to be written down to 0. */
export interface NominalLook {
  /** Why nothing may be written; undefined: nothing speaks against it. */
  readonly obstacle: string | undefined;
  readonly mode: 'Uniform' | 'Flexible';
  readonly capacity: number;
  readonly instances: number;
  readonly growth: string | null;
  readonly etag: string;
}

/** The order matters: memory, scale set, list. A growth admitted after the first changes the ETag of the second. */
export async function lookAtNominal({ scaleSet, readMemory }: NominalPorts): Promise<NominalLook> {
  const growth = (await readMemory())?.growth;
  const state = await scaleSet.readState();
  const instances = (await scaleSet.listInstances(state)).length;
  const { mode, capacity, etag } = state;
  const look = { mode, capacity, instances, growth: growth?.state ?? null, etag };
  if (instances > 0) return { ...look, obstacle: `The scale set has ${instances} VMs; nothing was written.` };
  if (growth !== undefined && growth.state !== 'over') return { ...look, obstacle: 'Instances are ordered; nothing was written.' };
  return { ...look, obstacle: undefined };
}

/** The one exception to "capacity is never written lower": at no VM, under the ETag of the look that said so. */
export async function writeNominal(ports: NominalPorts): Promise<{ readonly look: NominalLook; readonly outcome?: AzureOutcome }> {
  const look = await lookAtNominal(ports);
  return look.obstacle === undefined ? { look, outcome: await ports.scaleSet.setCapacity(0, look.etag) } : { look };
}
