import type { DeleteResult } from '../persist/deletion';
import type { AzureOutcome } from '../ports/scaleSet';

/** What Azure's answer to a delete means for those that it was asked for. */

type Refused = Extract<AzureOutcome, { kind: 'refused' }>;

const NOT_ACTIVE = 'InstanceIdsListInstanceIdNotActiveVM';
/** Refusals that pass by themselves: no token for the moment, a timeout, another operation under way, too many requests. 404: a reading tells. */
const PASSING = new Set([401, 404, 408, 409, 412, 429]);
/** A resource lock answers 409 too. */
const LOCKED = /^(ScopeLocked|ReadOnlyDisabled|CannotDelete)/i;
/** A policy answers 403 too: it is about this VM, not about our right. */
const POLICY = /Policy/i;

const isForGood = ({ status, code }: Refused): boolean => LOCKED.test(code) || !PASSING.has(status);
const isWantOfRight = ({ status, code }: Refused): boolean => status === 403 && !POLICY.test(code) && !LOCKED.test(code);

export function answerOf(outcome: AzureOutcome): DeleteResult {
  if (outcome.kind === 'accepted') return { answer: 'accepted' };
  if (outcome.kind === 'conflict') return { answer: 'unknown', code: 'conflict' };
  if (outcome.kind === 'unknown') return { answer: 'unknown', code: outcome.code };
  // Not active: it went since the reading; the next look tells.
  if (outcome.code === NOT_ACTIVE) return { answer: 'deleting' };
  if (!isForGood(outcome)) return { answer: 'unknown', code: outcome.code };
  return { answer: 'refused', code: outcome.code, text: outcome.text, right: isWantOfRight(outcome) };
}

/** Refused for one of the batch, and not for want of the right: it may go without that one. */
export const isOfOne = (outcome: AzureOutcome): boolean =>
  outcome.kind === 'refused' && (isForGood(outcome) || outcome.code === NOT_ACTIVE) && !isWantOfRight(outcome);
