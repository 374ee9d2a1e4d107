import { isIdle, type Member } from '../poll/fleet';
import type { Scene } from './scene';

/** How long a runner has read ACTIVE with zero tasks without a break, in ms; a drain that was given back began it anew. */
export const idleTime = ({ runnerMemory }: Member, now: number): number => now - (runnerMemory?.idle?.since ?? now);

/** The newest idle runners that the forecast keeps for a while: no strategy drains them, only MAX_RUNNERS and repair stand above. */
export function keptByForecast({ targets, fleet, now }: Scene): ReadonlySet<Member> {
  const { kept } = targets;
  if (kept === undefined) return new Set();
  const newest = fleet.members.filter(isIdle).toSorted((a, b) => idleTime(a, now) - idleTime(b, now));
  return new Set(newest.slice(0, kept.newest).filter((member) => idleTime(member, now) < kept.idleFor));
}
