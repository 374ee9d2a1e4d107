import type { DrainOutcome, DrainRecord, DrainStep } from '../model/drain';
import { ENGINE_MINUTE } from '../model/engineTime';
import { spreadOf } from '../model/drainPace';
import type { PoolMemory } from '../model/pool';
import { ATTEMPT_MINUTES, grantAttempt, heldBy, noteAlive, protectedBy, removeRecord, setPhase } from './records';

/** What a drain is told each time it asks. Every answer is a value: an entity that throws tells its caller nothing. */
export type DrainWord =
  /** Its record is missing or another decision's: it ends without touching anything. */
  | { readonly word: 'end'; readonly outcome: DrainOutcome }
  | { readonly word: 'go'; readonly step: DrainStep; readonly attempt: string; readonly expiresAt: number }
  /** `loopNextAt`: when the loop means to tick next; a drain looks for itself only where the loop is silent. */
  | ({ readonly word: 'wait'; readonly loopNextAt: number } & Spread)
  /** pause or stop with drains held: nothing is sent, ask again later. */
  | ({ readonly word: 'held'; readonly reason: string } & Spread);

/** So many times longer than its own pace a drain waits, where there are many: {@link spreadOf}. Absent: 1. */
interface Spread {
  readonly spread?: number;
}

export interface DrainAsk {
  readonly drainId: string;
  readonly note?: string;
  /** One minute of the rules in ms. */
  readonly minute: number;
}

/** Where the drain stands: called at its start, after each wake, and whenever it does not know. */
export function askDrain(memory: PoolMemory, ask: DrainAsk, now: number): DrainWord {
  const record = touch(memory, ask, now);
  if (record === undefined) return withoutRecord(memory, ask);
  if (record.end === 'back') return { word: 'end', outcome: 'runner-replaced' };
  if (record.end === 'gone') return { word: 'end', outcome: 'deleted' };
  if (memory.tick?.dryRun === true) return hold(memory, 'DRY_RUN is on');
  switch (record.phase) {
    case 'recorded':
      return record.kind === 'runner' ? beginRunner(memory, record, now) : beginDelete(memory, record, now);
    case 'givingBack':
      return grant(record, 'reactivate', now);
    case 'waiting':
      return waitFor(memory);
    case 'committed':
      // Asked for again without an answer: its activity failed, and may have sent it before.
      if (record.attempt?.step === 'deregister') record.deregisterSent = true;
      return grant(record, 'deregister', now);
    case 'deregistered':
    case 'deleting':
      return grant(record, 'delete', now);
  }
}

function beginRunner(memory: PoolMemory, record: DrainRecord, now: number): DrainWord {
  const held = heldBy(memory) ?? protectedBy(memory, record);
  if (held !== undefined) return hold(memory, held);
  if (!record.adopted) return grant(record, 'mark', now);
  setPhase(record, 'waiting', now);
  return waitFor(memory);
}

/** A stray or a lost one begins at the deleting step: it is held and protected until its delete is asked for. A reap is a person's word. */
function beginDelete(memory: PoolMemory, record: DrainRecord, now: number): DrainWord {
  if (protectedBy(memory, record) !== undefined) return end(memory, record, 'not-wanted');
  const held = record.kind === 'reap' ? undefined : heldBy(memory);
  return held === undefined ? grant(record, 'delete', now) : hold(memory, held);
}

/** The mark was answered. done, unknown: wait (only readings that show DRAINING count). refused: the record goes. late: asked for again later. */
export function markedDrain(memory: PoolMemory, ask: DrainAsk & { readonly answer: string }, now: number): DrainWord {
  const record = touch(memory, ask, now);
  if (record === undefined) return withoutRecord(memory, ask);
  delete record.attempt;
  delete record.markOpen;
  if (record.phase === 'givingBack') return grant(record, 'reactivate', now);
  if (record.phase !== 'recorded') return waitFor(memory);
  if (ask.answer === 'refused' || ask.answer === 'gone') return end(memory, record, 'refused');
  // At once again it would spin where another app owns the scale set.
  if (ask.answer === 'late') return hold(memory, 'the mark came too late, or the scale set is not ours');
  setPhase(record, 'waiting', now);
  return waitFor(memory);
}

/** The one place where commit and give-back meet (I5): after `go` for deregister the runner is never given back. */
export function commitDrain(memory: PoolMemory, ask: DrainAsk, now: number): DrainWord {
  const record = touch(memory, ask, now);
  if (record === undefined) return withoutRecord(memory, ask);
  if (record.phase !== 'waiting') return askDrain(memory, ask, now);
  const held = heldBy(memory) ?? protectedBy(memory, record);
  if (held !== undefined) return hold(memory, held);
  setPhase(record, 'committed', now);
  return grant(record, 'deregister', now);
}

/** notNow, late: nothing was sent. refused: nothing happened. unknown: it may have happened, the commit stands. done, gone: deregistered. */
export function deregisteredDrain(memory: PoolMemory, ask: DrainAsk & { readonly answer: string }, now: number): DrainWord {
  const record = touch(memory, ask, now);
  if (record === undefined) return withoutRecord(memory, ask);
  if (record.phase !== 'committed') return askDrain(memory, ask, now);
  delete record.attempt;
  if (ask.answer === 'done' || ask.answer === 'gone') {
    setPhase(record, 'deregistered', now);
    return grant(record, 'delete', now);
  }
  if (ask.answer === 'unknown') record.deregisterSent = true;
  else if (ask.answer === 'refused' || record.deregisterSent !== true) {
    const { note } = record;
    record.deregisterSent = false;
    setPhase(record, 'waiting', now);
    if (note !== undefined) record.note = note;
  }
  return waitFor(memory);
}

/** The drain is over: its record goes. */
export function endDrain(memory: PoolMemory, ask: DrainAsk & { readonly outcome: DrainOutcome }, now: number): { ended: boolean } {
  const record = memory.drains[ask.drainId];
  if (record === undefined) return { ended: false };
  if (ask.outcome === 'given-back') memory.cooldowns.giveBackAt = Math.max(memory.cooldowns.giveBackAt ?? 0, now);
  removeRecord(memory, record);
  return { ended: true };
}

/** The loop gave its runner back, or it is another decision's: either way there is nothing left to do but to say so. */
const withoutRecord = (memory: PoolMemory, { drainId }: DrainAsk): DrainWord => ({
  word: 'end',
  outcome: memory.givenBack?.includes(drainId) === true ? 'given-back' : 'not-wanted',
});

/** A stopped loop looks after no drain any more: each looks for itself at once. */
const waitFor = (memory: PoolMemory): DrainWord => ({
  word: 'wait',
  loopNextAt: memory.flags.stopped === undefined ? (memory.tick?.nextAt ?? 0) : 0,
  ...spread(memory),
});

const hold = (memory: PoolMemory, reason: string): DrainWord => ({ word: 'held', reason, ...spread(memory) });

function spread(memory: PoolMemory): Spread {
  const times = spreadOf(memory);
  return times === 1 ? {} : { spread: times };
}

function touch(memory: PoolMemory, ask: DrainAsk, now: number): DrainRecord | undefined {
  const record = memory.drains[ask.drainId];
  if (record === undefined) return undefined;
  noteAlive(record, now);
  if (ask.note !== undefined) record.note = ask.note.slice(0, 120);
  return record;
}

function end(memory: PoolMemory, record: DrainRecord, outcome: DrainOutcome): DrainWord {
  removeRecord(memory, record);
  return { word: 'end', outcome };
}

function grant(record: DrainRecord, step: DrainStep, now: number): DrainWord {
  const expiresAt = now + ATTEMPT_MINUTES * ENGINE_MINUTE;
  return { word: 'go', step, attempt: grantAttempt(record, step, expiresAt), expiresAt };
}
