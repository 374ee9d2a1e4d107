import type { AdmittedAct } from '../model/decision';
import type { Runner, RunnerService } from '../ports/runnerService';
import type { Instance, ScaleSet } from '../ports/scaleSet';
import { sameMachine } from '../poll/identity';
import { isDeleting, isZero } from '../poll/sighting';
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
  const group = await ports.runners.readGroup();
  if (group.runners === undefined) return { answer: 'notNow', text: 'the list of runners is missing' };
  const entry = group.runners.find((runner) => runner.runnerId === act.runnerId);
  if (entry === undefined) return { answer: 'gone' };
  const { mode } = await ports.scaleSet.readState();
  const instance = act.instanceId === undefined ? undefined : await ports.scaleSet.readInstance(mode, act.instanceId);
  const obstacle = obstacleTo(act, entry, group.runners, instance);
  if (obstacle !== undefined) return { answer: 'notNow', text: obstacle };
  return fromWrite(await ports.runners.deregister(act.runnerId, false));
}

function obstacleTo(act: DeregisterAct, entry: Runner, runners: readonly Runner[], instance: Instance | undefined): string | undefined {
  if (!isZero(entry)) return 'the entry has tasks, or does not say';
  if (act.instanceId === undefined || act.vmId === undefined) return 'its instance is not known';
  // An id is used again: another vmId there is another machine.
  const machine = instance?.vmId === act.vmId ? instance : undefined;
  if (act.reason === 'ghost') {
    if (entry.connected === true) return 'the entry is connected';
    return machine === undefined ? undefined : 'the instance is there';
  }
  if (entry.connected !== false) return 'the entry is connected, or does not say';
  if (machine === undefined || isDeleting(machine)) return 'the instance is gone';
  const other = runners.some(
    (each) => each.runnerId !== entry.runnerId && each.connected === true && sameMachine(each.computerName, machine.computerName),
  );
  return other ? undefined : 'no other entry of its machine is connected';
}
