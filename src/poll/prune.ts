import type { FleetMemory } from './fleetMemory';

const MOST_GONE = 2000;

/**
 * Keeps it bounded: what has not been listed for two hours goes, and of the rest at most the 2,000 latest. An instance that a remembered
 * runner points to stays, for it tells a ghost from a foreign runner: also while the platform does not list that runner for a while.
 */
export function prune(fleet: FleetMemory, now: number, hour: number): void {
  dropOld(fleet.runners, now, hour, new Set());
  const pointed = new Set(Object.values(fleet.runners).flatMap(({ vmId }) => vmId ?? []));
  dropOld(fleet.instances, now, hour, pointed);
  fleet.deleteCredits = fleet.deleteCredits.filter((at) => now - at < hour).slice(-MOST_GONE);
  fleet.badTurns = fleet.badTurns.slice(-MOST_GONE);
}

function dropOld(map: Record<string, { lastSeen: number }>, now: number, hour: number, keep: ReadonlySet<string>): void {
  const away = Object.entries(map).filter(([key, item]) => item.lastSeen !== now && !keep.has(key));
  away.sort((a, b) => b[1].lastSeen - a[1].lastSeen);
  away.forEach(([key, item], index) => {
    if (index >= MOST_GONE || now - item.lastSeen > 2 * hour) delete map[key];
  });
}
