import type { Sighting, ZeroWindow } from '../model/drain';
import { ENGINE_MINUTE } from '../model/engineTime';

export interface WindowRules {
  /** DRAIN_CONFIRM_SECONDS in ms. */
  readonly confirm: number;
  /** DISCONNECT_GRACE_MINUTES in ms. */
  readonly grace: number;
}

/**
 * complete: enough all-zero readings over enough time (I1). open: all-zero, not long enough. busy: it has tasks. unknown: a count, the
 * status or the connection was not told. rival: another entry of this machine is alive. protected: a person put its instance under protection. replaced: that entry is connected, and ours is not. active:
 * somebody set the runner ACTIVE. unlisted: the entry is gone. gone: the instance is gone, deleting or another vmId. identity: entry and
 * instance are not the same machine.
 */
export type WindowVerdict =
  'complete' | 'open' | 'busy' | 'unknown' | 'rival' | 'protected' | 'active' | 'unlisted' | 'gone' | 'identity' | 'replaced';

const LEAST_READINGS = 3;

/** Nobody looked for longer than this: what the runner did meanwhile is not known, and the window starts anew. */
const gapOf = ({ confirm }: WindowRules): number => 2 * confirm + 5 * ENGINE_MINUTE;

/**
 * Adds one reading to the window of zeros. Any reading that is not all-zero, that changes the connection, or that comes after a gap, starts anew: a stopping
 * task already reads 0/0 and a busy flag has lied for a minute, so neither one zero nor three quick ones prove anything.
 * A reading not later than the last is dropped, so that a repeated activity cannot count twice.
 */
export function extendWindow(
  window: ZeroWindow | undefined,
  seen: Sighting,
  rules: WindowRules,
): { readonly window: ZeroWindow | undefined; readonly verdict: WindowVerdict } {
  const obstacle = judge(seen);
  if (obstacle !== undefined) return { window: undefined, verdict: obstacle };
  const connected = seen.connected === true;
  if (window !== undefined && seen.at <= window.last) return { window, verdict: isComplete(window, rules) ? 'complete' : 'open' };
  const extended =
    window === undefined || window.connected !== connected || seen.at - window.last > gapOf(rules)
      ? { since: seen.at, last: seen.at, readings: 1, connected, sample: [seen] }
      : {
          ...window,
          last: seen.at,
          readings: window.readings + 1,
          sample: [window.sample[0] ?? seen, ...window.sample.slice(1).slice(-3), seen],
        };
  return { window: extended, verdict: isComplete(extended, rules) ? 'complete' : 'open' };
}

/** At least three readings, over the confirming time while connected, over the whole grace while disconnected. */
export function isComplete(window: ZeroWindow, rules: WindowRules): boolean {
  const needed = window.connected ? rules.confirm : Math.max(rules.confirm, rules.grace);
  return window.readings >= LEAST_READINGS && window.last - window.since >= needed;
}

function judge(seen: Sighting): WindowVerdict | undefined {
  if (seen.instance !== 'present') return 'gone';
  if (seen.successor !== undefined && (seen.runner === 'unlisted' || seen.connected === false)) return 'replaced';
  if (seen.runner === 'unlisted') return seen.rivals.length > 0 ? 'rival' : 'unlisted';
  if (!seen.nameMatches || seen.olderThanVm) return 'identity';
  if (seen.status === 'ACTIVE') return 'active';
  return judgeTasks(seen);
}

/** Of an entry that is this machine's and not ACTIVE: what it does, and what else forbids to go on. */
function judgeTasks(seen: Sighting): WindowVerdict | undefined {
  if ((seen.running ?? 0) > 0 || (seen.pending ?? 0) > 0) return 'busy';
  if (seen.running === undefined || seen.pending === undefined) return 'unknown';
  if (seen.status !== 'DRAINING' || seen.connected === undefined) return 'unknown';
  if (seen.rivals.length > 0) return 'rival';
  if (seen.isProtected === true) return 'protected';
  return undefined;
}
