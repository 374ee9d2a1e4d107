import type { VirtualMachine, VirtualMachineScaleSet, VirtualMachineScaleSetVM } from '@azure/arm-compute';
import { ServiceError } from '../../errors';
import type { Instance, ScaleSetState } from '../../ports/scaleSet';

/** A scale set as Azure tells it; throws `azure-malformed` when what every decision rests on is missing. */
export function toState(found: VirtualMachineScaleSet, what: string): ScaleSetState {
  const capacity = found.sku?.capacity;
  if (!Number.isInteger(capacity) || (capacity as number) < 0) throw missing(what, 'sku.capacity');
  return {
    uniqueId: required(found.uniqueId, what, 'uniqueId'),
    mode: found.orchestrationMode === 'Flexible' ? 'Flexible' : 'Uniform',
    capacity: capacity as number,
    etag: required(found.etag, what, 'etag'),
    provisioningState: required(found.provisioningState, what, 'provisioningState'),
    limit: limitOf(found),
    surprises: surprisesOf(found),
  };
}

/** 100 in a single placement group (Uniform's default; Flexible has none), 600 from a custom image, else 1,000. */
function limitOf(found: VirtualMachineScaleSet): number {
  if (found.orchestrationMode !== 'Flexible' && found.singlePlacementGroup !== false) return 100;
  return found.virtualMachineProfile?.storageProfile?.imageReference?.id === undefined ? 1_000 : 600;
}

function surprisesOf(found: VirtualMachineScaleSet): string[] {
  const upgrade = found.upgradePolicy;
  const priority = found.virtualMachineProfile?.priority;
  const traits: readonly (readonly [string, boolean])[] = [
    // On by default where the platform does not say, in Uniform mode alone.
    ['overprovision', found.orchestrationMode !== 'Flexible' && found.overprovision !== false],
    ['zoneBalance', found.zoneBalance === true],
    ['automaticRepairs', found.automaticRepairsPolicy?.enabled === true],
    [
      'automaticUpgrade',
      (upgrade?.mode !== undefined && upgrade.mode !== 'Manual') || upgrade?.automaticOSUpgradePolicy?.enableAutomaticOSUpgrade === true,
    ],
    ['spot', priority === 'Spot' || priority === 'Low' || found.priorityMixPolicy !== undefined],
  ];
  return traits.filter(([, present]) => present).map(([name]) => name);
}

/** A VM of a Uniform scale set. */
export function fromUniform(vm: VirtualMachineScaleSetVM, what: string): Instance {
  const { protectFromScaleIn, protectFromScaleSetActions } = vm.protectionPolicy ?? {};
  const instance = toInstance(required(vm.instanceId, what, 'instanceId'), vm, what);
  return {
    ...instance,
    ...(protectFromScaleSetActions === true ? { isProtected: true } : {}),
    // The second protection includes the first.
    scaleInProtection: protectFromScaleIn === true || protectFromScaleSetActions === true ? 'on' : 'off',
  };
}

/** A VM of a Flexible scale set: its id is the VM's name. */
export function fromFlexible(vm: VirtualMachine, what: string): Instance {
  return toInstance(required(vm.name, what, 'name'), vm, what);
}

function toInstance(id: string, vm: VirtualMachine | VirtualMachineScaleSetVM, what: string): Instance {
  const created = vm.timeCreated?.getTime();
  const power = vm.instanceView?.statuses
    ?.map((status) => /^PowerState\/(.+)$/i.exec(status.code ?? '')?.[1])
    .find((state) => state !== undefined);
  return {
    id,
    vmId: required(vm.vmId, what, `vmId of instance ${id}`),
    computerName: vm.osProfile?.computerName ?? vm.instanceView?.computerName ?? undefined,
    provisioningState: vm.provisioningState ?? 'Unknown',
    power,
    createdAt: created === undefined || Number.isNaN(created) ? undefined : created,
    ...(hasProtectTag(vm.tags) ? { isProtected: true } : {}),
  };
}

/** Azure compares the names of tags without case, and keeps the case of what was written. */
function hasProtectTag(tags: Readonly<Record<string, string>> | undefined): boolean {
  return Object.entries(tags ?? {}).some(
    ([name, value]) => name.toLowerCase() === PROTECT_TAG && String(value).trim().toLowerCase() === 'protect',
  );
}

const PROTECT_TAG = 'sg-autoscaler';

function required(value: string | undefined, what: string, name: string): string {
  if (typeof value !== 'string' || value === '') throw missing(what, name);
  return value;
}

const missing = (what: string, name: string): ServiceError =>
  new ServiceError(
    'azure-malformed',
    `Azure's answer for ${what} has no usable ${name}. Check AZURE_RESOURCE_MANAGER_ENDPOINT; nothing was decided on it.`,
  );
