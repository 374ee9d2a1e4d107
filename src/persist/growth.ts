import { MOST_TEXT } from '../errors';
import type { TickPlan } from '../model/decision';
import type { Growth, PoolMemory } from '../model/pool';

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

type GrowthNews = TickPlan['growthNews'];

/** What a reading says of the last growth, sku.capacity as it read it. Returns the news that told something. */
export function hearOfGrowth(
  memory: PoolMemory,
  news: GrowthNews,
  capacity: number | undefined,
  timing: GrowthTiming,
  now: number,
): GrowthNews {
  const growth = memory.growth;
  // Its VMs in the list prove the write, whatever the capacity is by now.
  if (news?.result !== 'seen') judgeConflict(memory, capacity);
  if (news === undefined || growth === undefined || growth.attempt !== news.attempt || growth.state === 'over') return undefined;
  growth.state = 'over';
  if (news.result === 'failed') failGrowth(memory, news.code ?? 'unknown', news.text ?? '', timing, now);
  else memory.growthFailures = undefined;
  return news;
}

/**
 * After a 412, a refusal or a run that came too late the next reading tells: no write happened where the capacity is below what was asked for
 * by more than our deletes can have taken off it. Between the two nothing is known, and the growth is awaited like any other (seed 77606: a
 * delete hid the write of the run before, its cooldown was given back, and a runner drained beside the VM that it had ordered).
 */
function judgeConflict(memory: PoolMemory, capacity: number | undefined): void {
  const growth = memory.growth;
  if (growth?.conflict !== true || growth.state !== 'asked' || capacity === undefined) return;
  if (capacity >= growth.to) {
    growth.state = 'accepted';
    growth.conflict = false;
  } else if (capacity < growth.to - (growth.deletes ?? 0)) revokeGrowth(memory, growth);
}

/** So many deletes are about to be sent, or may have been since the growth's reading: each can take one off the capacity that it wrote. */
export function noteDeletes({ growth }: PoolMemory, count: number): void {
  if (growth?.state === 'asked' && count > 0) growth.deletes = (growth.deletes ?? 0) + count;
}

/** The write surely did not happen: the cooldown is as before. */
function revokeGrowth(memory: PoolMemory, growth: Growth): void {
  growth.state = 'over';
  if (memory.cooldowns.scaleOutAt !== growth.at) return;
  if (growth.cooldownBefore === undefined) delete memory.cooldowns.scaleOutAt;
  else memory.cooldowns.scaleOutAt = growth.cooldownBefore;
}
