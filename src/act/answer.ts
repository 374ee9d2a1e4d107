import type { ActOutcome } from '../model/decision';
import type { WriteOutcome } from '../ports/runnerService';
import type { AzureOutcome } from '../ports/scaleSet';

/** What an act came to, without the act. */
export type Answer = Omit<ActOutcome, 'act'>;

export function fromWrite(outcome: WriteOutcome): Answer {
  if (outcome.kind === 'done' || outcome.kind === 'gone') return { answer: outcome.kind };
  return { answer: outcome.kind, code: outcome.code, text: outcome.text };
}

export function fromAzure(outcome: AzureOutcome): Answer {
  if (outcome.kind === 'accepted') return { answer: 'done', ...(outcome.operation === undefined ? {} : { operation: outcome.operation }) };
  if (outcome.kind === 'conflict') return { answer: 'conflict' };
  return { answer: outcome.kind, code: outcome.code, text: outcome.text };
}
