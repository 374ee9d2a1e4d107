import type { ActOutcome } from '../model/decision';
import type { PoolMemory } from '../model/pool';
import { failGrowth, revokeGrowth, type GrowthTiming } from './growth';

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
  if (act.kind === 'setCapacity') {
    const growth = memory.growth;
    if (growth === undefined || growth.attempt !== act.attempt || growth.state !== 'asked') return;
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
    return;
  }
  if (act.kind === 'reactivate') {
    const record = memory.drains[act.drainId];
    if (record?.phase !== 'givingBack') return;
    // Where the answer was lost the record stays: the next tick, or the drain itself, asks again. A refusal or an absence ends it.
    if (answer === 'done' || answer === 'gone' || answer === 'refused') delete memory.drains[act.drainId];
    return;
  }
  if (act.kind === 'inspect' && answer === 'alive') {
    const record = memory.drains[act.drainId];
    if (record !== undefined) record.seenAt = now;
  }
  if (act.kind === 'inspect' && answer === 'over') {
    const record = memory.drains[act.drainId];
    if (record !== undefined) record.note = 'its instance is over';
  }
}
