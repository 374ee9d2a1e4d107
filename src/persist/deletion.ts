import type { DrainRecord } from '../model/drain';
import { ENGINE_MINUTE } from '../model/engineTime';
import type { PoolMemory } from '../model/pool';
import { setPhase, type DrainAsk } from './drainOperations';

/** The one deleting step of a pool: drains ask for a turn; the first to ask while none is in flight leads a batch for all. */
export type Turn =
  | {
      readonly turn: 'lead';
      readonly batch: readonly DrainRecord[];
      readonly operation: string | undefined;
      readonly attempt: string;
      readonly expiresAt: number;
    }
  | { readonly turn: 'wait'; readonly until: number }
  | { readonly turn: 'end'; readonly outcome: 'deleted' | 'instance-gone' | 'runner-replaced' | 'not-wanted' };

export type DeleteAnswer =
  /** It is gone, or its id belongs to another VM now. */
  | 'gone'
  /** Deleting, or the delete was accepted. */
  | 'deleting'
  /** An entry of this machine is connected or has tasks: ask again. */
  | 'rival'
  /** The instance carries a person's protection: ask again. */
  | 'protected'
  /** A new RunnerId is connected there: the VM is back in the fleet. */
  | 'back'
  | 'refused'
  /** The reading or the answer failed: ask again. */
  | 'unknown'
  | 'late';

export interface TurnOver {
  readonly drainId: string;
  readonly minute: number;
  readonly second: number;
  readonly answers: Readonly<
    Record<string, { readonly answer: DeleteAnswer; readonly code?: string; readonly text?: string; readonly right?: boolean }>
  >;
  readonly operation?: string;
}

const BATCH_LIFETIME_MINUTES = 5;
const BATCH_LIMIT = 50;
/** A VM is gone some 30 s after its delete: look after 15 s, then ever more slowly, up to every two minutes. */
const PAUSE_SECONDS = [15, 15, 20, 30, 60, 120];
const REFUSED_MINUTES = 10;

/** Asks for a turn. Waits while a batch is in flight, during the pause after one, and ten minutes after a refusal. */
export function deletionTurn(memory: PoolMemory, ask: DrainAsk & { readonly second: number }, now: number): Turn {
  const record = memory.drains[ask.drainId];
  if (record === undefined) return { turn: 'end', outcome: 'not-wanted' };
  record.seenAt = now;
  if (record.end === 'gone') return { turn: 'end', outcome: 'deleted' };
  if (record.end === 'back') return { turn: 'end', outcome: 'runner-replaced' };
  const { deletion } = memory;
  if (deletion.batch !== undefined && deletion.batch.expiresAt > now) return { turn: 'wait', until: now + 10 * ask.second };
  if (deletion.notBefore !== undefined && deletion.notBefore > now) return { turn: 'wait', until: deletion.notBefore };
  const refusal = deletion.refusals[record.vmId];
  if (refusal !== undefined && refusal.at + REFUSED_MINUTES * ask.minute > now)
    return { turn: 'wait', until: refusal.at + REFUSED_MINUTES * ask.minute };
  const batch = Object.values(memory.drains)
    .filter((other) => isDeleting(other) && !isRefused(memory, other, ask.minute, now))
    .slice(0, BATCH_LIMIT);
  if (!batch.includes(record)) batch.unshift(record);
  const expiresAt = now + BATCH_LIFETIME_MINUTES * ENGINE_MINUTE;
  deletion.batch = { leader: record.id, drains: batch.map((each) => each.id), expiresAt };
  record.attempts += 1;
  const attempt = `${record.id}#${record.attempts}`;
  for (const each of batch) each.attempt = { id: attempt, step: 'delete', expiresAt };
  return { turn: 'lead', batch: batch.map((each) => ({ ...each })), operation: deletion.operation, attempt, expiresAt };
}

/** The leader's report. */
export function deletionTurnOver(memory: PoolMemory, over: TurnOver, now: number): { readonly done: true } {
  const { deletion } = memory;
  if (deletion.batch?.leader === over.drainId) delete deletion.batch;
  if (over.operation === undefined) delete deletion.operation;
  else deletion.operation = over.operation;
  let anyGone = false;
  for (const [id, { answer, code, text, right }] of Object.entries(over.answers)) {
    const record = memory.drains[id];
    if (record === undefined) continue;
    if (answer === 'gone') record.end = 'gone';
    if (answer === 'back') record.end = 'back';
    if (answer === 'deleting') setPhase(record, 'deleting', now);
    if (answer === 'gone') delete deletion.refusals[record.vmId];
    if (answer === 'deleting') forgive(memory, record.vmId);
    if (answer === 'refused')
      deletion.refusals[record.vmId] = { at: now, code: code ?? 'refused', text: (text ?? '').slice(0, 200), right: right === true };
    if (answer === 'protected') record.note = 'the instance is protected: tag or protectFromScaleSetActions';
    if (answer === 'rival') record.note = 'another entry of this machine is alive';
    anyGone ||= answer === 'gone';
  }
  deletion.tries = anyGone ? 0 : deletion.tries + 1;
  const pause = PAUSE_SECONDS[Math.min(deletion.tries, PAUSE_SECONDS.length - 1)] ?? 15;
  deletion.notBefore = now + pause * over.second;
  return { done: true };
}

const isDeleting = (record: DrainRecord): boolean =>
  record.end === undefined &&
  (record.phase === 'deregistered' || record.phase === 'deleting' || (record.kind !== 'runner' && record.phase === 'recorded'));

function isRefused(memory: PoolMemory, record: DrainRecord, minute: number, now: number): boolean {
  const refusal = memory.deletion.refusals[record.vmId];
  return refusal !== undefined && refusal.at + REFUSED_MINUTES * minute > now;
}

/** A delete that Azure takes shows that the right is there: refusals for want of it are over. */
function forgive(memory: PoolMemory, vmId: string): void {
  const refusals = Object.entries(memory.deletion.refusals);
  memory.deletion.refusals = Object.fromEntries(refusals.filter(([each, refusal]) => each !== vmId && !refusal.right));
}
