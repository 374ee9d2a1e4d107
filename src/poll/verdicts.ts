import type { RunnerGroup } from '../ports/runnerService';
import { tasksOf, type Fleet } from './fleet';
import type { FleetMemory } from './fleetMemory';
import { machinesOf } from './identity';

/** The platform's pages end at so many: a list of that length, or a multiple of it, may go on, and nothing would say so. */
const PAGE = 100;

const listedIn = (group: RunnerGroup): number => (group.runners?.length ?? 0) + group.anonymous;

export const looksCut = (group: RunnerGroup): boolean => listedIn(group) > 0 && listedIn(group) % PAGE === 0;

/**
 * Whether an entry that this list lacks may stand behind its end: it looks cut, and some machine that has shown a runner has none in it.
 * A fleet of just so many runners hides none. `leaving`: vmIds whose entries we took off ourselves. Without a memory of the fleet it may.
 */
export function mayHide(group: RunnerGroup, fleet: FleetMemory | undefined, leaving: readonly string[]): boolean {
  if (!looksCut(group)) return false;
  if (fleet === undefined) return true;
  const listed = new Set(group.runners?.map(({ runnerId }) => runnerId));
  const named = new Set(group.runners?.flatMap(({ computerName }) => machinesOf(computerName)));
  return Object.entries(fleet.instances).some(([vmId, { name, shown, gone, deleting, deregistered }]) => {
    const isOver = gone === true || deleting !== undefined || deregistered !== undefined || leaving.includes(vmId);
    if (isOver || shown.length === 0) return false;
    return !shown.some((runnerId) => listed.has(runnerId)) && !(name !== undefined && named.has(name.toLowerCase()));
  });
}

/** Why no instance may be called stray or lost on this reading; undefined where nothing speaks against it. */
export function obstacleToVerdicts(fleet: FleetMemory, group: RunnerGroup): string | undefined {
  const runners = group.runners ?? [];
  const wasSeen = fleet.runningSeen === true;
  if (group.running !== undefined) fleet.runningSeen = true;
  if (looksCut(group)) return `the list of runners is ${listedIn(group)} long and may have been cut`;
  if (group.anonymous > 0) return `${group.anonymous} of the runners listed bear no id: each may be that of any instance`;
  if (group.running === undefined) return wasSeen ? 'RunningWorkflowsCount, which was sent before, is missing' : undefined;
  const tasks = runners.reduce((sum, runner) => sum + (tasksOf(runner) ?? 0), 0);
  return group.running > tasks ? `${group.running} jobs run, and the listed runners have ${tasks}: some runner is not listed` : undefined;
}

/** Remembers since when each instance has had no verdict. Mutates the instances' memory. */
export function noteUnjudged({ members }: Fleet, now: number): void {
  for (const { state, memory } of members) {
    if (state === 'unjudged') memory.unjudged ??= now;
    else delete memory.unjudged;
  }
}
