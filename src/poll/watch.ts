import type { Scene } from '../decide/scene';
import { extendWindow } from '../drain/window';
import type { Act } from '../model/decision';
import { ENGINE_MINUTE } from '../model/engineTime';
import type { Instance } from '../ports/scaleSet';
import { sightingOf } from './sighting';

export interface Watched {
  readonly acts: readonly Act[];
  /** Some drain's window of zeros is open: the loop looks again sooner. */
  readonly isConfirming: boolean;
}

/** The verdicts that a drain must look at itself. Busy ones are not disturbed: a waiting drain costs a tick nothing (I9). */
const WORTH_A_LOOK = new Set(['active', 'unlisted', 'gone', 'identity', 'rival', 'protected']);
const LOOK_PAUSE_MINUTES = 1;
/** A drain speaks at the least every five minutes or two polls; a look at its instance costs one call. */
const SILENT_MINUTES = 8;
const SILENT_ENGINE_MINUTES = 3;

/** Extends each recorded drain's window with this reading, and nudges those whose window is complete or whose runner went another way. */
export function watchDrains(scene: Scene, instances: readonly Instance[]): Watched {
  const { memory, fleetMemory, settings, group, now } = scene;
  const { drainConfirm: confirm, disconnectGrace: grace, minute, poll } = settings.durations;
  const acts: Act[] = [];
  let isConfirming = false;
  const kept: typeof fleetMemory.windows = {};
  for (const record of Object.values(memory.drains)) {
    const before = fleetMemory.windows[record.id];
    const entry = (kept[record.id] = { ...(before ?? { verdict: 'unknown' as const }) });
    const silence = now - Math.max(record.seenAt, entry.inspectedAt ?? 0);
    if (silence > Math.max(SILENT_MINUTES * minute, 4 * poll, SILENT_ENGINE_MINUTES * ENGINE_MINUTE)) {
      entry.inspectedAt = now;
      acts.push({ kind: 'inspect', drainId: record.id });
    }
    if (record.kind !== 'runner' || (record.phase !== 'waiting' && record.phase !== 'recorded')) continue;
    const seen = sightingOf(record, group, instances, fleetMemory, now);
    const { window, verdict } =
      seen === undefined ? { window: undefined, verdict: 'unknown' as const } : extendWindow(entry.window, seen, { confirm, grace });
    if (window === undefined) delete entry.window;
    else entry.window = window;
    entry.verdict = verdict;
    isConfirming ||= verdict === 'open' || verdict === 'complete';
    if (record.phase !== 'waiting') continue;
    const nudge = (news: 'complete' | 'look'): void => {
      entry.nudgedAt = now;
      acts.push({ kind: 'nudge', drainId: record.id, scaleInId: record.scaleInId, news, window: news === 'complete' ? window : undefined });
    };
    if (verdict === 'complete') nudge('complete');
    else if (WORTH_A_LOOK.has(verdict) && now - (entry.nudgedAt ?? 0) >= LOOK_PAUSE_MINUTES * minute) nudge('look');
  }
  fleetMemory.windows = kept;
  return { acts, isConfirming };
}
