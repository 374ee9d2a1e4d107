import { adviceOf, MOST_TEXT } from '../errors';
import type { Alert, TickPlan } from '../model/decision';
import type { PoolMemory } from '../model/pool';
import type { PoolSettings } from '../settings/settings';
import { READINGS } from './clocks';
import type { FailedReading } from './reading';

const LONGEST_BACK_OFF_MINUTES = 5;
/** A Retry-After beyond this is not waited for: the keeper and an operator go by the next due time. */
const LONGEST_RETRY_AFTER_MINUTES = 10;
const LASTING_MINUTES = 3;
const HOLD = 'hold/';

export interface HeldTick {
  readonly settings: PoolSettings;
  readonly memory: PoolMemory;
  readonly now: number;
  readonly tickId: string;
  readonly warnings: readonly string[];
  readonly cooldownsFromBlobs?: TickPlan['cooldownsFromBlobs'];
}

/** Rule 1: hold on bad data, under a name, with back-off, and an alert after three readings over three minutes. */
export function hold(tick: HeldTick, reading: FailedReading): TickPlan {
  const { settings, now, tickId, memory } = tick;
  const { poll, minute } = settings.durations;
  const before = memory.tick?.heldTicks ?? 0;
  const backOff = Math.min(poll * 2 ** Math.min(before, 20), Math.max(poll, LONGEST_BACK_OFF_MINUTES * minute));
  const asked = Math.min(reading.retryAfterMs ?? 0, Math.max(poll, LONGEST_RETRY_AFTER_MINUTES * minute));
  return {
    tickId,
    at: now,
    nextAt: now + Math.max(backOff, asked),
    held: true,
    decision: { rule: `${HOLD}${reading.code}`, reason: `Nothing is done: ${reading.text.slice(0, MOST_TEXT)}`, acts: [] },
    counts: undefined,
    alerts: heldAlerts(tick, reading),
    warnings: tick.warnings,
    settingsVersion: settings.version,
    dryRun: settings.dryRun,
    binding: undefined,
    growthNews: undefined,
    cooldownsFromBlobs: tick.cooldownsFromBlobs,
  };
}

/**
 * The hold's own alert once it lasts, beside those that stood before: what was wrong is no better for not being seen. Counted by the entity,
 * for the fleet's blob may be what cannot be reached.
 */
export function heldAlerts(
  { settings, memory, now }: Pick<HeldTick, 'settings' | 'memory' | 'now'>,
  { code, text, side }: Pick<FailedReading, 'code' | 'text' | 'side'>,
): readonly Alert[] {
  const { tick } = memory;
  const shown = (tick?.status as { readonly alerts?: readonly Alert[] } | undefined)?.alerts ?? [];
  const readings = (tick?.heldTicks ?? 0) + 1;
  const lasts = now - (tick?.heldSince ?? now);
  const { said, command } = adviceOf(text);
  const own: Alert = {
    code,
    since: shown.find((alert) => alert.code === code)?.since ?? now,
    text: said.slice(0, 300),
    next: command ?? `See docs/runbook.md under ${code}; the loop goes on by itself once the cause is gone.`,
  };
  const isLasting = side === 'owner' || (readings >= READINGS && lasts >= LASTING_MINUTES * settings.durations.minute);
  const former = tick?.rule.startsWith(HOLD) === true ? tick.rule.slice(HOLD.length) : undefined;
  const others = shown.filter((alert) => alert.code !== code && alert.code !== former);
  return isLasting ? [own, ...others] : others;
}
