import { MOST_TEXT } from '../errors';
import type { DrainRecord } from '../model/drain';
import { ENGINE_MINUTE } from '../model/engineTime';
import type { PoolMemory } from '../model/pool';
import type { DrainAsk } from './drainOperations';
import { noteDeletes } from './growth';
import { ATTEMPT_MINUTES, grantAttempt, heldBy, noteAlive, protectedBy, removeRecord, setPhase } from './records';

/** The one deleting step of a pool: drains ask for a turn; the first to ask while none is in flight leads a batch for all. */
export type Turn =
  | {
      readonly turn: 'lead';
      readonly batch: readonly DrainRecord[];
      /** The last delete's operation, whose result the leader reads first. */
      readonly operation: string | undefined;
      readonly attempt: string;
      readonly expiresAt: number;
    }
  | { readonly turn: 'wait'; readonly until: number }
  | { readonly turn: 'end'; readonly outcome: 'deleted' | 'instance-gone' | 'runner-replaced' | 'not-wanted' };

export type DeleteAnswer =
  /** It is gone, or its id belongs to another VM now. */
  | 'gone'
  /** Azure took our delete. */
  | 'accepted'
  /** Deleting already, or its delete is being carried out. */
  | 'deleting'
  /** An entry of this machine is alive: ask again. */
  | 'rival'
  /** The instance carries a person's protection: ask again. */
  | 'protected'
  /** Another RunnerId is connected there: the VM is back in the fleet. */
  | 'back'
  /** Not without a change by a person: a missing right, a lock, a policy. */
  | 'refused'
  /** The reading or the answer failed: ask again. */
  | 'unknown'
  | 'late';

export interface DeleteResult {
  readonly answer: DeleteAnswer;
  readonly code?: string;
  readonly text?: string;
  /** refused: the right itself is missing. */
  readonly right?: boolean;
}

export interface TurnOver {
  readonly drainId: string;
  readonly attempt: string;
  readonly minute: number;
  readonly second: number;
  readonly answers: Readonly<Record<string, DeleteResult>>;
  /** The operation to look at on the next turn. */
  readonly operation?: string;
}

/**
 * So long a drain waits before its first turn: those that confirm in one poll delete in one batch, where Azure would refuse many calls in
 * parallel. Every VM pays for it; who comes later joins the next batch.
 */
export const GATHER_SECONDS = 3;
const BATCH_LIMIT = 50;
/** A VM is gone some 30 s after its delete: look after 15 s, then ever more slowly, up to every two minutes. */
const PAUSE_SECONDS = [15, 15, 20, 30, 60, 120];
const REFUSED_MINUTES = 10;
/** Of so many that wait for a turn one asks as soon as there may be one. */
const ASKING_OF = 10;
/** The code of a rival that is the drain's own entry: a stale copy shows it for minutes; later the deregister is sent again. */
export const STILL_LISTED = 'still-listed';
export const STILL_LISTED_MINUTES = 5;

/** Asks for a turn. Waits while a batch is in flight, during the pause after one (most a minute longer), and ten minutes after a refusal. */
export function deletionTurn(memory: PoolMemory, ask: DrainAsk & { readonly second: number }, now: number): Turn {
  const record = memory.drains[ask.drainId];
  if (record === undefined) return { turn: 'end', outcome: 'not-wanted' };
  noteAlive(record, now);
  if (record.end === 'gone') return { turn: 'end', outcome: 'deleted' };
  if (record.end === 'back') return { turn: 'end', outcome: 'runner-replaced' };
  if (isOpen(record) && protectedBy(memory, record) !== undefined) {
    removeRecord(memory, record);
    return { turn: 'end', outcome: 'not-wanted' };
  }
  const { deletion } = memory;
  if (!mayDelete(memory, record)) return { turn: 'wait', until: now + ask.minute };
  const wait = (until: number): Turn => ({
    turn: 'wait',
    until: asksAtOnce(memory, record, ask.minute, now) ? until : Math.max(until, now + ask.minute),
  });
  if (deletion.batch !== undefined && deletion.batch.expiresAt > now) return wait(now + 10 * ask.second);
  if (deletion.notBefore !== undefined && deletion.notBefore > now) return wait(deletion.notBefore);
  const refused = refusedUntil(memory, record, ask.minute, now);
  if (refused !== undefined) return { turn: 'wait', until: refused };
  return lead(memory, record, ask, now);
}

/**
 * One leads for all: were every one of a hundred to ask in each pause, the entity would do little else. The tens lie apart in the batches'
 * order, so that of those that a batch leaves over some ask on, and the others do a minute later where they fell silent.
 */
function asksAtOnce(memory: PoolMemory, record: DrainRecord, minute: number, now: number): boolean {
  const waiting = Object.values(memory.drains).filter(
    (each) => mayDelete(memory, each) && refusedUntil(memory, each, minute, now) === undefined,
  );
  return waiting.indexOf(record) % ASKING_OF === 0;
}

function lead(memory: PoolMemory, record: DrainRecord, ask: DrainAsk, now: number): Turn {
  const { deletion } = memory;
  const others = Object.values(memory.drains).filter(
    (other) =>
      other !== record &&
      other.scaleSet === record.scaleSet &&
      mayDelete(memory, other) &&
      !(isOpen(other) && protectedBy(memory, other) !== undefined) &&
      refusedUntil(memory, other, ask.minute, now) === undefined,
  );
  const batch = [record, ...others].slice(0, BATCH_LIMIT);
  noteDeletes(memory, batch.filter(({ phase }) => phase !== 'deleting').length);
  // From here on its delete may be sent: this is the commit of a stray or a lost one.
  for (const each of batch) if (isOpen(each)) setPhase(each, 'deleting', now);
  const expiresAt = now + ATTEMPT_MINUTES * ENGINE_MINUTE;
  const attempt = grantAttempt(record, 'delete', expiresAt);
  deletion.batch = { leader: record.id, attempt, drains: batch.map((each) => each.id), expiresAt };
  return { turn: 'lead', batch: batch.map((each) => ({ ...each })), operation: deletion.operation, attempt, expiresAt };
}

/** The leader's report. What it saw of each VM counts even where another leads by now; pause and operation are the present leader's. */
export function deletionTurnOver(memory: PoolMemory, over: TurnOver, now: number): { readonly done: true } {
  const { deletion } = memory;
  const { answers } = over;
  for (const [id, result] of Object.entries(answers)) {
    const record = memory.drains[id];
    if (record !== undefined) settleDelete(memory, record, result, over.minute, now);
  }
  if (deletion.batch?.attempt !== over.attempt) return { done: true };
  delete deletion.batch;
  const leader = memory.drains[over.drainId];
  if (leader?.attempt?.id === over.attempt) delete leader.attempt;
  if (over.operation === undefined) delete deletion.operation;
  else deletion.operation = over.operation;
  const anyGone = Object.values(answers).some(({ answer }) => answer === 'gone');
  deletion.tries = anyGone ? 0 : deletion.tries + 1;
  const pause = PAUSE_SECONDS[Math.min(deletion.tries, PAUSE_SECONDS.length - 1)] ?? 15;
  deletion.notBefore = now + pause * over.second;
  return { done: true };
}

function settleDelete(memory: PoolMemory, record: DrainRecord, result: DeleteResult, minute: number, now: number): void {
  const { answer, code, text, right } = result;
  const { deletion } = memory;
  switch (answer) {
    case 'gone':
      record.end = 'gone';
      delete deletion.refusals[record.vmId];
      return;
    case 'back':
      record.end = 'back';
      return;
    case 'accepted':
    case 'deleting':
      if (record.phase !== 'deleting') setPhase(record, 'deleting', now);
      put(record, code === undefined ? undefined : `the delete is tried again: ${code}`);
      delete deletion.refusals[record.vmId];
      if (answer === 'accepted') forgive(memory, now);
      return;
    case 'refused':
      deletion.refusals[record.vmId] = { at: now, code: code ?? 'refused', text: (text ?? '').slice(0, MOST_TEXT), right: right === true };
      put(record, `Azure refuses the delete: ${code ?? 'refused'}`);
      return reopen(record);
    case 'rival':
      if (code === STILL_LISTED && record.phase === 'deregistered' && now - record.phaseAt > STILL_LISTED_MINUTES * minute) {
        setPhase(record, 'committed', now);
        record.deregisterSent = true;
      }
      put(record, code === STILL_LISTED ? 'its own entry is still listed' : 'another entry of this machine is alive');
      return reopen(record);
    case 'protected':
      put(record, 'the instance is protected: tag or protectFromScaleSetActions');
      return reopen(record);
    case 'unknown':
      put(record, `the delete is asked for again: ${code ?? 'no answer'}`);
      return;
    case 'late':
      return reopen(record);
  }
}

const put = (record: DrainRecord, note: string | undefined): void => {
  if (note === undefined) delete record.note;
  else record.note = note.slice(0, 120);
};

/** Nothing was sent for it: a stray or a lost one can be protected and held again. */
function reopen(record: DrainRecord): void {
  if (record.kind !== 'runner') record.phase = 'recorded';
}

/** A stray, lost one or reap whose delete was not asked for yet. */
const isOpen = (record: DrainRecord): boolean => record.kind !== 'runner' && record.phase === 'recorded';

function mayDelete(memory: PoolMemory, record: DrainRecord): boolean {
  if (record.end !== undefined || memory.tick?.dryRun === true) return false;
  if (isOpen(record)) return record.kind === 'reap' || heldBy(memory) === undefined;
  return record.phase === 'deregistered' || record.phase === 'deleting';
}

/** Its delete was refused, and is not asked for again before then; undefined: it may be. */
function refusedUntil(memory: PoolMemory, record: DrainRecord, minute: number, now: number): number | undefined {
  const until = (memory.deletion.refusals[record.vmId]?.at ?? -Infinity) + REFUSED_MINUTES * minute;
  return until > now ? until : undefined;
}

/** A delete that Azure takes shows that the right is there, and lets new drains begin again. */
function forgive(memory: PoolMemory, now: number): void {
  const { deletion } = memory;
  deletion.succeededAt = now;
  deletion.refusals = Object.fromEntries(Object.entries(deletion.refusals).filter(([, refusal]) => !refusal.right));
}

/** New drains stop where the right to delete is missing, or where two different VMs are refused for good, until one delete succeeds. */
export function newDrainsAreBarred({ deletion }: Pick<PoolMemory, 'deletion'>): boolean {
  const refusals = Object.values(deletion.refusals);
  return refusals.some(({ right }) => right) || refusals.filter(({ at }) => at > (deletion.succeededAt ?? 0)).length >= 2;
}
