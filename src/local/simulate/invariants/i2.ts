import { bodyOf, capacityWritten, inService, isOurDelete, MINUTE, pathOf, poolOf, type Judge } from './court';
import { etagOf } from '../../world/armBodies';

/** A stale copy may hide a newer registration for two minutes. */
const STALE_MS = 4 * MINUTE;
const SKEW_MS = 6 * MINUTE;

export const I2: Judge = {
  invariant: 'I2',
  sentence:
    'Only the chosen instance is ever deleted, by its id, once it is out of service; capacity is never written lower than the reading it was decided on, and carries its ETag.',
  watch: (court) => ({
    onRequest: (asked) => {
      const { request, service } = asked;
      if (service !== 'azure') return;
      if (/forcedeletion=true/i.test(request.url)) court.report('I2', `a forced deletion was asked for: ${request.url}`);
      if (request.method === 'POST' && /\/delete$/i.test(pathOf(request))) {
        const ids = bodyOf(request)['instanceIds'];
        if (!Array.isArray(ids) || ids.length === 0 || ids.includes('*'))
          court.report('I2', `a delete named no instance: ${String(request.body)}`);
      }
      const capacity = capacityWritten(asked);
      const pool = poolOf(court.world, asked);
      if (capacity === undefined || pool === undefined) return;
      const ifMatch = request.headers['if-match'];
      if (ifMatch === undefined || ifMatch === '*')
        court.report('I2', `capacity ${String(capacity)} was written without the ETag of a reading`);
      const isNormalize = capacity === 0 && pool.vms.size === 0;
      if (ifMatch === etagOf(pool) && capacity < pool.capacity && !isNormalize)
        court.report('I2', `capacity was written ${String(pool.capacity)} → ${String(capacity)} with ${String(pool.vms.size)} VMs`);
    },
    onEvent: (event, pool) => {
      if (!isOurDelete(event)) return;
      const vm = pool.vms.get(event.subject);
      if (vm === undefined) return;
      const entry = inService(vm);
      const isListed = entry !== undefined && pool.entries.has(entry.runnerId) && event.at - entry.registeredAt > STALE_MS;
      if (isListed && !court.touched(entry.runnerId, STALE_MS))
        court.report('I2', `VM ${vm.id} was deleted while its runner ${entry.runnerId} was listed ${entry.status} and connected`);
      const allowance = court.setting(pool.name, 'BOOT_TIMEOUT_MINUTES') * MINUTE;
      const isYoung = vm.entry === undefined && event.at - vm.requestedAt < allowance - SKEW_MS;
      if (isYoung && !court.touched(vm.vmId, 15 * MINUTE) && event.at - court.lastChange() > 15 * MINUTE)
        court.report(
          'I2',
          `VM ${vm.id} was deleted ${String(Math.round((event.at - vm.requestedAt) / 1000))} s after it was ordered, while it may still boot`,
        );
    },
  }),
};
