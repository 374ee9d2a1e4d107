import type { DrainTiming } from '../model/drain';
import { isComplete } from '../drain/window';
import { readFleet, type StepPorts } from '../drain/steps';
import type { FleetMemory } from '../poll/fleetMemory';
import type { Act } from '../model/decision';
import type { Answer } from './answer';
import type { Engine } from './engine';

type Nudge = Extract<Act, { kind: 'nudge' }>;

/** The pool's state blob, read at most once for all nudges of a tick, and not at all where none needs it. */
export function fleetOnce(ports: Pick<StepPorts, 'store'>, pool: string): () => Promise<FleetMemory | undefined> {
  let reading: Promise<FleetMemory | undefined> | undefined;
  return () => (reading ??= readFleet(ports, pool));
}

/**
 * Hands a drain the readings that confirm it. They come from the state blob: carried through the loop, those of some drains at once would
 * stand in its history five times over (I9). One whose readings are no longer complete looks for itself.
 */
export async function nudge(
  engine: Pick<Engine, 'nudge'>,
  { drainId, news }: Nudge,
  fleet: () => Promise<FleetMemory | undefined>,
  timing: DrainTiming,
): Promise<Answer> {
  const window = news === 'complete' ? (await fleet())?.windows[drainId]?.window : undefined;
  const message =
    window !== undefined && isComplete(window, timing) ? { news, window } : { news: news === 'complete' ? ('look' as const) : news };
  const answer = await engine.nudge(drainId, message);
  return { answer: answer === 'sent' ? 'done' : 'gone' };
}
