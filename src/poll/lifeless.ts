import type { Runner } from '../ports/runnerService';
import type { PoolSettings } from '../settings/settings';
import { confirmed, READINGS } from './clocks';
import type { FleetMemory } from './fleetMemory';

/** After a longer silence of the polls their memory tells nothing of now. */
const SILENCE_MINUTES = 5;

/**
 * Whether the polls, too, saw nobody live on a machine for DISCONNECT_GRACE_MINUTES: each entry that speaks for it disconnected and with zero
 * tasks in every reading, and no other listed there meanwhile. A single look is too little to delete by: agents drop their connection several
 * times an hour, and a busy runner may read zero just then (seed 78922). False where there is no memory to ask.
 */
export function isLifeless(
  fleet: FleetMemory | undefined,
  vmId: string,
  entries: readonly Pick<Runner, 'runnerId'>[],
  { durations: { disconnectGrace, minute, poll } }: PoolSettings,
  now: number,
): boolean {
  const machine = fleet?.instances[vmId];
  if (machine === undefined || fleet?.work === undefined || now - fleet.work.at > SILENCE_MINUTES * minute + poll) return false;
  const isLongAgo = (at: number): boolean => now - at >= disconnectGrace;
  const listed = new Set(entries.map(({ runnerId }) => runnerId));
  const others = Object.entries(fleet.runners).filter(([id, { vmId: seenOn }]) => seenOn === vmId && !listed.has(id));
  const areDead = entries.every(({ runnerId }) => {
    const known = fleet.runners[runnerId];
    return confirmed(known?.disconnected, READINGS, disconnectGrace) && confirmed(known?.zero, READINGS, disconnectGrace);
  });
  return areDead && isLongAgo(machine.firstSeen) && others.every(([, { lastSeen }]) => isLongAgo(lastSeen));
}
