import type { AzureOutcome, Instance, OrchestrationMode, ScaleSet } from '../../ports/scaleSet';
import { type ArmOptions, createArm } from './arm';
import { READ_MS, within } from '../deadline';
import { failureOf, toServiceError } from './errors';
import { fromFlexible, fromUniform, toState } from './mapping';
import { readOperation, submit } from './operations';
import { protectInstance } from './protect';

export interface ScaleSetOptions extends ArmOptions {
  readonly resourceGroup: string;
  readonly vmssName: string;
}

/** Codes of 404 that say more than "no such instance". */
const PARENT_MISSING = new Set(['SubscriptionNotFound', 'ResourceGroupNotFound', 'ParentResourceNotFound']);

/** An id as Azure gives it. Not "*": to the batch delete that means every instance. */
const INSTANCE_ID = /^\w[\w.-]*$/;

/** One VM scale set of either mode, through the Azure SDK, as {@link ScaleSet}. */
export function createScaleSet(options: ScaleSetOptions): ScaleSet {
  const { subscriptionId, resourceGroup, vmssName, endpoint } = options;
  const { client, plain } = createArm(options);
  const what = `scale set "${vmssName}"`;
  const scaleSetId = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.Compute/virtualMachineScaleSets/${vmssName}`;
  const isOurs = (id: string | undefined): boolean => id?.toLowerCase() === scaleSetId.toLowerCase();

  const read = async <T>(subject: string, work: (abortSignal: AbortSignal) => Promise<T>): Promise<T> => {
    try {
      return await within(READ_MS, work);
    } catch (error) {
      throw toServiceError(error, subject);
    }
  };

  const listUniform = async (abortSignal: AbortSignal): Promise<Instance[]> => {
    const found: Instance[] = [];
    for await (const vm of client.virtualMachineScaleSetVMs.list(resourceGroup, vmssName, { expand: 'instanceView', abortSignal }))
      found.push(fromUniform(vm, what));
    return found;
  };

  /** The scale set's own list lacks the computer name here; the VM list has it. Whatever it returns beside ours is dropped. */
  const listFlexible = async (abortSignal: AbortSignal): Promise<Instance[]> => {
    const found: Instance[] = [];
    const filter = `'virtualMachineScaleSet/id' eq '${scaleSetId}'`;
    for await (const vm of client.virtualMachines.list(resourceGroup, { filter, expand: 'instanceView', abortSignal })) {
      if (isOurs(vm.virtualMachineScaleSet?.id)) found.push(fromFlexible(vm, what));
    }
    return found;
  };

  const readOne = async (mode: OrchestrationMode, id: string, abortSignal: AbortSignal): Promise<Instance | undefined> => {
    if (mode === 'Uniform')
      return fromUniform(
        await client.virtualMachineScaleSetVMs.get(resourceGroup, vmssName, id, { expand: 'instanceView', abortSignal }),
        what,
      );
    const vm = await client.virtualMachines.get(resourceGroup, id, { expand: 'instanceView', abortSignal });
    return isOurs(vm.virtualMachineScaleSet?.id) ? fromFlexible(vm, what) : undefined;
  };

  return {
    readState: () =>
      read(what, async (abortSignal) => toState(await client.virtualMachineScaleSets.get(resourceGroup, vmssName, { abortSignal }), what)),

    listInstances: async ({ mode }) => {
      const found = await read(what, mode === 'Uniform' ? listUniform : listFlexible);
      // A list that changes while its pages are read may name one twice.
      return [...new Map(found.map((instance) => [instance.vmId, instance])).values()];
    },

    readInstance: (mode, id) =>
      read(`instance "${id}" of ${what}`, async (abortSignal) => {
        try {
          return await readOne(mode, id, abortSignal);
        } catch (error) {
          const { status, code } = failureOf(error);
          if (status === 404 && !PARENT_MISSING.has(code)) return undefined;
          throw error;
        }
      }),

    setCapacity: async (capacity, etag) => {
      if (!Number.isInteger(capacity) || capacity < 0) return neverSent(`capacity ${String(capacity)} is not a whole number`);
      if (etag === '' || etag === '*') return neverSent('the capacity write carries no ETag of a reading');
      return submit(endpoint, what, (hooks) =>
        client.virtualMachineScaleSets.update(resourceGroup, vmssName, { sku: { capacity } }, { ifMatch: etag, ...hooks }),
      );
    },

    deleteInstances: async (ids) => {
      if (ids.length === 0) return neverSent('no instance is named');
      const odd = ids.find((id) => !INSTANCE_ID.test(id));
      if (odd !== undefined) return neverSent(`"${odd}" is not an instance id`);
      return submit(endpoint, what, (hooks) =>
        client.virtualMachineScaleSets.deleteInstances(resourceGroup, vmssName, { instanceIds: [...ids] }, hooks),
      );
    },

    protectFromScaleIn: (id, vmId) => protectInstance({ client, endpoint, resourceGroup, vmssName, what }, id, vmId),

    readOperation: (operation) => readOperation(plain, endpoint, operation),
  };
}

/** A request that would do other than meant is refused here. */
const neverSent = (reason: string): AzureOutcome => ({
  kind: 'refused',
  code: 'azure-not-sent',
  text: `Not sent to Azure: ${reason}.`,
  status: 400,
  retryAfterMs: undefined,
});
