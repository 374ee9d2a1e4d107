import type { Act, ActOutcome } from '../model/decision';
import type { DrainRecord } from '../model/drain';
import type { PoolMemory } from '../model/pool';
import { removeRecord } from './records';
import { failGrowth, type GrowthTiming } from './growth';

/** A drain asks within minutes how it ended; a tick gives back at most 25. */
const MOST_GIVEN_BACK = 50;

/** What the entity must hear of an act: which growth, drain or look at one it was, and the answer. */
export interface Settlement extends Omit<ActOutcome, 'act'> {
  readonly act:
    | Pick<Extract<Act, { kind: 'setCapacity' }>, 'kind' | 'attempt'>
    | Pick<Extract<Act, { kind: 'reactivate' | 'inspect' }>, 'kind' | 'drainId'>;
}

export interface SettleInput {
  readonly outcomes: readonly Settlement[];
  readonly timing: GrowthTiming;
}

/** What of a tick's outcomes the entity must hear, and no more of each than that: it stands twice in the tick's history (I9). */
export const settlementsOf = (outcomes: readonly ActOutcome[]): readonly Settlement[] => outcomes.flatMap(settlementOf);

function settlementOf({ act, ...answer }: ActOutcome): readonly Settlement[] {
  switch (act.kind) {
    case 'setCapacity':
      return [{ act: { kind: act.kind, attempt: act.attempt }, ...answer }];
    case 'reactivate':
    case 'inspect':
      return [{ act: { kind: act.kind, drainId: act.drainId }, answer: answer.answer }];
    default:
      return [];
  }
}

/** What the world answered to the acts of a tick. Mutates `memory`. */
export function settle(memory: PoolMemory, { outcomes, timing }: SettleInput, now: number): { settled: number } {
  for (const outcome of outcomes) settleOne(memory, outcome, timing, now);
  return { settled: outcomes.length };
}

function settleOne(memory: PoolMemory, outcome: Settlement, timing: GrowthTiming, now: number): void {
  const { act, answer } = outcome;
  if (act.kind === 'setCapacity') return settleGrowth(memory, act.attempt, outcome, timing, now);
  const record = memory.drains[act.drainId];
  if (record === undefined) return;
  // An older app sends the outcomes of all acts, nudges among them.
  if (act.kind === 'reactivate') settleGiveBack(memory, record, answer, now);
  else if (act.kind === 'inspect') settleLook(record, answer, timing, now);
}

function settleLook(record: DrainRecord, answer: Settlement['answer'], timing: GrowthTiming, now: number): void {
  if (answer === 'alive') record.seenAt = now;
  // One that spoke meanwhile had only just begun.
  else if (answer === 'over' && now - record.seenAt > timing.minute) record.isOver = true;
}

/**
 * Where the answer was lost the record stays: the next tick, or the drain itself, asks again. A refusal or an absence ends it. While a mark
 * may still follow the give-back it stays too, so that the drain, when the mark is answered, gives back once more.
 */
function settleGiveBack(memory: PoolMemory, record: DrainRecord, answer: Settlement['answer'], now: number): void {
  if (record.phase !== 'givingBack') return;
  // One that is back only now, its first answer lost, holds scale-in from now.
  if (answer === 'done') memory.cooldowns.giveBackAt = now;
  const isMarking = record.markOpen !== undefined && record.markOpen > now;
  if (answer !== 'gone' && (isMarking || (answer !== 'done' && answer !== 'refused'))) return;
  removeRecord(memory, record);
  if (answer === 'done') memory.givenBack = [...(memory.givenBack ?? []), record.id].slice(-MOST_GIVEN_BACK);
}

function settleGrowth(memory: PoolMemory, attempt: string, outcome: Settlement, timing: GrowthTiming, now: number): void {
  const { growth } = memory;
  const { answer } = outcome;
  if (growth === undefined || growth.attempt !== attempt || growth.state !== 'asked') return;
  growth.answeredAt = now;
  if (answer === 'done') {
    growth.state = 'accepted';
    if (outcome.operation !== undefined) growth.operation = outcome.operation;
  } else if (answer !== 'unknown') {
    // This run wrote nothing. Another beside it, or before it without an answer, may have: the next reading's capacity tells (seed 76000).
    growth.conflict = true;
    if (answer === 'refused') failGrowth(memory, outcome.code ?? 'refused', outcome.text ?? '', timing, now);
  }
}
