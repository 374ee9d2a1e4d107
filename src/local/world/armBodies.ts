import { limitOf, provisioningState } from './capacity';
import type { Operation, PoolState, Vm } from './state';

/** Where a pool's resources live in Resource Manager. */
export interface Place {
  /** Without a trailing slash. */
  readonly endpoint: string;
  readonly subscriptionId: string;
  readonly resourceGroup: string;
}

const LOCATION = 'westeurope';
const iso = (at: number): string => new Date(at).toISOString();

export const scaleSetId = (place: Place, pool: PoolState): string =>
  `/subscriptions/${place.subscriptionId}/resourceGroups/${place.resourceGroup}/providers/Microsoft.Compute/virtualMachineScaleSets/${pool.vmssName}`;

export const etagOf = (pool: PoolState): string => `"${String(pool.etag)}"`;

export function scaleSetBody(place: Place, pool: PoolState): Record<string, unknown> {
  return {
    id: scaleSetId(place, pool),
    name: pool.vmssName,
    type: 'Microsoft.Compute/virtualMachineScaleSets',
    location: LOCATION,
    etag: etagOf(pool),
    sku: { name: 'Standard_D2s_v5', tier: 'Standard', capacity: pool.capacity },
    properties: {
      orchestrationMode: pool.mode,
      provisioningState: provisioningState(pool),
      uniqueId: pool.uniqueId,
      timeCreated: iso(pool.startedAt - 86_400_000),
      singlePlacementGroup: limitOf(pool) === 100,
      upgradePolicy: { mode: 'Manual' },
      automaticRepairsPolicy: { enabled: false, gracePeriod: 'PT10M' },
      zoneBalance: false,
      ...(pool.mode === 'Uniform' ? { overprovision: false } : { platformFaultDomainCount: 1 }),
      virtualMachineProfile: {
        osProfile: { computerNamePrefix: pool.vmssName.slice(0, 9), adminUsername: 'runner' },
        storageProfile: { imageReference: { publisher: 'Canonical', offer: 'ubuntu-24_04-lts', sku: 'server', version: 'latest' } },
      },
      ...pool.properties,
    },
  };
}

/** What `withView` leaves out Azure tells only with $expand=instanceView. */
function common(vm: Vm, withView: boolean, skewMs: number): Record<string, unknown> {
  const level = vm.provisioningState.toLowerCase();
  return {
    vmId: vm.vmId,
    provisioningState: vm.provisioningState,
    timeCreated: iso(vm.requestedAt + skewMs),
    ...(withView
      ? {
          instanceView: {
            statuses: [
              { code: `ProvisioningState/${level}`, level: 'Info', displayStatus: `Provisioning ${level}` },
              ...(vm.provisioningState === 'Creating'
                ? []
                : [{ code: `PowerState/${vm.power}`, level: 'Info', displayStatus: `VM ${vm.power}` }]),
            ],
          },
        }
      : {}),
  };
}

/** A VM below its scale set. Hazard kept: on Flexible this view lacks the computer name. */
export function scaleSetVmBody(place: Place, pool: PoolState, vm: Vm, withView: boolean, skewMs: number): Record<string, unknown> {
  const uniform = pool.mode === 'Uniform';
  const name = uniform ? `${pool.vmssName}_${vm.id}` : vm.id;
  return {
    id: `${scaleSetId(place, pool)}/virtualMachines/${vm.id}`,
    name,
    instanceId: vm.id,
    type: 'Microsoft.Compute/virtualMachineScaleSets/virtualMachines',
    location: LOCATION,
    tags: vm.tags,
    properties: {
      ...common(vm, withView, skewMs),
      latestModelApplied: true,
      ...(uniform ? { osProfile: { computerName: vm.computerName }, protectionPolicy: vm.protection } : {}),
    },
  };
}

/** A VM of a Flexible scale set as a resource of its own. Hazard kept: Azure writes the resource group of the reference in capitals. */
export function vmBody(place: Place, pool: PoolState, vm: Vm, withView: boolean, skewMs: number): Record<string, unknown> {
  return {
    id: `/subscriptions/${place.subscriptionId}/resourceGroups/${place.resourceGroup}/providers/Microsoft.Compute/virtualMachines/${vm.id}`,
    name: vm.id,
    type: 'Microsoft.Compute/virtualMachines',
    location: LOCATION,
    tags: vm.tags,
    properties: {
      ...common(vm, withView, skewMs),
      virtualMachineScaleSet: { id: scaleSetId({ ...place, resourceGroup: place.resourceGroup.toUpperCase() }, pool) },
      osProfile: { computerName: vm.computerName },
    },
  };
}

export function operationBody(operation: Operation): Record<string, unknown> {
  const { endedAt, failure } = operation;
  return {
    name: operation.id,
    startTime: iso(operation.startedAt),
    ...(endedAt === undefined ? {} : { endTime: iso(endedAt) }),
    status: endedAt === undefined ? 'InProgress' : failure === undefined ? 'Succeeded' : 'Failed',
    ...(endedAt === undefined || failure === undefined ? {} : { error: failure }),
  };
}
