import type { TickPlan } from '../model/decision';
import type { PoolMemory } from '../model/pool';
import type { OperationResult } from '../ports/scaleSet';
import type { PoolSettings } from '../settings/settings';
import { arrivedSince } from './fleet';
import type { FleetMemory } from './fleetMemory';

/** What became of the growth under way: new instances are its proof; none within five minutes, or Azure's own word, its failure. */
export function growthNews(
  memory: PoolMemory,
  fleet: FleetMemory,
  operation: OperationResult | undefined,
  settings: PoolSettings,
  now: number,
): TickPlan['growthNews'] {
  const { growth } = memory;
  if (growth === undefined || growth.state === 'over') return undefined;
  const { attempt } = growth;
  const arrived = arrivedSince(fleet, growth.at);
  if (operation?.kind === 'failed' && arrived < growth.add)
    return { attempt, result: 'failed', code: operation.code, text: operation.text };
  if (arrived >= growth.add) return { attempt, result: 'seen' };
  if (now - (growth.answeredAt ?? growth.at) <= 5 * settings.durations.minute) return undefined;
  if (arrived > 0) return { attempt, result: 'seen' };
  return { attempt, result: 'failed', code: 'no-instance', text: 'no new instance was listed within five minutes' };
}
