import type { Sighting } from '../model/drain';
import type { Runner, RunnerGroup } from '../ports/runnerService';
import type { Instance } from '../ports/scaleSet';
import type { FleetMemory } from './fleetMemory';
import { sameMachine } from './identity';

/** The part of a drain record that identifies its runner and its machine. */
export interface Sought {
  readonly runnerId: string | undefined;
  readonly vmId: string;
  readonly instanceId: string;
  readonly computerName: string;
}

export function isDeleting(instance: Pick<Instance, 'provisioningState'>): boolean {
  return instance.provisioningState.toLowerCase() === 'deleting';
}

/** Failed, stopped or deallocated (rule 5). */
export function isBad({ provisioningState, power }: Instance): boolean {
  return provisioningState.toLowerCase() === 'failed' || power === 'stopped' || power === 'deallocated';
}

/** Both counts told and zero. */
export function isZero(runner: Runner): boolean {
  return runner.runningTasks === 0 && runner.pendingTasks === 0;
}

/** Connected or with tasks, each unknown counting against us (I1): such an entry beside ours stops a commit. */
export function isAlive(runner: Runner): boolean {
  return runner.connected !== false || !isZero(runner);
}

/**
 * What one reading says of a drain's runner, its instance and other entries on that machine. Undefined where the group told no list: no
 * entry can then be called unlisted.
 */
export function sightingOf(
  sought: Sought,
  group: Pick<RunnerGroup, 'runners'>,
  instances: readonly Instance[],
  fleet: Pick<FleetMemory, 'instances' | 'runners'> | undefined,
  now: number,
): Sighting | undefined {
  const runners = group.runners;
  if (runners === undefined) return undefined;
  const instance = instances.find((one) => one.vmId === sought.vmId);
  const name = instance?.computerName ?? sought.computerName;
  const runner = sought.runnerId === undefined ? undefined : runners.find((one) => one.runnerId === sought.runnerId);
  const entry = sought.runnerId === undefined ? undefined : fleet?.runners[sought.runnerId];
  const vmSeen = fleet?.instances[sought.vmId]?.firstSeen;
  const others = runners.filter((one) => one.runnerId !== sought.runnerId && sameMachine(one.computerName, name));
  const successor = others.find((one) => one.connected === true)?.runnerId;
  return {
    at: now,
    runner: runner ? 'listed' : 'unlisted',
    status: runner?.status,
    connected: runner?.connected,
    running: runner?.runningTasks,
    pending: runner?.pendingTasks,
    instance: instance
      ? isDeleting(instance)
        ? 'deleting'
        : 'present'
      : instances.some((one) => one.id === sought.instanceId)
        ? 'other'
        : 'gone',
    nameMatches: runner !== undefined && instance?.computerName !== undefined && sameMachine(runner.computerName, instance.computerName),
    rivals: others
      .filter(isAlive)
      .map((one) => one.runnerId)
      .slice(0, 5),
    ...(successor === undefined ? {} : { successor }),
    ...(instance?.isProtected === true ? { isProtected: true } : {}),
    // Where the poll matched the two by the VM's own time of creation (a list lacked the VM at first), they belong together here too.
    olderThanVm: entry !== undefined && vmSeen !== undefined && entry.firstSeen < vmSeen && entry.vmId !== sought.vmId,
  };
}
