import { isOurDelete, isOurs, jobsOn, MINUTE, vmOf, type Judge } from './court';

/** A runner set ACTIVE by another's hand counts from when a reading could show it. */
const HAND_MS = 3 * MINUTE;

export const I1: Judge = {
  invariant: 'I1',
  sentence:
    'No instance with a running or pending task is deleted by us, nor one within its last task’s stopping tail; no runner is deregistered while it has one.',
  watch: (court) => ({
    onEvent: (event, pool) => {
      if (isOurDelete(event)) {
        const vm = pool.vms.get(event.subject);
        if (vm !== undefined && vm.jobs.size > 0) court.report('I1', `VM ${vm.id} (${vm.vmId}) was deleted with ${jobsOn(vm)}`);
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
