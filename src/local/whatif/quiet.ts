import type { Targets } from '../../decide/targets';
import type { PoolMemory } from '../../model/pool';
import type { FleetMemory } from '../../poll/fleetMemory';
import { leastPause } from '../../poll/pace';
import type { PoolSettings } from '../../settings/settings';
import type { PoolState } from '../world/state';

/** Somebody waits, or something is under way. */
export function isMoving({ waiting, vms, entries }: PoolState, { drains, growth }: PoolMemory): boolean {
  const isGrowing = growth !== undefined && growth.state !== 'over';
  return waiting.length > 0 || vms.size !== entries.size || Object.keys(drains).length > 0 || isGrowing;
}

export interface Quiet {
  /** When the next tick is due. */
  readonly nextAt: number;
  /** When something happens in the fleet. */
  readonly nextEvent: number;
  readonly settings: PoolSettings;
  readonly pool: PoolState;
  readonly fleet: FleetMemory | undefined;
  readonly targets: Targets;
  /** Whether the targets are still these at that time. */
  readonly isSame: (at: number) => boolean;
}

/** While nothing moves, the ticks between are left out: each would see what the last one saw, and do as little. */
export function nextTickThatMatters(quiet: Quiet): number {
  const { durations } = quiet.settings;
  const until = stillUntil(quiet);
  const least = leastPause(durations, quiet.pool.vms.size);
  let at = quiet.nextAt;
  // As the loop paces itself: to the moment when the next idle runner beyond need was idle for its time.
  while (at < until && quiet.isSame(at)) at += Math.min(durations.poll, Math.max(least, idleOver(quiet, at) - at));
  return at;
}

/** Until when, by time alone, nothing will happen. */
function stillUntil(quiet: Quiet): number {
  const { targets, pool, nextAt, nextEvent, settings } = quiet;
  const { minRunners, minIdle, kept } = targets;
  const since = idleSince(quiet);
  if (pool.vms.size < minRunners || since.length < minIdle) return nextAt;
  const isByStep = settings.scaleInStrategy === 'step';
  // By step even a busy runner may go, once the cooldown is over.
  const mayGo = pool.vms.size > minRunners && (since.length > minIdle || (isByStep && minIdle === 0));
  if (!mayGo) return nextEvent;
  if (isByStep) return nextAt;
  const now = pool.env.clock.now();
  return Math.min(nextEvent, idleOver(quiet, now), kept === undefined ? Infinity : soonest(since, kept.idleFor, now));
}

/** When the next of the idle runners beyond need was idle for its time. */
function idleOver(quiet: Quiet, now: number): number {
  const { targets, settings } = quiet;
  const since = idleSince(quiet);
  const isBeyond = settings.scaleInStrategy !== 'step' && since.length > targets.minIdle;
  return isBeyond ? soonest(since, targets.idleFor, now) : Infinity;
}

function idleSince({ pool, fleet }: Quiet): readonly number[] {
  const idle = [...pool.entries.values()].filter((entry) => entry.running === 0);
  return idle.map(({ runnerId }) => fleet?.runners[runnerId]?.idle?.since ?? 0);
}

const soonest = (since: readonly number[], span: number, now: number): number =>
  Math.min(Infinity, ...since.map((at) => at + span).filter((at) => at > now));
