import type { ComputeManagementClient, VirtualMachineScaleSetVM } from '@azure/arm-compute';
import type { AzureOutcome } from '../../ports/scaleSet';
import { within } from '../deadline';
import { failureOf, toOutcome } from './errors';
import { submit } from './operations';

interface Where {
  readonly client: ComputeManagementClient;
  readonly endpoint: string;
  readonly resourceGroup: string;
  readonly vmssName: string;
  readonly what: string;
}

/** The reading before it, in ms: protection is a comfort and never worth holding a tick up for. */
const READ_MS = 15_000;

/**
 * The documented way to protect one instance of a Uniform scale set: PUT of the instance with its protectionPolicy.
 * https://learn.microsoft.com/azure/virtual-machine-scale-sets/virtual-machine-scale-sets-instance-protection
 */
export async function protectInstance(where: Where, id: string, vmId: string): Promise<AzureOutcome | { readonly kind: 'gone' }> {
  const { client, endpoint, resourceGroup, vmssName, what } = where;
  let vm: VirtualMachineScaleSetVM;
  try {
    vm = await within(READ_MS, (abortSignal) => client.virtualMachineScaleSetVMs.get(resourceGroup, vmssName, id, { abortSignal }));
  } catch (error) {
    return failureOf(error).status === 404 ? { kind: 'gone' } : toOutcome(error, `instance "${id}" of ${what}`);
  }
  if (vm.vmId !== vmId) return { kind: 'gone' };
  const { location, tags, protectionPolicy } = vm;
  const body: VirtualMachineScaleSetVM = {
    location,
    ...(tags === undefined ? {} : { tags }),
    protectionPolicy: { ...protectionPolicy, protectFromScaleIn: true },
  };
  return submit(endpoint, `instance "${id}" of ${what}`, (hooks) =>
    client.virtualMachineScaleSetVMs.update(resourceGroup, vmssName, id, body, hooks),
  );
}
