import { MOST_TEXT } from '../errors';
import type { TickPlan } from '../model/decision';
import type { PoolMemory } from '../model/pool';

export interface GrowthTiming {
  /** One minute of the rules in ms. */
  readonly minute: number;
  /** SCALE_OUT_COOLDOWN_DURATION in ms. */
  readonly scaleOutCooldown: number;
}

/** Rule 2: a failed growth doubles the wait, up to 30 minutes. */
const LONGEST_WAIT_MINUTES = 30;

export function failGrowth(memory: PoolMemory, code: string, text: string, timing: GrowthTiming, now: number): void {
  const count = (memory.growthFailures?.count ?? 0) + 1;
  const first = Math.max(timing.scaleOutCooldown, timing.minute);
  const wait = Math.min(first * 2 ** Math.min(count, 20), LONGEST_WAIT_MINUTES * timing.minute);
  memory.growthFailures = { count, waitUntil: now + wait, code, text: text.slice(0, MOST_TEXT) };
}

/** What the reading said of the last growth: its VMs are listed, or its operation failed or brought nothing. */
export function noteGrowthNews(memory: PoolMemory, news: TickPlan['growthNews'], timing: GrowthTiming, now: number): void {
  const growth = memory.growth;
  if (news === undefined || growth === undefined || growth.attempt !== news.attempt || growth.state === 'over') return;
  growth.state = 'over';
  if (news.result === 'failed') return failGrowth(memory, news.code ?? 'unknown', news.text ?? '', timing, now);
  memory.growthFailures = undefined;
}

/** After a 412, a refusal or a run that came too late the next reading tells: a capacity below what was asked for means that no write happened. */
export function revokeConflict(memory: PoolMemory, capacity: number | undefined): void {
  const growth = memory.growth;
  if (growth?.conflict !== true || growth.state !== 'asked' || capacity === undefined) return;
  if (capacity >= growth.to) {
    growth.state = 'accepted';
    growth.conflict = false;
  } else revokeGrowth(memory);
}

/** The write surely did not happen: the cooldown is as before. */
export function revokeGrowth(memory: PoolMemory): void {
  const growth = memory.growth;
  if (growth === undefined) return;
  growth.state = 'over';
  if (memory.cooldowns.scaleOutAt !== growth.at) return;
  if (growth.cooldownBefore === undefined) delete memory.cooldowns.scaleOutAt;
  else memory.cooldowns.scaleOutAt = growth.cooldownBefore;
}
