import { killJobs, place } from './jobs';
import { BASE36, HEX } from './random';
import { emit, type Entry, type PoolState, sample, seconds, type Vm } from './state';

/** From the request to the end of its deletion a VM costs money; the registration of its runner follows its boot. */
export function createVm(pool: PoolState, requestedAt = pool.env.clock.now()): Vm {
  const { clock, faults, flags } = pool.env;
  const seq = pool.nextSeq;
  pool.nextSeq += 1;
  pool.vmsRequested += 1;
  const name = newId(pool);
  const draft: Vm = {
    seq,
    id: name,
    vmId: pool.random.uuid(),
    computerName: newComputerName(pool, seq),
    ip: `10.${String((seq >> 16) & 255)}.${String((seq >> 8) & 255)}.${String(seq & 255)}`,
    requestedAt,
    provisioningState: 'Creating',
    power: 'starting',
    alive: false,
    registerDue: requestedAt + seconds(flags.bootSeconds + flags.registerSeconds),
    deregisteredAt: undefined,
    entry: undefined,
    jobs: new Set(),
    protection: { protectFromScaleIn: false, protectFromScaleSetActions: false },
    tags: {},
    cancels: [],
  };
  const fault = faults.onVm?.(pool, draft);
  const vm = fault?.computerName === undefined ? draft : { ...draft, computerName: fault.computerName };
  pool.vms.set(vm.id, vm);
  emit(pool, 'vm-requested', vm.id, { vmId: vm.vmId });
  const bootMs = seconds(fault?.bootSeconds ?? flags.bootSeconds);
  const registerMs = seconds(fault?.registerSeconds ?? flags.registerSeconds);
  if (fault?.neverBoots === true) return vm;
  const booted = (): void => {
    if (fault?.fails === true) {
      fail(pool, vm);
      return;
    }
    running(pool, vm);
    if (fault?.neverRegisters !== true) vm.cancels.push(clock.at(requestedAt + bootMs + registerMs, () => register(pool, vm)));
  };
  vm.cancels.push(clock.at(requestedAt + bootMs, booted));
  return vm;
}

export function running(pool: PoolState, vm: Vm): void {
  vm.provisioningState = 'Succeeded';
  vm.power = 'running';
  vm.alive = true;
  emit(pool, 'vm-running', vm.id, { vmId: vm.vmId });
}

/** A new entry for this VM, whatever entries it had before (a reimage, a registration that was doubled). */
export function register(pool: PoolState, vm: Vm): Entry {
  const runnerId = pool.random.text(HEX, 32);
  const entry: Entry = {
    runnerId,
    arn: `arn:aws:ecs:eu-central-1:000000000000:container-instance/${pool.group}/${runnerId}`,
    vm,
    registeredAt: pool.env.clock.now(),
    status: 'ACTIVE',
    connected: true,
    running: 0,
    pending: 0,
  };
  pool.entries.set(runnerId, entry);
  vm.entry = entry;
  vm.deregisteredAt = undefined;
  emit(pool, 'runner-registered', runnerId, { vmId: vm.vmId });
  place(pool);
  return entry;
}

/** The machine stops working at once: its jobs are lost, its runner reads as connected for a while. */
export function die(pool: PoolState, vm: Vm, note: string): void {
  for (const cancel of vm.cancels.splice(0)) cancel();
  const wasAlive = vm.alive;
  vm.alive = false;
  killJobs(pool, vm, note);
  if (!wasAlive) return;
  emit(pool, 'vm-died', vm.id, { vmId: vm.vmId, note });
  const entry = vm.entry;
  // Also one that is not listed just now: it may come back, and nobody is behind it then.
  if (entry === undefined || entry.status === 'INACTIVE') return;
  pool.env.clock.at(pool.env.clock.now() + seconds(pool.env.flags.disconnectSeconds), () => disconnect(pool, entry));
}

/** Not a VM that was started again meanwhile. */
function disconnect(pool: PoolState, entry: Entry): void {
  if (entry.vm.alive && entry.vm.entry === entry) return;
  entry.connected = false;
  if (pool.entries.get(entry.runnerId) === entry) emit(pool, 'runner-disconnected', entry.runnerId, { vmId: entry.vm.vmId });
}

/** Dies now, is listed as Deleting, and gone after `afterMs`. */
export function startDeleting(pool: PoolState, vm: Vm, afterMs: number, note: string): void {
  if (vm.provisioningState === 'Deleting') return;
  vm.provisioningState = 'Deleting';
  emit(pool, 'vm-deleting', vm.id, { vmId: vm.vmId, note });
  die(pool, vm, note);
  vm.power = 'stopped';
  pool.env.clock.at(pool.env.clock.now() + afterMs, () => vanish(pool, vm));
}

/** A delete that Azure gives up half-way: the machine is dead, stays listed, and its capacity with it. */
export function failDeleting(pool: PoolState, vm: Vm, afterMs: number, note: string): void {
  if (vm.provisioningState === 'Deleting') return;
  vm.provisioningState = 'Deleting';
  emit(pool, 'vm-deleting', vm.id, { vmId: vm.vmId, note });
  die(pool, vm, note);
  vm.power = 'stopped';
  pool.env.clock.at(pool.env.clock.now() + afterMs, () => fail(pool, vm));
}

/** Resilient delete: while Azure tries again, the VM reads Failed in between. */
export function flip(pool: PoolState, vm: Vm, times: number, overMs: number): void {
  const { clock } = pool.env;
  const step = overMs / (2 * times + 1);
  for (let at = 0; at < 2 * times; at += 1) {
    const state = at % 2 === 0 ? 'Failed' : 'Deleting';
    clock.at(clock.now() + step * (at + 1), () => {
      if (pool.vms.get(vm.id) === vm) vm.provisioningState = state;
    });
  }
}

function fail(pool: PoolState, vm: Vm): void {
  if (pool.vms.get(vm.id) !== vm) return;
  vm.provisioningState = 'Failed';
  vm.power = 'stopped';
  emit(pool, 'vm-failed', vm.id, { vmId: vm.vmId });
}

/** Azure made it again under another id, with the same vmId and name. */
export function renumber(pool: PoolState, vm: Vm): void {
  pool.vms.delete(vm.id);
  vm.id = newId(pool);
  pool.vms.set(vm.id, vm);
}

/** Gone from Azure. What the platform lists for it stays. */
export function vanish(pool: PoolState, vm: Vm): void {
  if (pool.vms.get(vm.id) !== vm) return;
  die(pool, vm, 'gone');
  pool.vms.delete(vm.id);
  pool.vmMs += pool.env.clock.now() - Math.max(vm.requestedAt, pool.startedAt);
  emit(pool, 'vm-gone', vm.id, { vmId: vm.vmId });
  sample(pool);
}

/** Uniform: numbers, given again after a delete. Flexible: names of VMs. */
function newId(pool: PoolState): string {
  if (pool.mode === 'Flexible') {
    for (;;) {
      const id = `${pool.vmssName}_${pool.random.text(HEX, 8)}`;
      if (!pool.vms.has(id)) return id;
    }
  }
  if (pool.env.flags.reuseIds === 0) return String(pool.nextSeq - 1);
  for (let id = 0; ; id += 1) if (!pool.vms.has(String(id))) return String(id);
}

/** Uniform counts in base 36, Flexible draws; both add six characters to a prefix of at most nine. */
function newComputerName(pool: PoolState, seq: number): string {
  const prefix = pool.vmssName.replaceAll(/[^A-Za-z0-9-]/g, '').slice(0, 9);
  return prefix + (pool.mode === 'Uniform' ? seq.toString(36).toUpperCase().padStart(6, '0') : pool.random.text(BASE36, 6));
}
