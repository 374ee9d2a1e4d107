import type { Runner, RunnerGroup } from '../ports/runnerService';
import type { Instance } from '../ports/scaleSet';
import { machinesOf } from './identity';
import type { Sought } from './sighting';

export interface Narrowed {
  readonly group: Pick<RunnerGroup, 'runners'>;
  readonly instances: readonly Instance[];
}

/** The few entries and instances that concern one drain, by one look-up: hundreds of drains must not each walk a list of a thousand. */
export function narrowing(group: Pick<RunnerGroup, 'runners'>, instances: readonly Instance[]): (sought: Sought) => Narrowed {
  const byId = new Map<string, Runner>();
  const byMachine = new Map<string, Runner[]>();
  for (const runner of group.runners ?? []) {
    byId.set(runner.runnerId, runner);
    for (const name of machinesOf(runner.computerName)) byMachine.set(name, [...(byMachine.get(name) ?? []), runner]);
  }
  const byVmId = new Map(instances.map((instance) => [instance.vmId, instance]));
  const byInstance = new Map(instances.map((instance) => [instance.id, instance]));
  return (sought) => {
    const own = sought.runnerId === undefined ? undefined : byId.get(sought.runnerId);
    const instance = byVmId.get(sought.vmId);
    const name = (instance?.computerName ?? sought.computerName).toLowerCase();
    const beside = (byMachine.get(name) ?? []).filter((runner) => runner !== own);
    const found = [instance, byInstance.get(sought.instanceId)].filter((each) => each !== undefined);
    const runners = group.runners === undefined ? undefined : own === undefined ? beside : [own, ...beside];
    return { group: { runners }, instances: found };
  };
}
