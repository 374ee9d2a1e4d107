import type { DrainRecord, DrainTiming } from '../model/drain';
import type { DeleteResult, TurnOver } from '../persist/deletion';
import { ServiceError } from '../errors';
import type { Instance, ScaleSetState } from '../ports/scaleSet';
import { isDeleting } from '../poll/sighting';
import { isNameless, speaksFor } from '../poll/speaksFor';
import { looksCut, mayHide } from '../poll/verdicts';
import { answerOf, isOfOne } from './deleteAnswer';
import { mayStandWithoutId, obstacleTo } from './deleteObstacle';
import { mayStillAct, type Grant } from './grant';
import { NONE, readInstances } from './batchInstances';
import { isListEmpty, line, poolOf, readFleet, readStateIfAny, type StepLine, type StepPorts } from './steps';

export interface BatchAnswer {
  readonly answers: TurnOver['answers'];
  /** The operation to look at on the next turn. */
  readonly operation: string | undefined;
  readonly line: StepLine;
}

/** A leader's grant, with the operation of the delete before it. */
export interface BatchGrant extends Grant {
  readonly operation?: string | undefined;
}

type Answers = Record<string, DeleteResult>;
type Timing = Pick<DrainTiming, 'boot' | 'minute'>;

/**
 * The one deleting step of a pool. Reads the instances again: what is gone, or bears another vmId, is done; what Azure deletes already needs
 * nothing. Then looks how the last delete ended, for a delete that was taken may be preempted later. The group comes last of all: a stray
 * may register at any moment, and be given a job at once (seed 77104: 0.3 s before its delete); a machine with a living entry is left alone.
 * The rest goes in one batch by id.
 */
export async function deleteBatch(
  ports: StepPorts,
  leader: Pick<DrainRecord, 'id'>,
  batch: readonly DrainRecord[],
  grant: BatchGrant,
  timing: Timing,
): Promise<BatchAnswer> {
  const answers: Answers = {};
  const over = (operation: string | undefined): BatchAnswer => ({ answers, operation, line: line(ports, 'delete', wordsOf(answers)) });
  const rest = (result: DeleteResult): void => {
    for (const { id } of batch) answers[id] ??= result;
  };
  try {
    if (!(await mayStillAct(ports, leader, grant))) {
      rest({ answer: 'late' });
      return over(grant.operation);
    }
    const standing = await readStanding(ports, batch, answers);
    if (standing === undefined) return over(grant.operation);
    const last = await lastOperation(ports, grant.operation);
    const ready = await judgeAll(ports, leader, batch, { ...standing, timing }, answers);
    if (ready.length === 0) return over(grant.operation);
    const due = ready.filter((record) => !(last.isRunning && record.phase === 'deleting'));
    for (const record of ready) if (!due.includes(record)) answers[record.id] = { answer: 'deleting' };
    const sent = due.length === 0 ? undefined : await send(ports, due, answers, grant);
    if (last.code !== undefined) noteFailure(ready, answers, last.code);
    return over(sent ?? (last.isRunning ? grant.operation : undefined));
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    rest({ answer: 'unknown', code: error.code });
    return over(grant.operation);
  }
}

interface Standing {
  readonly state: ScaleSetState;
  readonly machines: readonly { readonly record: DrainRecord; readonly instance: Instance }[];
}

/** Answers what needs no delete; undefined: none does. */
async function readStanding(ports: StepPorts, batch: readonly DrainRecord[], answers: Answers): Promise<Standing | undefined> {
  const state = await readStateIfAny(ports);
  const { present, unseen } = state === undefined ? NONE : await readInstances(ports, batch, state);
  const machines: { record: DrainRecord; instance: Instance }[] = [];
  for (const record of batch) {
    const instance = present.get(record.vmId);
    if (instance === undefined)
      answers[record.id] = unseen.has(record.id) ? { answer: 'unknown', code: 'azure-unlisted' } : { answer: 'gone' };
    else if (isDeleting(instance)) answers[record.id] = { answer: 'deleting' };
    else machines.push({ record, instance });
  }
  return state === undefined || machines.length === 0 ? undefined : { state, machines };
}

/** Answers what must not be deleted now, and returns what may be. */
async function judgeAll(
  ports: StepPorts,
  leader: Pick<DrainRecord, 'id'>,
  batch: readonly DrainRecord[],
  { state, machines, timing }: Standing & { readonly timing: Timing },
  answers: Answers,
): Promise<DrainRecord[]> {
  const group = await ports.runners.readGroup();
  const runners = group.runners ?? (await emptyIfNoneIsExpected(ports, leader, state, timing));
  const ready: DrainRecord[] = [];
  const leaving = batch.map(({ vmId }) => vmId);
  const isPuzzle = looksCut(group) || runners?.some(isNameless) === true;
  const fleet = isPuzzle ? await readFleet(ports, poolOf(leader)) : undefined;
  const isCut = mayHide(group, fleet, leaving);
  const reading = { now: ports.clock.now(), boot: timing.boot };
  for (const { record, instance } of machines) {
    const unreadable = group.anonymous > 0 && mayStandWithoutId(record, reading.now, timing);
    const machine = { vmId: record.vmId, computerName: instance.computerName ?? record.computerName };
    const obstacle = obstacleTo(record, instance, unreadable ? undefined : runners, (runner) => speaksFor(runner, machine, fleet, reading));
    // The living entry of a machine that registered again may stand behind the end of the list.
    if (obstacle === undefined && isCut) answers[record.id] = { answer: 'unknown', code: 'sg-list-cut' };
    else if (obstacle === undefined) ready.push(record);
    else answers[record.id] = obstacle;
  }
  return ready;
}

async function emptyIfNoneIsExpected(
  ports: StepPorts,
  leader: Pick<DrainRecord, 'id'>,
  state: ScaleSetState,
  timing: Timing,
): Promise<[] | undefined> {
  return (await isListEmpty(ports, state, await readFleet(ports, poolOf(leader)), timing)) ? [] : undefined;
}

interface LastOperation {
  readonly isRunning: boolean;
  /** Why it failed. */
  readonly code?: string;
}

/** An operation that cannot be read holds nothing up: a second delete of the same VM does no harm. */
async function lastOperation(ports: StepPorts, operation: string | undefined): Promise<LastOperation> {
  if (operation === undefined) return { isRunning: false };
  try {
    const result = await ports.scaleSet.readOperation(operation);
    return result.kind === 'failed' ? { isRunning: false, code: result.code } : { isRunning: result.kind === 'running' };
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return { isRunning: false };
  }
}

/** Those whose delete had been taken and failed later: sent again, and status says why. */
function noteFailure(ready: readonly DrainRecord[], answers: Answers, code: string): void {
  for (const { id, phase } of ready) {
    const result = answers[id];
    if (phase === 'deleting' && result?.answer === 'accepted') answers[id] = { ...result, code };
  }
}

/** A batch that is refused for one id goes again one by one, so that one lock holds nobody else up. */
async function send(ports: StepPorts, due: readonly DrainRecord[], answers: Answers, grant: Grant): Promise<string | undefined> {
  if (ports.clock.now() > grant.expiresAt) {
    for (const record of due) answers[record.id] = { answer: 'late' };
    return undefined;
  }
  const outcome = await ports.scaleSet.deleteInstances(due.map((record) => record.instanceId));
  if (!isOfOne(outcome) || due.length === 1) {
    for (const record of due) answers[record.id] = answerOf(outcome);
    return outcome.kind === 'accepted' ? outcome.operation : undefined;
  }
  let operation: string | undefined;
  for (const record of due) {
    operation = (await send(ports, [record], answers, grant)) ?? operation;
    // Azure takes one delete at a time: what is left goes on the next turn.
    if (answers[record.id]?.answer === 'unknown') break;
  }
  for (const record of due) answers[record.id] ??= { answer: 'unknown', code: 'one-at-a-time' };
  return operation;
}

function wordsOf(answers: Answers): string {
  return Object.values(answers)
    .map(({ answer, code }) => (code === undefined ? answer : `${answer} (${code})`))
    .join(', ');
}
