import { MOST_TEXT } from '../errors';
import type { TickPlan } from '../model/decision';

/** A tick that could not even be planned: nothing is done, and status says why. */
export function heldPlan(tickId: string, at: number, nextAt: number, code: string, text: string): TickPlan {
  const reason = `Nothing was decided: ${text.slice(0, MOST_TEXT)}`;
  return {
    tickId,
    at,
    nextAt,
    held: true,
    decision: { rule: `hold/${code}`, reason, acts: [] },
    counts: undefined,
    alerts: [{ code, since: at, text: reason, next: 'See the log of the poll function for the whole error.' }],
    warnings: [],
    settingsVersion: '',
    dryRun: false,
    binding: undefined,
    growthNews: undefined,
    cooldownsFromBlobs: undefined,
  };
}
