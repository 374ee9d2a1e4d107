import { inService } from '../invariants/court';
import { isOver } from '../../host/storage';
import type { PoolState } from '../../world/state';
import type { Stage } from '../stage';
import { memoryOf } from './onePool';

/** What still has to happen before everything that was begun has ended; undefined: the pool is at rest, with `runners` in service. */
export function unrest(stage: Stage, pool: PoolState, runners: number): string | undefined {
  const host = stage.app.host();
  if (host === undefined) return 'the app is down';
  const open = pool.jobs.filter(({ state }) => state !== 'done' && state !== 'killed').length;
  if (open > 0) return `${String(open)} jobs are not done`;
  const recorded = Object.keys(memoryOf(stage, pool)?.drains ?? {});
  if (recorded.length > 0) return `drains are recorded: ${recorded.join(', ')}`;
  for (const [id, { row }] of host.engine.instances)
    if (/^(?:scalein|drain|command|normalize)-/.test(id) && !isOver(row.status)) return `${id} has not ended`;
  const entries = [...pool.entries.values()];
  const odd = entries.find((entry) => entry.status !== 'ACTIVE' || pool.vms.get(entry.vm.id) !== entry.vm);
  if (odd !== undefined) return `runner ${odd.runnerId} is ${odd.status}${pool.vms.get(odd.vm.id) === odd.vm ? '' : ', its VM is gone'}`;
  const serving = [...pool.vms.values()].filter((vm) => inService(vm) !== undefined).length;
  if (serving !== runners || pool.vms.size !== runners || entries.length !== runners)
    return `${String(serving)} runners of ${String(pool.vms.size)} VMs are in service, ${String(runners)} should be`;
  return undefined;
}
