import { etagOf } from '../../world/armBodies';
import type { PoolState, Vm, WorldEvent } from '../../world/state';
import { type Asked, bodyOf, capacityWritten, type Court, inService, isOurDelete, type Judge, MINUTE, pathOf, poolOf } from './court';

/** A stale copy may hide a newer registration for two minutes. */
const STALE_MS = 4 * MINUTE;
const SKEW_MS = 6 * MINUTE;

export const I2: Judge = {
  invariant: 'I2',
  sentence:
    'Only the chosen instance is ever deleted, by its id, once it is out of service; capacity is never written lower than the reading it was decided on, and carries its ETag.',
  watch: (court) => {
    /** vmIds that have ever shown a runner: a reimaged machine is between two. */
    const shown = new Set(court.world.pools.flatMap((pool) => [...pool.entries.values()].map((entry) => entry.vm.vmId)));
    /** Runner ids by when they last came back after a pause of their connection. */
    const reconnected = new Map<string, number>();
    return {
      onRequest: (asked) => {
        if (asked.service !== 'azure') return;
        const text = inDelete(asked) ?? inCapacity(court, asked);
        if (text !== undefined) court.report('I2', text);
      },
      onEvent: (event, pool) => {
        if (event.kind === 'runner-registered') shown.add(event.vmId ?? '');
        if (event.kind === 'runner-connected') reconnected.set(event.subject, event.at);
        const vm = isOurDelete(event) ? pool.vms.get(event.subject) : undefined;
        const text =
          vm === undefined
            ? undefined
            : (inServiceStill(court, event, pool, vm, reconnected) ?? (shown.has(vm.vmId) ? undefined : tooYoung(court, event, pool, vm)));
        if (text !== undefined) court.report('I2', text);
      },
    };
  },
};

function inDelete({ request }: Asked): string | undefined {
  if (/forcedeletion=true/i.test(request.url)) return `a forced deletion was asked for: ${request.url}`;
  if (request.method !== 'POST' || !/\/delete$/i.test(pathOf(request))) return undefined;
  const ids = bodyOf(request)['instanceIds'];
  const isNamed = Array.isArray(ids) && ids.length > 0 && !ids.includes('*');
  return isNamed ? undefined : `a delete named no instance: ${String(request.body)}`;
}

function inCapacity(court: Court, asked: Asked): string | undefined {
  const capacity = capacityWritten(asked);
  const pool = poolOf(court.world, asked);
  if (capacity === undefined || pool === undefined) return undefined;
  const ifMatch = asked.request.headers['if-match'];
  if (ifMatch === undefined || ifMatch === '*') return `capacity ${String(capacity)} was written without the ETag of a reading`;
  const isNormalize = capacity === 0 && pool.vms.size === 0;
  if (ifMatch !== etagOf(pool) || capacity >= pool.capacity || isNormalize) return undefined;
  return `capacity was written ${String(pool.capacity)} → ${String(capacity)} with ${String(pool.vms.size)} VMs`;
}

function inServiceStill(
  court: Court,
  event: WorldEvent,
  pool: PoolState,
  vm: Vm,
  reconnected: ReadonlyMap<string, number>,
): string | undefined {
  const entry = inService(vm);
  if (entry === undefined || !pool.entries.has(entry.runnerId)) return undefined;
  // No reading could show what came between it and the delete: a registration, or a flap that ended while the accepted deregister was late.
  if (event.at - Math.max(entry.registeredAt, reconnected.get(entry.runnerId) ?? 0) <= STALE_MS) return undefined;
  if (court.touched(entry.runnerId, STALE_MS)) return undefined;
  return `VM ${vm.id} was deleted while its runner ${entry.runnerId} was listed ${entry.status} and connected`;
}

function tooYoung(court: Court, event: WorldEvent, pool: PoolState, vm: Vm): string | undefined {
  const age = event.at - vm.requestedAt;
  const isYoung = age < court.setting(pool.name, 'BOOT_TIMEOUT_MINUTES') * MINUTE - SKEW_MS;
  if (!isYoung || court.touched(vm.vmId, 15 * MINUTE) || event.at - court.lastChange() <= 15 * MINUTE) return undefined;
  return `VM ${vm.id} was deleted ${String(Math.round(age / 1000))} s after it was ordered, while it may still boot`;
}
