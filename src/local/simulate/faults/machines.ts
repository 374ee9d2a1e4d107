import type { VmFault } from '../../world/faults';
import { anyPool, between, chance, episodes, every, HOUR, livingVms, pick, SECOND } from './schedule';
import type { FaultContext, FaultKind } from './types';
import type { PoolState, Vm } from '../../world/state';

/** VMs that do not do what VMs should. */

const kind = (name: string, sentence: string, install: (context: FaultContext) => void): FaultKind => ({
  name,
  area: 'azure',
  sentence,
  install,
});

const onCreate = (context: FaultContext, share: number, fault: (pool: PoolState, vm: Vm) => VmFault | undefined): void =>
  context.hook({
    onVm: (pool, vm) => {
      if (!chance(context, share)) return undefined;
      const done = fault(pool, vm);
      if (done !== undefined) context.count(vm.id);
      return done;
    },
  });

function onVms(context: FaultContext, mean: number, deed: (pool: PoolState, vm: Vm) => boolean): void {
  every(context, mean, () => {
    const pool = anyPool(context);
    const vm = pool === undefined ? undefined : pick(context, livingVms(pool));
    if (pool !== undefined && vm !== undefined && deed(pool, vm)) context.count(vm.vmId);
  });
}

export const MACHINE_FAULTS: readonly FaultKind[] = [
  kind('vm-never-boots', 'A VM stays Creating for ever.', (context) => onCreate(context, 0.02, () => ({ neverBoots: true }))),
  kind('vm-never-registers', 'A VM runs and its runner never shows.', (context) =>
    onCreate(context, 0.02, () => ({ neverRegisters: true })),
  ),
  kind('vm-boots-late', 'A VM takes many minutes, sometimes longer than its boot allowance.', (context) =>
    onCreate(context, 0.04, () => ({ bootSeconds: between(context, 180, 1_500) })),
  ),
  kind('vm-fails-provisioning', 'The provisioning of a VM fails.', (context) => onCreate(context, 0.03, () => ({ fails: true }))),
  kind('boots-fail-for-hours', 'No VM registers for hours.', (context) => {
    const bad = episodes(context, 60 * HOUR, [0.5 * HOUR, 4 * HOUR]);
    context.hook({
      onVm: () => {
        if (!bad.isOn()) return undefined;
        context.count();
        return { neverRegisters: true };
      },
    });
  }),
  kind('vm-dies-with-job', 'A VM dies some time after its task began.', (context) =>
    context.hook({
      onTask: (pool, _job, entry) => {
        if (!chance(context, 0.004)) return undefined;
        const { vm } = entry;
        const { clock, until } = context;
        clock.at(Math.min(clock.now() + between(context, 10, 600) * SECOND, until - 1), () => {
          if (vm.jobs.size > 0 && context.world.mishaps(pool.name).powerOff(vm.vmId)) context.count(vm.vmId);
        });
        return undefined;
      },
    }),
  ),
  kind('vm-evicted', 'Azure evicts a VM.', (context) =>
    onVms(context, 16 * HOUR, (pool, vm) => context.world.mishaps(pool.name).evict(vm.vmId)),
  ),
  kind('agent-dies', 'The agent of a VM dies; the VM runs on.', (context) =>
    onVms(context, 20 * HOUR, (pool, vm) => context.world.mishaps(pool.name).killAgent(vm.vmId)),
  ),
  kind('instance-id-changes', 'Azure makes a VM again under another instance id (resilient create).', (context) =>
    context.hook({
      onVm: (pool, vm) => {
        if (pool.mode !== 'Uniform' || !chance(context, 0.05)) return undefined;
        const { clock } = context;
        clock.at(clock.now() + between(context, 20, 80) * SECOND, () => {
          if (vm.provisioningState === 'Creating' && context.world.mishaps(pool.name).renumber(vm.vmId)) context.count(vm.vmId);
        });
        return undefined;
      },
    }),
  ),
  kind('instance-id-used-again', 'A new VM has the instance id of one that is gone.', (context) => {
    const known = new Map<string, string>();
    context.hook({
      onVm: (pool, vm) => {
        const key = `${pool.name} ${vm.id}`;
        const before = known.get(key);
        known.set(key, vm.vmId);
        if (before !== undefined && before !== vm.vmId && context.clock.now() < context.until) context.count(vm.id);
        return undefined;
      },
    });
  }),
  kind('computer-name-used-again', 'A new VM has the computer name of one that is gone.', (context) => {
    const names = new Map<PoolState, string[]>();
    context.hook({
      onVm: (pool, vm) => {
        const known = names.get(pool) ?? [];
        names.set(pool, [...known, vm.computerName].slice(-20));
        if (!chance(context, 0.08)) return undefined;
        const present = new Set([...pool.vms.values()].map((each) => each.computerName));
        const computerName = known.find((name) => !present.has(name));
        if (computerName === undefined) return undefined;
        context.count(computerName);
        return { computerName };
      },
    });
  }),
];
