import type { AzureFailure } from './faults';
import { type Operation, type PoolState, emit, sample, seconds, type Vm } from './state';
import { createVm, failDeleting, flip, startDeleting } from './vms';

export type Refusal = { readonly status: number } & AzureFailure;
export type Accepted = { readonly ok: true; readonly operation: Operation } | { readonly ok: false; readonly refusal: Refusal };

export const living = (pool: PoolState): Vm[] => [...pool.vms.values()].filter((vm) => vm.provisioningState !== 'Deleting');

/** What sku.capacity of a Uniform scale set counts: a VM that is being deleted, too, until its delete has lowered it. */
const counted = (pool: PoolState): number =>
  [...pool.vms.values()].filter((vm) => vm.provisioningState !== 'Deleting' || vm.uncounted === undefined).length;

/**
 * A write of sku.capacity. Uniform holds that many VMs: it makes what lacks, and on the way down kills the highest ids. Flexible counts
 * by the number written: it makes new − old, and on the way down kills the oldest. Either picks its victims without asking anybody, but
 * for those protected from scale-in.
 */
export function writeCapacity(pool: PoolState, capacity: number, cause = 'capacity lowered'): Accepted {
  const { env } = pool;
  const before = living(pool);
  const difference = capacity - (pool.mode === 'Uniform' ? counted(pool) : pool.capacity);
  const limit = limitOf(pool);
  if (!Number.isInteger(capacity) || capacity < 0 || capacity > limit)
    return refusal(400, 'InvalidParameter', `The value ${String(capacity)} of parameter sku.capacity is not in 0..${String(limit)}.`);
  const fault = difference > 0 ? env.faults.onGrowth?.(pool, difference) : undefined;
  pool.capacity = capacity;
  pool.etag += 1;
  emit(pool, 'capacity', String(capacity));
  for (const vm of victims(pool, before, -difference)) {
    vm.uncounted = true;
    startDeleting(pool, vm, seconds(env.flags.deleteSeconds), cause);
  }
  const create = Math.max(0, fault === undefined ? difference : Math.min(fault.create, difference));
  for (let made = 0; made < create; made += 1) createVm(pool);
  sample(pool);
  const updating = env.flags.updatingSeconds === 0 ? env.flags.bootSeconds : env.flags.updatingSeconds;
  return {
    ok: true,
    operation: operate(pool, 'growth', difference === 0 ? 1 : difference > 0 ? updating : env.flags.deleteSeconds, fault),
  };
}

function victims(pool: PoolState, from: readonly Vm[], count: number): Vm[] {
  if (count <= 0) return [];
  const order = pool.mode === 'Uniform' ? (a: Vm, b: Vm) => Number(b.id) - Number(a.id) : (a: Vm, b: Vm) => a.seq - b.seq;
  return from
    .filter((vm) => !vm.protection.protectFromScaleIn && !vm.protection.protectFromScaleSetActions)
    .sort(order)
    .slice(0, count);
}

/** 100 in one placement group, which Uniform has unless its properties say otherwise. */
export const limitOf = (pool: PoolState): number =>
  pool.mode === 'Uniform' && pool.properties['singlePlacementGroup'] === true ? 100 : 1_000;

/** One delete at a time per scale set; one unknown id refuses the whole batch; '*' is every VM. */
export function deleteVms(pool: PoolState, ids: readonly string[]): Accepted {
  const { flags } = pool.env;
  if (flags.parallelDeletes === 0 && [...pool.operations.values()].some((each) => each.kind === 'delete' && each.endedAt === undefined))
    return refusal(
      409,
      'OperationNotAllowed',
      `Another delete of scale set '${pool.vmssName}' is in progress; try again when it has ended.`,
    );
  const named = ids.includes('*') ? [...pool.vms.keys()] : ids;
  const missing = named.find((id) => !pool.vms.has(id));
  if (missing !== undefined)
    return refusal(
      400,
      'InstanceIdsListInstanceIdNotActiveVM',
      `The provided instanceId ${missing} is not an active Virtual Machine Scale Set VM instanceId.`,
    );
  const vms = named.map((id) => pool.vms.get(id)).filter((vm) => vm !== undefined && vm.provisioningState !== 'Deleting') as Vm[];
  return begin(pool, [...new Set(vms)], 'delete');
}

/** Through the VM itself (Flexible): no order between deletes of different VMs. */
export const deleteSingle = (pool: PoolState, vm: Vm): Accepted => begin(pool, vm.provisioningState === 'Deleting' ? [] : [vm], 'single');

function begin(pool: PoolState, vms: readonly Vm[], kind: Operation['kind']): Accepted {
  const { env } = pool;
  const fault = vms.length === 0 ? undefined : env.faults.onDelete?.(pool, vms);
  if (fault?.refuse !== undefined) return { ok: false, refusal: fault.refuse };
  const took = fault?.seconds ?? env.flags.deleteSeconds;
  if (fault?.failure === undefined) {
    lower(pool, vms);
    for (const vm of vms) {
      startDeleting(pool, vm, seconds(took), 'deleted by id');
      if (fault?.flips !== undefined) flip(pool, vm, fault.flips, seconds(took));
    }
    sample(pool);
  } else if (fault.halfway === true) for (const vm of vms) failDeleting(pool, vm, seconds(took), 'deleted by id');
  return { ok: true, operation: operate(pool, kind, vms.length === 0 ? 1 : took, fault?.failure) };
}

/** One less for each VM, once, however often its delete is asked for. */
function lower(pool: PoolState, vms: readonly Vm[]): void {
  if (pool.mode === 'Flexible' && pool.env.flags.flexibleDeleteLowers === 0) return;
  for (const vm of vms) {
    if (vm.uncounted === undefined) pool.capacity = Math.max(0, pool.capacity - 1);
    vm.uncounted = true;
  }
  pool.etag += 1;
}

const KEEP_MS = 86_400_000;

/** Its end is told by the operation's address alone; Azure forgets it after a day. */
function operate(pool: PoolState, kind: Operation['kind'], took: number, failure: AzureFailure | undefined): Operation {
  const { clock } = pool.env;
  const operation: Operation = { id: pool.random.uuid(), startedAt: clock.now(), endedAt: undefined, failure: undefined, kind };
  for (const [id, old] of pool.operations) if (old.endedAt !== undefined && old.endedAt < clock.now() - KEEP_MS) pool.operations.delete(id);
  pool.operations.set(operation.id, operation);
  clock.at(clock.now() + seconds(took), () => {
    operation.endedAt = clock.now();
    if (failure !== undefined) operation.failure = { code: failure.code, message: failure.message };
  });
  return operation;
}

/** As ARM tells it for the whole scale set. */
export function provisioningState(pool: PoolState): 'Updating' | 'Succeeded' {
  const { flags } = pool.env;
  const open = [...pool.operations.values()].some(
    (each) => each.endedAt === undefined && (each.kind === 'growth' || flags.deleteUpdates === 1),
  );
  return open ? 'Updating' : 'Succeeded';
}

const refusal = (status: number, code: string, message: string): Accepted => ({ ok: false, refusal: { status, code, message } });
