import type { TickPlan } from '../model/decision';
import type { Growth, PoolMemory } from '../model/pool';
import { adoptBlobCooldowns } from '../persist/admit';
import { hearOfGrowth } from '../persist/growth';
import type { Instance } from '../ports/scaleSet';
import type { PoolSettings } from '../settings/settings';
import type { FleetMemory } from './fleetMemory';
import type { CompleteReading } from './reading';

/** An order counts as booting for so long after its write, and brought nothing where no VM of it is listed by then. */
const ORDER_MINUTES = 5;
/** Azure's clock may differ from ours by so much. */
const SKEW_MINUTES = 2;

interface Asked {
  readonly memory: PoolMemory;
  readonly settings: PoolSettings;
  readonly now: number;
  readonly cooldownsFromBlobs?: TickPlan['cooldownsFromBlobs'];
}

export interface Recalled {
  /** The entity's memory as this reading leaves it. */
  readonly memory: PoolMemory;
  readonly news: TickPlan['growthNews'];
}

/**
 * What this reading says of the last growth, and the memory that follows from it. The entity hears the same before it admits the plan: both use
 * the same functions, so that a plan keeps a cooldown that only the blobs knew, counts on one that is given back, and waits for a growth that
 * just failed.
 */
export function recallGrowth(
  { memory: given, settings, now, cooldownsFromBlobs }: Asked,
  fleet: FleetMemory,
  reading: CompleteReading,
): Recalled {
  const memory: PoolMemory = { ...given, cooldowns: { ...given.cooldowns }, growth: given.growth && { ...given.growth } };
  adoptBlobCooldowns(memory, cooldownsFromBlobs, now);
  const bound = given.binding;
  if (bound !== undefined && (bound.scaleSet !== reading.state.uniqueId || bound.group !== settings.sgRunnerGroup)) {
    // Growth of another scale set or group: the entity forgets it as soon as it is bound anew.
    return { memory: { ...memory, growth: undefined, growthFailures: undefined }, news: undefined };
  }
  const told = newsOf(memory.growth, fleet, reading, settings, now);
  return { memory, news: hearOfGrowth(memory, told, reading.state.capacity, settings.durations, now) };
}

function newsOf(
  growth: Growth | undefined,
  fleet: FleetMemory,
  { instances, operation }: CompleteReading,
  settings: PoolSettings,
  now: number,
): TickPlan['growthNews'] {
  if (growth === undefined || growth.state === 'over') return undefined;
  const { attempt } = growth;
  const add = growth.add + earlierOf(growth, now);
  const { minute } = settings.durations;
  const arrived = arrivals(fleet, growth, instances, minute);
  const sound = arrived.filter((instance) => instance.provisioningState.toLowerCase() !== 'failed').length;
  if (operation?.kind === 'failed' && sound < add) return { attempt, result: 'failed', code: operation.code, text: operation.text };
  // A VM is listed as soon as it is asked for: whether the platform had room for it is only known when the operation has ended.
  if (sound >= add && operation?.kind !== 'running') return { attempt, result: 'seen' };
  if (now <= awaitedUntil(growth, minute)) return undefined;
  if (arrived.length > 0) return { attempt, result: 'seen' };
  return { attempt, result: 'failed', code: 'no-instance', text: 'no new instance was listed within five minutes' };
}

/** Ordered and not yet listed, for five minutes after the write or until its operation failed. */
export function orderedOf(memory: PoolMemory, fleet: FleetMemory, instances: readonly Instance[], minute: number, now: number): number {
  const { growth } = memory;
  if (growth === undefined) return 0;
  const isAwaited = growth.state !== 'over' && now <= awaitedUntil(growth, minute);
  const ordered = (isAwaited ? growth.add : 0) + earlierOf(growth, now);
  return ordered === 0 ? 0 : Math.max(0, ordered - arrivals(fleet, growth, instances, minute).length);
}

/** Until when the VMs of a growth count as ordered (epoch ms). */
export const awaitedUntil = (growth: Growth, minute: number): number => askedAt(growth) + ORDER_MINUTES * minute;

/** What an earlier growth ordered: this one took its place in memory before its VMs were listed. */
const earlierOf = ({ earlier }: Growth, now: number): number => (earlier !== undefined && now <= earlier.until ? earlier.count : 0);

/** The act may run late: its VMs are awaited from its answer on. */
const askedAt = (growth: Growth): number => growth.answeredAt ?? growth.at;

/** Instances first listed after a growth was asked for, never those of the reading that asked. A memory begun since then knows none as old, so Azure's time of creation tells. */
function arrivals(fleet: FleetMemory, growth: Growth, instances: readonly Instance[], minute: number): readonly Instance[] {
  return instances.filter(({ vmId, createdAt }) => {
    const firstSeen = fleet.instances[vmId]?.firstSeen ?? 0;
    if (firstSeen <= growth.at) return false;
    return firstSeen > fleet.bornAt || (createdAt !== undefined && createdAt >= growth.at - SKEW_MINUTES * minute);
  });
}
