import type { Scene } from '../decide/scene';
import { extendWindow, type WindowRules } from '../drain/window';
import type { Act } from '../model/decision';
import { spreadOf } from '../model/drainPace';
import { ENGINE_MINUTE } from '../model/engineTime';
import type { Instance } from '../ports/scaleSet';
import type { Sighting } from '../model/drain';
import type { WindowMemory } from './fleetMemory';
import { narrowing } from './narrow';
import { sightingOf } from './sighting';

export interface Watched {
  readonly acts: readonly Act[];
  /** Some drain's window of zeros is open: the loop looks again sooner. */
  readonly isConfirming: boolean;
}

/** The verdicts that a drain must look at itself. Busy ones are not disturbed: a waiting drain costs a tick nothing (I9). */
const WORTH_A_LOOK = new Set(['active', 'unlisted', 'replaced', 'gone', 'identity', 'rival', 'protected']);
const LOOK_PAUSE_MINUTES = 1;
/** A drain speaks at the least every five minutes or two polls, among many less often; a look at its instance costs one call. */
const SILENT_MINUTES = 8;
const SILENT_ENGINE_MINUTES = 3;
/** Per tick, however many drains fell silent or ended at once (I9): those that waited longest go first. */
const MOST_INSPECTED = 10;
const MOST_NUDGED = 25;

/** Extends each recorded drain's window with this reading, and nudges those whose window is complete or whose runner went another way. */
export function watchDrains(scene: Scene, instances: readonly Instance[]): Watched {
  const { memory, fleetMemory, settings, group, now } = scene;
  const { drainConfirm: confirm, disconnectGrace: grace, minute, poll } = settings.durations;
  const nudges: (Wish & { readonly isComplete: boolean })[] = [];
  const inspections: Wish[] = [];
  let isConfirming = false;
  const kept: typeof fleetMemory.windows = {};
  const narrow = narrowing(group, instances);
  const silent = Math.max(spreadOf(memory) * Math.max(SILENT_MINUTES * minute, 4 * poll), SILENT_ENGINE_MINUTES * ENGINE_MINUTE);
  for (const record of Object.values(memory.drains)) {
    const before = fleetMemory.windows[record.id];
    const entry = (kept[record.id] = { ...(before ?? { verdict: 'unknown' as const }) });
    const silence = now - Math.max(record.seenAt, entry.inspectedAt ?? 0);
    if (silence > silent)
      inspections.push({
        since: now - silence,
        act: { kind: 'inspect', drainId: record.id },
        grant: () => {
          entry.inspectedAt = now;
        },
      });
    if (record.kind !== 'runner' || (record.phase !== 'waiting' && record.phase !== 'recorded')) continue;
    const near = narrow(record);
    const seen = sightingOf(record, near.group, near.instances, fleetMemory, now);
    const { verdict } = extend(entry, seen, { confirm, grace });
    isConfirming ||= verdict === 'open' || verdict === 'complete';
    if (record.phase !== 'waiting') continue;
    const isComplete = verdict === 'complete';
    const isDue = WORTH_A_LOOK.has(verdict) && now - (entry.nudgedAt ?? 0) >= LOOK_PAUSE_MINUTES * minute;
    if (!isComplete && !isDue) continue;
    const news = isComplete ? 'complete' : 'look';
    nudges.push({
      isComplete,
      since: entry.nudgedAt ?? 0,
      act: { kind: 'nudge', drainId: record.id, news },
      grant: () => {
        entry.nudgedAt = now;
      },
    });
  }
  fleetMemory.windows = kept;
  const byWait = (a: Wish, b: Wish): number => a.since - b.since;
  const chosen = [
    ...nudges.toSorted((a, b) => Number(b.isComplete) - Number(a.isComplete) || byWait(a, b)).slice(0, MOST_NUDGED),
    ...inspections.toSorted(byWait).slice(0, MOST_INSPECTED),
  ];
  for (const wish of chosen) wish.grant();
  return { acts: chosen.map(({ act }) => act), isConfirming };
}

/** A reading without a list of runners says nothing of any. */
function extend(entry: WindowMemory, seen: Sighting | undefined, rules: WindowRules): ReturnType<typeof extendWindow> {
  const extended = seen === undefined ? { window: undefined, verdict: 'unknown' as const } : extendWindow(entry.window, seen, rules);
  if (extended.window === undefined) delete entry.window;
  else entry.window = extended.window;
  entry.verdict = extended.verdict;
  return extended;
}

/** What a drain would like, and since when it has waited for it. */
interface Wish {
  readonly since: number;
  readonly act: Act;
  readonly grant: () => void;
}
