import { type Place, scaleSetId } from './armBodies';
import type { PoolState } from './state';

/** Autoscale settings or standby pools of the resource group, each pointing at its scale set. */
export function neighboursOf(place: Place, pools: readonly PoolState[], type: string): { readonly value: readonly unknown[] } {
  const value = pools.flatMap((pool) => {
    const id = scaleSetId(place, pool);
    const properties = { targetResourceUri: id, attachedVirtualMachineScaleSetId: id };
    return pool.neighbours.filter((each) => each.kind === type).map(({ name }) => ({ name, properties }));
  });
  return { value };
}

export function summaryOf(pool: PoolState): { readonly code: string; readonly count: number }[] {
  const counts = new Map<string, number>();
  for (const vm of pool.vms.values()) {
    const code = `ProvisioningState/${vm.provisioningState.toLowerCase()}`;
    counts.set(code, (counts.get(code) ?? 0) + 1);
  }
  return [...counts].map(([code, count]) => ({ code, count }));
}
