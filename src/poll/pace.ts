import { unservedOf, surplusOf } from '../decide/need';
import type { Scene } from '../decide/scene';
import { idleTime } from '../decide/kept';
import type { Decision } from '../model/decision';
import type { PoolSettings } from '../settings/settings';
import { isIdle } from './fleet';

/** Jobs that wait unserved for longer than this wait for something that looking more often does not bring. */
const MOVING_MINUTES = 10;
/** A list of VMs comes in pages of 100, and Azure gives back ten readings of a list a minute: six are ours, the rest is for drains and wakes. */
const PAGE = 100;
const SECONDS_PER_PAGE = 10;

/** When to look again (epoch ms): POLL_INTERVAL_SECONDS at the latest, sooner while something is moving. */
export function nextLook(scene: Scene, decision: Decision, isConfirming: boolean): number {
  const { now, live, settings } = scene;
  const { poll, drainConfirm, second } = settings.durations;
  const least = leastPause(settings.durations, live);
  // Three readings over the confirmation's time: more would not commit a drain any sooner. One that begins now reads DRAINING from now on.
  const confirming =
    isConfirming || decision.acts.some(({ kind }) => kind === 'drain') ? Math.max(drainConfirm / 2, 10 * second) : Infinity;
  const moving = isMoving(scene, decision) ? least : Infinity;
  return now + Math.min(poll, confirming, moving, Math.max(least, untilIdleIsOver(scene)));
}

/** The least time between two ticks, in ms, for so many VMs. */
export const leastPause = ({ pollLeast, second }: PoolSettings['durations'], live: number): number =>
  Math.max(pollLeast, Math.max(1, Math.ceil(live / PAGE)) * SECONDS_PER_PAGE * second);

/** Jobs wait that something may be done for, or VMs are on their way. */
function isMoving(scene: Scene, { rule }: Decision): boolean {
  const { settings, fleetMemory, booting, now } = scene;
  if (settings.dryRun || rule.startsWith('hold/')) return false;
  const since = fleetMemory.starving?.since ?? now;
  const isHeld = rule.startsWith('scale-out/') && rule.endsWith('/waits');
  return booting > 0 || (unservedOf(scene) > 0 && !isHeld && now - since < MOVING_MINUTES * settings.durations.minute);
}

/** How long until the next idle runner beyond need was idle for its time, in ms. */
function untilIdleIsOver(scene: Scene): number {
  const { settings, targets, fleet, now } = scene;
  if (settings.scaleInStrategy === 'step' || settings.dryRun || surplusOf(scene) <= 0) return Infinity;
  const left = fleet.members.filter(isIdle).map((member) => targets.idleFor - idleTime(member, now));
  return Math.min(Infinity, ...left.filter((ms) => ms > 0));
}
