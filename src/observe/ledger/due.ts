import type { Decision } from '../../model/decision';

/** What the fleet's memory keeps of the ledger: the last line, and when the settings were told last. */
export interface LedgerMemory {
  at: number;
  rule: string;
  reason: string;
  alerts: string;
  settingsAt: number;
  settingsVersion: string;
}

const HEARTBEAT_MINUTES = 5;
/** The settings are told anew so often: a line may be lost. */
const SETTINGS_MS = 3_600_000;
const DAY_MS = 86_400_000;

const dayOf = (at: number): number => Math.floor(at / DAY_MS);

export interface Due {
  readonly tick: boolean;
  readonly settings: boolean;
}

/** A tick that acts, changes its mind or begins a day is told; a quiet one every five minutes. */
export function dueOf(
  last: LedgerMemory | undefined,
  {
    decision,
    alerts,
    settingsVersion,
    minute,
    now,
  }: {
    readonly decision: Decision;
    readonly alerts: string;
    readonly settingsVersion: string;
    readonly minute: number;
    readonly now: number;
  },
): Due {
  if (last === undefined) return { tick: true, settings: true };
  const isNewDay = dayOf(now) !== dayOf(last.at);
  const isOther = decision.rule !== last.rule || decision.reason !== last.reason || alerts !== last.alerts;
  const settings =
    settingsVersion !== last.settingsVersion || dayOf(now) !== dayOf(last.settingsAt) || now - last.settingsAt >= SETTINGS_MS;
  const tick = decision.acts.length > 0 || isOther || isNewDay || settings || now - last.at >= HEARTBEAT_MINUTES * minute;
  return { tick, settings };
}
