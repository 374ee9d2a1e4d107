import type { AdmittedAct } from '../model/decision';
import type { Runner, RunnerService } from '../ports/runnerService';
import type { ScaleSet } from '../ports/scaleSet';
import { fromWrite, type Answer } from './answer';

type DeregisterAct = Extract<AdmittedAct, { kind: 'deregister' }>;

/**
 * Rule 5: takes a ghost or a stale registration off the list. Reads group and instance again just before: nothing is sent unless the entry
 * is all-zero now, and a ghost's machine is absent, or another entry of a stale one's machine is connected. Never forced.
 */
export async function deregisterEntry(
  ports: { readonly runners: RunnerService; readonly scaleSet: ScaleSet },
  act: DeregisterAct,
): Promise<Answer> {
  const { runners } = await ports.runners.readGroup();
  if (runners === undefined) return { answer: 'notNow', text: 'the list of runners is missing' };
  const entry = runners.find((runner) => runner.runnerId === act.runnerId);
  if (entry === undefined) return { answer: 'gone' };
  const obstacle = obstacleOf(act, entry, runners) ?? (await obstacleInAzure(ports.scaleSet, act));
  if (obstacle !== undefined) return { answer: 'notNow', text: obstacle };
  return fromWrite(await ports.runners.deregister(act.runnerId, false));
}

function obstacleOf(act: DeregisterAct, entry: Runner, runners: readonly Runner[]): string | undefined {
  if (entry.runningTasks !== 0 || entry.pendingTasks !== 0) return 'the entry has tasks, or does not say';
  if (act.reason === 'ghost') return undefined;
  if (entry.connected !== false) return 'the entry is connected';
  const name = entry.computerName?.toLowerCase();
  const isReplaced = runners.some((other) => other !== entry && other.connected === true && other.computerName?.toLowerCase() === name);
  return isReplaced ? undefined : 'no other entry of its machine is connected';
}

async function obstacleInAzure(scaleSet: ScaleSet, act: DeregisterAct): Promise<string | undefined> {
  if (act.instanceId === undefined) return undefined;
  const state = await scaleSet.readState();
  const instance = await scaleSet.readInstance(state.mode, act.instanceId);
  const isPresent = instance !== undefined && (act.vmId === undefined || instance.vmId === act.vmId);
  if (act.reason === 'ghost') return isPresent ? 'the instance is there' : undefined;
  return isPresent ? undefined : 'the instance is gone';
}
