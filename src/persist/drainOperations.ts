import type { DrainOutcome, DrainPhase, DrainRecord, DrainStep } from '../model/drain';
import { ENGINE_MINUTE } from '../model/engineTime';
import type { PoolMemory } from '../model/pool';

/** What a drain is told each time it asks. Every answer is a value: an entity that throws tells its caller nothing. */
export type DrainWord =
  /** Its record is missing or another decision's: it ends without touching anything. */
  | { readonly word: 'end'; readonly outcome: DrainOutcome }
  | { readonly word: 'go'; readonly step: DrainStep; readonly attempt: string; readonly expiresAt: number }
  /** `loopNextAt`: when the loop means to tick next; a drain looks for itself only where the loop is silent. */
  | { readonly word: 'wait'; readonly loopNextAt: number }
  /** pause or stop with drains held: nothing is sent, ask again later. */
  | { readonly word: 'held'; readonly reason: string };

export interface DrainAsk {
  readonly drainId: string;
  readonly note?: string;
  /** One minute of the rules in ms. */
  readonly minute: number;
}

const ATTEMPT_LIFETIME_MINUTES = 5;

/** Where the drain stands: called at its start, after each wake, and whenever it does not know. */
export function askDrain(memory: PoolMemory, ask: DrainAsk, now: number): DrainWord {
  const record = touch(memory, ask, now);
  if (record === undefined) return { word: 'end', outcome: 'not-wanted' };
  if (record.end === 'back') return { word: 'end', outcome: 'runner-replaced' };
  if (record.end === 'gone') return { word: 'end', outcome: 'deleted' };
  if (memory.tick?.dryRun === true) return { word: 'held', reason: 'DRY_RUN is on' };
  switch (record.phase) {
    case 'recorded': {
      if (record.kind !== 'runner') return grant(record, 'delete', now);
      const held = heldBy(memory);
      if (held !== undefined) return { word: 'held', reason: held };
      if (record.adopted) {
        setPhase(record, 'waiting', now);
        return waitFor(memory);
      }
      return grant(record, 'mark', now);
    }
    case 'givingBack':
      return grant(record, 'reactivate', now);
    case 'waiting':
      return waitFor(memory);
    case 'committed':
      return grant(record, 'deregister', now);
    case 'deregistered':
    case 'deleting':
      return grant(record, 'delete', now);
  }
}

/** The mark was answered. done, unknown: wait (only readings that show DRAINING count). refused: the record goes. */
export function markedDrain(memory: PoolMemory, ask: DrainAsk & { readonly answer: string }, now: number): DrainWord {
  const record = touch(memory, ask, now);
  if (record === undefined) return { word: 'end', outcome: 'not-wanted' };
  if (record.phase === 'givingBack') return grant(record, 'reactivate', now);
  if (record.phase !== 'recorded') return waitFor(memory);
  if (ask.answer === 'refused' || ask.answer === 'gone') return end(memory, record, 'refused');
  if (ask.answer === 'late') return grant(record, 'mark', now);
  setPhase(record, 'waiting', now);
  return waitFor(memory);
}

/** The one place where commit and give-back meet (I5): after `go` for deregister the runner is never given back. */
export function commitDrain(memory: PoolMemory, ask: DrainAsk, now: number): DrainWord {
  const record = touch(memory, ask, now);
  if (record === undefined) return { word: 'end', outcome: 'not-wanted' };
  if (record.phase === 'givingBack') return grant(record, 'reactivate', now);
  if (record.phase !== 'waiting' && record.phase !== 'committed') return askDrain(memory, ask, now);
  const held = heldBy(memory) ?? protectedBy(memory, record);
  if (record.phase === 'waiting' && held !== undefined) return { word: 'held', reason: held };
  if (record.phase === 'waiting') setPhase(record, 'committed', now);
  return grant(record, 'deregister', now);
}

/** notNow, late: nothing was sent. refused: nothing happened. unknown: it may have happened, the commit stands. done, gone: deregistered. */
export function deregisteredDrain(memory: PoolMemory, ask: DrainAsk & { readonly answer: string }, now: number): DrainWord {
  const record = touch(memory, ask, now);
  if (record === undefined) return { word: 'end', outcome: 'not-wanted' };
  if (record.phase !== 'committed') return askDrain(memory, ask, now);
  if (ask.answer === 'done' || ask.answer === 'gone') {
    setPhase(record, 'deregistered', now);
    return grant(record, 'delete', now);
  }
  if (ask.answer === 'unknown') record.deregisterSent = true;
  else if (ask.answer === 'refused' || record.deregisterSent !== true) {
    record.deregisterSent = false;
    setPhase(record, 'waiting', now);
  }
  return waitFor(memory);
}

/** The drain is over: its record goes. */
export function endDrain(memory: PoolMemory, ask: DrainAsk & { readonly outcome: DrainOutcome }, now: number): { ended: boolean } {
  const record = memory.drains[ask.drainId];
  if (record === undefined) return { ended: false };
  if (ask.outcome === 'given-back') memory.cooldowns.giveBackAt = Math.max(memory.cooldowns.giveBackAt ?? 0, now);
  end(memory, record, ask.outcome);
  return { ended: true };
}

/** A stopped loop looks after no drain any more: each looks for itself at once. */
const waitFor = (memory: PoolMemory): DrainWord => ({
  word: 'wait',
  loopNextAt: memory.flags.stopped === undefined ? (memory.tick?.nextAt ?? 0) : 0,
});

function touch(memory: PoolMemory, ask: DrainAsk, now: number): DrainRecord | undefined {
  const record = memory.drains[ask.drainId];
  if (record === undefined) return undefined;
  record.seenAt = now;
  if (ask.note !== undefined) record.note = ask.note.slice(0, 120);
  return record;
}

function end(memory: PoolMemory, record: DrainRecord, outcome: DrainOutcome): DrainWord {
  delete memory.drains[record.id];
  delete memory.deletion.refusals[record.vmId];
  return { word: 'end', outcome };
}

export function setPhase(record: DrainRecord, phase: DrainPhase, now: number): void {
  record.phase = phase;
  record.phaseAt = now;
  delete record.note;
}

/** Names the one act that may be sent now; an older or later one finds another attempt in the entity and sends nothing. */
function grant(record: DrainRecord, step: DrainStep, now: number): DrainWord {
  record.attempts += 1;
  const attempt = `${record.id}#${record.attempts}`;
  const expiresAt = now + ATTEMPT_LIFETIME_MINUTES * ENGINE_MINUTE;
  record.attempt = { id: attempt, step, expiresAt };
  return { word: 'go', step, attempt, expiresAt };
}

function heldBy(memory: PoolMemory): string | undefined {
  if (memory.tick?.dryRun === true) return 'DRY_RUN is on';
  if (memory.flags.paused?.scaleIn) return `scale-in is paused: ${memory.flags.paused.reason}`;
  if (memory.flags.stopped?.holdDrains) return 'the loop was stopped with its drains held';
  return undefined;
}

function protectedBy(memory: PoolMemory, record: DrainRecord): string | undefined {
  if (memory.flags.protectedInstances.includes(record.vmId)) return 'the instance is protected';
  const runner = record.runnerId;
  return runner !== undefined && memory.flags.protectedRunners.includes(runner) ? 'the runner is protected' : undefined;
}
