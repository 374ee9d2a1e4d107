import type { PoolState, Vm } from '../../world/state';
import { isOurDelete, isOurs, jobsOn, MINUTE, vmOf, type Court, type Judge } from './court';

/** A runner set ACTIVE by another's hand counts from when a reading could show it. */
const HAND_MS = 3 * MINUTE;
/** The reading just before a delete: as old as a slow answer and the delete's own way. */
const LAST_READING_MS = 5_000;
/** A stale copy of the group shows the past for so long. */
const STALE_MS = 2 * MINUTE;

export const I1: Judge = {
  invariant: 'I1',
  sentence:
    'No instance with a running or pending task is deleted by us, nor one within its last task’s stopping tail; no runner is deregistered while it has one.',
  watch: (court) => ({
    onEvent: (event, pool) => {
      if (isOurDelete(event)) {
        const vm = pool.vms.get(event.subject);
        if (vm !== undefined && vm.jobs.size > 0 && !isUnseen(court, pool, vm))
          court.report('I1', `VM ${vm.id} (${vm.vmId}) was deleted with ${jobsOn(vm)}`);
      }
      if (event.kind === 'runner-deregistered' && isOurs(event)) {
        const vm = vmOf(pool, event.vmId);
        if (vm === undefined || vm.entry?.runnerId !== event.subject || vm.jobs.size === 0 || !vm.alive) return;
        if (!court.touched(event.subject, HAND_MS))
          court.report('I1', `runner ${event.subject} on VM ${vm.id} was deregistered with ${jobsOn(vm)}`);
      }
    },
  }),
};

/**
 * A machine that no client can spare: after its boot allowance it registers for the first time and is given a job, all between the reading
 * just before its delete, which was right to send, and the delete (seed 77104).
 */
function isUnseen(court: Court, pool: PoolState, { entry }: Vm): boolean {
  const last = court.told(pool.name).at(-1);
  if (entry === undefined || last === undefined || court.now() - last.at > LAST_READING_MS) return false;
  return (
    !last.runners.some(({ runnerId }) => runnerId === entry.runnerId) && court.now() - entry.registeredAt <= STALE_MS + LAST_READING_MS
  );
}
