import { adviceOf } from '../errors';
import type { AzureChecked } from './azure';
import type { CheckPorts } from './check';
import { bad, good, unsure, type CheckItem } from './item';

/** Writes today's capacity again under the ETag of the reading. Not where that would move a VM: Uniform makes what lacks. */
export async function checkWrite({ scaleSet }: CheckPorts, { state, instances }: AzureChecked): Promise<CheckItem> {
  const name = 'write';
  const later = 'Ask again once the scale set is at rest.';
  if (state === undefined || instances === undefined)
    return unsure(name, 'Nothing was written: the scale set could not be read.', 'See the items above.');
  const atRest = state.provisioningState === 'Succeeded' && (state.mode === 'Flexible' || instances.length === state.capacity);
  if (!atRest)
    return unsure(name, `Nothing was written: capacity ${state.capacity}, ${instances.length} VMs, ${state.provisioningState}.`, later);
  const outcome = await scaleSet.setCapacity(state.capacity, state.etag);
  switch (outcome.kind) {
    case 'accepted':
      return good(name, `Capacity ${state.capacity} was written over itself: the right is there.`);
    case 'conflict':
      return unsure(name, 'Somebody wrote the scale set at the same moment; nothing was written.', later);
    case 'unknown':
      return unsure(name, `The answer was lost: ${outcome.text}`, later);
    case 'refused':
      return bad(name, adviceOf(outcome.text).said, adviceOf(outcome.text).command ?? later);
  }
}
