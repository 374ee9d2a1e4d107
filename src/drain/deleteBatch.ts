import type { DrainRecord } from '../model/drain';
import type { DeleteAnswer, TurnOver } from '../persist/deletion';
import { ServiceError } from '../errors';
import type { Instance } from '../ports/scaleSet';
import type { Runner } from '../ports/runnerService';
import { sameMachine } from '../poll/identity';
import { line, mayStillAct, type Grant, type StepLine, type StepPorts } from './steps';

export interface BatchAnswer {
  readonly answers: TurnOver['answers'];
  readonly operation: string | undefined;
  readonly line: StepLine;
}

/** Above this many a list costs fewer calls than single reads. */
const SINGLE_READS = 3;

type Answers = Record<string, { answer: DeleteAnswer; code?: string; text?: string; right?: boolean }>;

/**
 * The one deleting step of a pool. Reads group and instances again: what is gone, or bears another vmId, is done; what Azure deletes
 * already needs nothing; a machine with a living entry is left alone. The rest goes in one batch by id, and a batch that is refused for
 * one id goes again one by one, so that one lock holds nobody else up.
 */
export async function deleteBatch(
  ports: StepPorts,
  leader: Pick<DrainRecord, 'id'>,
  batch: readonly DrainRecord[],
  grant: Grant,
): Promise<BatchAnswer> {
  const answers: Answers = {};
  try {
    if (!(await mayStillAct(ports, leader, grant))) return over(ports, answerAll(batch, 'late'), undefined);
    const group = await ports.runners.readGroup();
    const state = await ports.scaleSet.readState();
    const present = await readInstances(ports, batch, state);
    const ready: DrainRecord[] = [];
    for (const record of batch) {
      const instance = present.get(record.vmId);
      const verdict = judge(record, instance, group.runners);
      if (verdict === undefined) ready.push(record);
      else answers[record.id] = { answer: verdict };
    }
    const operation = ready.length === 0 ? undefined : await send(ports, ready, answers);
    return over(ports, answers, operation);
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return over(ports, { ...answerAll(batch, 'unknown', error.code), ...answers }, undefined);
  }
}

async function readInstances(
  ports: StepPorts,
  batch: readonly DrainRecord[],
  state: { readonly mode: 'Uniform' | 'Flexible'; readonly uniqueId: string },
): Promise<ReadonlyMap<string, Instance>> {
  const all =
    batch.length > SINGLE_READS
      ? await ports.scaleSet.listInstances(state)
      : await Promise.all(batch.map((record) => ports.scaleSet.readInstance(state.mode, record.instanceId)));
  return new Map(all.filter((instance) => instance !== undefined).map((instance) => [instance.vmId, instance]));
}

/** Undefined: it may be deleted. Unknown tasks of an entry count as tasks. */
function judge(record: DrainRecord, instance: Instance | undefined, runners: readonly Runner[] | undefined): DeleteAnswer | undefined {
  if (instance === undefined || instance.vmId !== record.vmId) return 'gone';
  if (instance.provisioningState === 'Deleting') return 'deleting';
  // A person's protection holds even a committed drain: it waits and asks again.
  if (instance.isProtected === true) return 'protected';
  if (runners === undefined && record.kind !== 'runner') return 'unknown';
  const entries = (runners ?? []).filter((runner) => sameMachine(runner.computerName, instance.computerName ?? record.computerName));
  const alive = entries.filter((runner) => runner.connected === true || runner.runningTasks !== 0 || runner.pendingTasks !== 0);
  if (alive.length === 0) return undefined;
  return alive.some((runner) => runner.connected === true && runner.runnerId !== record.runnerId) ? 'back' : 'rival';
}

async function send(ports: StepPorts, ready: readonly DrainRecord[], answers: Answers): Promise<string | undefined> {
  const outcome = await ports.scaleSet.deleteInstances(ready.map((record) => record.instanceId));
  if (outcome.kind === 'accepted') {
    for (const record of ready) answers[record.id] = { answer: 'deleting' };
    return outcome.operation;
  }
  const refusedForGood = outcome.kind === 'refused' && outcome.status !== 409 && outcome.status !== 429;
  if (refusedForGood && ready.length > 1 && outcome.status !== 403) {
    let operation: string | undefined;
    for (const record of ready) operation = (await send(ports, [record], answers)) ?? operation;
    return operation;
  }
  for (const record of ready) {
    if (outcome.kind === 'refused' && refusedForGood) {
      const right = outcome.status === 403;
      answers[record.id] = { answer: 'refused', code: outcome.code, text: outcome.text, right };
    } else answers[record.id] = { answer: 'unknown', ...('code' in outcome ? { code: outcome.code } : {}) };
  }
  return undefined;
}

function answerAll(batch: readonly DrainRecord[], answer: DeleteAnswer, code?: string): Answers {
  return Object.fromEntries(batch.map((record) => [record.id, { answer, ...(code === undefined ? {} : { code }) }]));
}

function over(ports: StepPorts, answers: Answers, operation: string | undefined): BatchAnswer {
  const words = Object.values(answers).map(({ answer, code }) => (code === undefined ? answer : `${answer} (${code})`));
  return { answers, operation, line: line(ports, 'delete', words.join(', ')) };
}
