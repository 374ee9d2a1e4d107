import { writeCapacity } from './capacity';
import { deregister, type EntryAnswer, setStatus } from './entries';
import { killJobs, place } from './jobs';
import { emit, type Entry, type PoolState, seconds, type Vm } from './state';
import { die, register, renumber, running, startDeleting, vanish } from './vms';

/** Deeds of Azure, of people and of chance, beside every API. Each returns whether it found what it was to be done to. */
export interface Mishaps {
  /** Eviction: gone at once, nobody asked; sku.capacity stays as it was on Flexible and falls on Uniform. */
  evict(vmId: string): boolean;
  /** Deleted by hand: as an accepted delete. */
  deleteByHand(vmId: string): boolean;
  powerOff(vmId: string): boolean;
  /** The agent's process dies; the VM runs on. */
  killAgent(vmId: string): boolean;
  /** Same VM and name, data lost: after boot and registration a new entry; the old one stays. */
  reimage(vmId: string): boolean;
  /** Resilient create: the same VM under another instance id. */
  renumber(vmId: string): boolean;
  /** A second entry for a living VM; its agent listens to the newer one. */
  doubleRegistration(vmId: string): boolean;
  /** agentConnected reads false for so long, while everything runs on. */
  flap(runnerId: string, forSeconds: number): boolean;
  /** An entry that no agent uses any more reads as disconnected, so much later. */
  disconnect(runnerId: string, afterSeconds: number): void;
  /** The entry is not listed for so long. */
  vanishRunner(runnerId: string, forSeconds: number): boolean;
  setStatus(runnerId: string, status: string): EntryAnswer;
  deregister(runnerId: string, force: boolean): EntryAnswer;
  /** A second writer (portal, autoscale settings): no If-Match asked. */
  setCapacity(capacity: number, cause?: string): boolean;
  /** sku.capacity moves without any VM moving (drift on Flexible; a failed growth). */
  driftCapacity(capacity: number): boolean;
  /** Any write of the model by another: the ETag moves. */
  touch(): boolean;
  /** The scale set is made anew under its name: another uniqueId, no VMs. */
  recreate(): boolean;
  /** A line for RunnerRegistrationErrors. */
  addRegistrationError(text: string): boolean;
}

const HAND = 'by hand';

export function createMishaps(pool: PoolState): Mishaps {
  const { clock, flags } = pool.env;
  const ofVm =
    (act: (vm: Vm) => void) =>
    (vmId: string): boolean => {
      const vm = [...pool.vms.values()].find((each) => each.vmId === vmId);
      if (vm === undefined || vm.provisioningState === 'Deleting') return false;
      act(vm);
      return true;
    };
  const always = (act: () => void): boolean => {
    act();
    return true;
  };
  const shrink = (vm: Vm): void => {
    if (pool.mode === 'Uniform' && vm.uncounted === undefined) pool.capacity = Math.max(0, pool.capacity - 1);
    vm.uncounted = true;
    pool.etag += 1;
  };
  return {
    evict: ofVm((vm) => {
      shrink(vm);
      die(pool, vm, 'evicted');
      vanish(pool, vm);
    }),
    deleteByHand: ofVm((vm) => {
      shrink(vm);
      startDeleting(pool, vm, seconds(flags.deleteSeconds), HAND);
    }),
    powerOff: ofVm((vm) => {
      die(pool, vm, 'powered off');
      vm.power = 'stopped';
    }),
    killAgent: ofVm((vm) => die(pool, vm, 'agent died')),
    reimage: ofVm((vm) => {
      die(pool, vm, 'reimaged');
      vm.entry = undefined;
      vm.power = 'starting';
      const boot = clock.now() + seconds(flags.bootSeconds);
      vm.registerDue = boot + seconds(flags.registerSeconds);
      vm.cancels.push(
        clock.at(boot, () => running(pool, vm)),
        clock.at(vm.registerDue, () => register(pool, vm)),
      );
    }),
    renumber: ofVm((vm) => renumber(pool, vm)),
    doubleRegistration: (vmId) => {
      const vm = [...pool.vms.values()].find((each) => each.vmId === vmId);
      if (vm?.alive !== true || vm.entry === undefined) return false;
      register(pool, vm);
      return true;
    },
    flap: (runnerId, forSeconds) => {
      const entry = pool.entries.get(runnerId);
      if (entry?.connected !== true) return false;
      connect(pool, entry, false);
      clock.at(clock.now() + seconds(forSeconds), () => {
        if (entry.vm.alive && entry.vm.entry === entry) connect(pool, entry, true);
      });
      return true;
    },
    disconnect: (runnerId, afterSeconds) => {
      const entry = pool.entries.get(runnerId);
      clock.at(clock.now() + seconds(afterSeconds), () => {
        if (entry?.connected === true && entry.vm.entry !== entry) connect(pool, entry, false);
      });
    },
    vanishRunner: (runnerId, forSeconds) => {
      const entry = pool.entries.get(runnerId);
      if (entry === undefined) return false;
      pool.entries.delete(runnerId);
      clock.at(clock.now() + seconds(forSeconds), () => {
        pool.entries.set(runnerId, entry);
        place(pool);
      });
      return true;
    },
    setStatus: (runnerId, status) => setStatus(pool, runnerId, status, HAND),
    deregister: (runnerId, force) => deregister(pool, runnerId, force, HAND),
    setCapacity: (capacity, cause = 'second writer') => writeCapacity(pool, capacity, cause).ok,
    driftCapacity: (capacity) =>
      always(() => {
        pool.capacity = capacity;
        pool.etag += 1;
      }),
    touch: () => always(() => void (pool.etag += 1)),
    recreate: () =>
      always(() => {
        for (const vm of [...pool.vms.values()]) {
          killJobs(pool, vm, 'recreated');
          vanish(pool, vm);
        }
        pool.uniqueId = pool.random.uuid();
        pool.capacity = 0;
        pool.etag += 1;
      }),
    addRegistrationError: (text) => always(() => void pool.registrationErrors.push(text)),
  };
}

function connect(pool: PoolState, entry: Entry, connected: boolean): void {
  entry.connected = connected;
  emit(pool, connected ? 'runner-connected' : 'runner-disconnected', entry.runnerId, { vmId: entry.vm.vmId, note: 'flap' });
  if (connected) place(pool);
}
