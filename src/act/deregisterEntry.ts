import type { ActOutcome, AdmittedAct } from '../model/decision';
import type { RunnerService } from '../ports/runnerService';
import type { ScaleSet } from '../ports/scaleSet';
import { fromWrite } from './act';

type DeregisterAct = Extract<AdmittedAct, { kind: 'deregister' }>;

/**
 * Rule 5: takes a ghost or a stale registration off the list. Reads group and instance again just before: nothing is sent unless the entry
 * is all-zero now, and a ghost's machine is absent, or another entry of a stale one's machine is connected. Never forced.
 */
export async function deregisterEntry(
  ports: { readonly runners: RunnerService; readonly scaleSet: ScaleSet },
  act: DeregisterAct,
): Promise<Omit<ActOutcome, 'act'>> {
  const group = await ports.runners.readGroup();
  const entry = group.runners?.find((runner) => runner.runnerId === act.runnerId);
  if (group.runners === undefined) return { answer: 'notNow', text: 'the list of runners is missing' };
  if (entry === undefined) return { answer: 'gone' };
  if (entry.runningTasks !== 0 || entry.pendingTasks !== 0) return { answer: 'notNow', text: 'the entry has tasks, or does not say' };
  if (entry.connected !== false && act.reason === 'stale') return { answer: 'notNow', text: 'the entry is connected' };
  if (act.instanceId !== undefined) {
    const state = await ports.scaleSet.readState();
    const instance = await ports.scaleSet.readInstance(state.mode, act.instanceId);
    const present = instance !== undefined && (act.vmId === undefined || instance.vmId === act.vmId);
    if (act.reason === 'ghost' && present) return { answer: 'notNow', text: 'the instance is there' };
    if (act.reason === 'stale' && !present) return { answer: 'notNow', text: 'the instance is gone' };
  }
  const name = entry.computerName?.toLowerCase();
  const connected = group.runners.some(
    (other) => other !== entry && other.connected === true && other.computerName?.toLowerCase() === name,
  );
  if (act.reason === 'stale' && !connected) return { answer: 'notNow', text: 'no other entry of its machine is connected' };
  return fromWrite(await ports.runners.deregister(act.runnerId, false));
}
