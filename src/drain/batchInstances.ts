import type { DrainRecord } from '../model/drain';
import type { Instance, ScaleSetState } from '../ports/scaleSet';
import { SINGLE_READS } from './sharedReadings';
import type { StepPorts } from './steps';

/** Of those that a list lacks so many are looked at by themselves on one turn: Azure allows some twelve such reads a minute. */
const MOST_LOOKS = 10;

export interface Seen {
  /** By vmId. */
  readonly present: ReadonlyMap<string, Instance>;
  /** Ids of records whose instance a list lacked, and that was not looked at by itself. */
  readonly unseen: ReadonlySet<string>;
}

export const NONE: Seen = { present: new Map(), unseen: new Set() };

/** That one is missing from a list is no proof that it is gone (seed 77606: a list cut short ended six drains whose VMs went on). */
export async function readInstances(
  { scaleSet }: Pick<StepPorts, 'scaleSet'>,
  batch: readonly DrainRecord[],
  state: ScaleSetState,
): Promise<Seen> {
  const isFew = batch.length <= SINGLE_READS;
  const look = ({ instanceId }: DrainRecord): Promise<Instance | undefined> => scaleSet.readInstance(state.mode, instanceId);
  const found = isFew ? await Promise.all(batch.map(look)) : [...(await scaleSet.listInstances(state))];
  const listed = new Set(found.map((instance) => instance?.vmId));
  const missing = isFew ? [] : batch.filter(({ vmId }) => !listed.has(vmId));
  // One after the other: those that are asked for at once are answered by a list.
  for (const record of missing.slice(0, MOST_LOOKS)) found.push(await look(record));
  return {
    present: new Map(found.filter((instance) => instance !== undefined).map((instance) => [instance.vmId, instance])),
    unseen: new Set(missing.slice(MOST_LOOKS).map(({ id }) => id)),
  };
}
