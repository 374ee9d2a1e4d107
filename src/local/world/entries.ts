import { place } from './jobs';
import { emit, type PoolState } from './state';

/** ok, or refused as the platform's ECS would: nothing happened then. */
export type EntryAnswer = { readonly ok: true } | { readonly ok: false; readonly status: 400 | 404; readonly message: string };

const whose = (by: string | undefined): { readonly by?: string } => (by === undefined ? {} : { by });
const done: EntryAnswer = { ok: true };
const unknownRunner = (runnerId: string): EntryAnswer => ({ ok: false, status: 404, message: `Runner ${runnerId} not found.` });
const refused = (message: string): EntryAnswer => ({ ok: false, status: 400, message });

/** DRAINING can be set on an ACTIVE one alone (again on a DRAINING one: nothing to do); ACTIVE takes tasks again at once. `by`: not over the API. */
export function setStatus(pool: PoolState, runnerId: string, status: string, by?: string): EntryAnswer {
  const entry = pool.entries.get(runnerId);
  if (entry === undefined) return unknownRunner(runnerId);
  if (status !== 'ACTIVE' && status !== 'DRAINING') return refused(`Status must be ACTIVE or DRAINING, not ${status}.`);
  if (entry.status === status) return done;
  if (entry.status !== 'ACTIVE' && entry.status !== 'DRAINING') return refused(`A runner that is ${entry.status} cannot be set ${status}.`);
  entry.status = status;
  emit(pool, 'runner-status', runnerId, { vmId: entry.vm.vmId, note: status, ...whose(by) });
  place(pool);
  return done;
}

/**
 * The entry is no longer listed; a living agent keeps the tasks it has, takes no more and does not come back by itself. Without force it
 * is refused while tasks run – counts, not truth: a stopping task does not hold it up, and a lost VM's counts do, for good.
 */
export function deregister(pool: PoolState, runnerId: string, force: boolean, by?: string): EntryAnswer {
  const entry = pool.entries.get(runnerId);
  if (entry === undefined) return unknownRunner(runnerId);
  if (entry.running > 0 && !force && pool.env.flags.acceptBusyDeregister === 0)
    return refused('Found running tasks on the instance: it cannot be deregistered without force.');
  pool.entries.delete(runnerId);
  entry.status = 'INACTIVE';
  if (entry.vm.entry === entry || entry.vm.entry === undefined) entry.vm.deregisteredAt = pool.env.clock.now();
  emit(pool, 'runner-deregistered', runnerId, { vmId: entry.vm.vmId, ...(force ? { note: 'forced' } : {}), ...whose(by) });
  place(pool);
  return done;
}
