import type { FleetMemory } from './fleetMemory';

const MOST_GONE = 2000;

/**
 * Keeps it bounded: what has not been listed for two hours goes, and of the rest at most the 2,000 latest; an instance that a listed
 * runner still points to stays, for it tells a ghost from a foreign runner.
 */
export function prune(fleet: FleetMemory, now: number, hour: number): void {
  const pointed = new Set<string>();
  for (const runner of Object.values(fleet.runners)) if (runner.lastSeen === now && runner.vmId) pointed.add(runner.vmId);
  dropOld(fleet.instances, now, hour, pointed);
  dropOld(fleet.runners, now, hour, new Set());
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
