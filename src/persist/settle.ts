import type { ActOutcome } from '../model/decision';
import type { DrainRecord } from '../model/drain';
import type { PoolMemory } from '../model/pool';
import { removeRecord } from './records';
import { failGrowth, revokeGrowth, type GrowthTiming } from './growth';

/** A drain asks within minutes how it ended; a tick gives back at most 25. */
const MOST_GIVEN_BACK = 50;

export interface SettleInput {
  readonly outcomes: readonly ActOutcome[];
  readonly timing: GrowthTiming;
}

/** What the world answered to the acts of a tick. Mutates `memory`. */
export function settle(memory: PoolMemory, { outcomes, timing }: SettleInput, now: number): { settled: number } {
  for (const outcome of outcomes) settleOne(memory, outcome, timing, now);
  return { settled: outcomes.length };
}

function settleOne(memory: PoolMemory, outcome: ActOutcome, timing: GrowthTiming, now: number): void {
  const { act, answer } = outcome;
  if (act.kind === 'setCapacity') return settleGrowth(memory, act.attempt, outcome, timing, now);
  if (act.kind !== 'reactivate' && act.kind !== 'inspect') return;
  const record = memory.drains[act.drainId];
  if (record === undefined) return;
  if (act.kind === 'reactivate') {
    settleGiveBack(memory, record, answer, now);
  } else if (answer === 'alive') record.seenAt = now;
  // One that spoke meanwhile had only just begun.
  else if (answer === 'over' && now - record.seenAt > timing.minute) record.isOver = true;
}

/**
 * Where the answer was lost the record stays: the next tick, or the drain itself, asks again. A refusal or an absence ends it. While a mark
 * may still follow the give-back it stays too, so that the drain, when the mark is answered, gives back once more.
 */
function settleGiveBack(memory: PoolMemory, record: DrainRecord, answer: ActOutcome['answer'], now: number): void {
  if (record.phase !== 'givingBack') return;
  // One that is back only now, its first answer lost, holds scale-in from now.
  if (answer === 'done') memory.cooldowns.giveBackAt = now;
  const isMarking = record.markOpen !== undefined && record.markOpen > now;
  if (answer !== 'gone' && (isMarking || (answer !== 'done' && answer !== 'refused'))) return;
  removeRecord(memory, record);
  if (answer === 'done') memory.givenBack = [...(memory.givenBack ?? []), record.id].slice(-MOST_GIVEN_BACK);
}

function settleGrowth(memory: PoolMemory, attempt: string, outcome: ActOutcome, timing: GrowthTiming, now: number): void {
  const { growth } = memory;
  const { answer } = outcome;
  if (growth === undefined || growth.attempt !== attempt || growth.state !== 'asked') return;
  growth.answeredAt = now;
  if (answer === 'done') {
    growth.state = 'accepted';
    if (outcome.operation !== undefined) growth.operation = outcome.operation;
  } else if (answer === 'conflict') growth.conflict = true;
  else if (answer === 'late' || answer === 'notNow') revokeGrowth(memory);
  else if (answer === 'refused') {
    revokeGrowth(memory);
    failGrowth(memory, outcome.code ?? 'refused', outcome.text ?? '', timing, now);
  }
}
