import type { Act } from '../model/decision';
import { awaitedUntil } from '../poll/growthNews';
import { explainedSurplus, growthBound, roomFor } from './bounds';
import type { Scene } from './scene';
import { waitsForCooldown, type ScaleOutRule } from './scaleOut';
import { count, minutesLeft } from './words';

type SetCapacity = Extract<Act, { kind: 'setCapacity' }>;

export type GrowthPlan = { readonly kind: 'grow'; readonly act: SetCapacity } | { readonly kind: 'wait'; readonly reason: string };

/** Waits of an incident of boots before each try, in minutes. */
const INCIDENT_WAITS = [5, 10, 20, 30];
/** So long a capacity write of ours holds the next while the scale set is Updating. */
const WRITE_MINUTES = 5;

/** One write of capacity for `wanted` instances, or why not now. */
export function planGrowth(scene: Scene, rule: ScaleOutRule, wanted: number): GrowthPlan {
  const reason = obstacleTo(scene, rule);
  if (reason !== undefined) return { kind: 'wait', reason };
  const room = roomFor(scene);
  const n = Math.min(scene.fleetMemory.boots.incidentSince === undefined ? wanted : 1, room.left);
  if (n <= 0)
    return { kind: 'wait', reason: `the fleet is at its maximum, ${count(scene.live + scene.fleet.ordered, 'instance')} (${room.name})` };
  const bound = growthBound(scene);
  const target = withinBound(scene, n, bound.most);
  // Azure may make the whole of an unexplained surplus, and a lower capacity is never written.
  if (target.most > bound.most)
    return {
      kind: 'wait',
      reason: `capacity ${target.from} is above the ${count(scene.live, 'VM')} and a write might make more than ${bound.most} (${bound.name})`,
    };
  const { to, from, add } = target;
  const { memory, tickId: attempt, state } = scene;
  const after = memory.growth?.attempt;
  const waits = waitsForCooldown(rule);
  return { kind: 'grow', act: { kind: 'setCapacity', attempt, after, add, from, to, etag: state.etag, rule, waits, ...earlierOf(scene) } };
}

/** What is still awaited goes on counting beside the new order: MAX_RUNNERS and MIN_RUNNERS are judged on both. */
function earlierOf({ memory, fleet, settings, now }: Scene): Pick<SetCapacity, 'earlier'> {
  const { growth } = memory;
  if (growth === undefined || fleet.ordered === 0) return {};
  const until = Math.max(awaitedUntil(growth, settings.durations.minute), growth.earlier?.until ?? now);
  return { earlier: { count: fleet.ordered, until } };
}

function obstacleTo(scene: Scene, rule: ScaleOutRule): string | undefined {
  const { memory, settings, now } = scene;
  const { minute, scaleOutCooldown } = settings.durations;
  if (memory.flags.paused?.scaleOut === true) return 'scale-out is paused';
  if (scene.drop !== undefined) return scene.drop.reason;
  if (isWriting(scene)) return 'the last capacity write is still being carried out';
  const failures = memory.growthFailures;
  if (failures !== undefined && now < failures.waitUntil)
    return `the last growth failed (${failures.code}); it is tried again in ${minutesLeft(failures.waitUntil - now, minute)}`;
  const since = now - (memory.cooldowns.scaleOutAt ?? 0);
  if (waitsForCooldown(rule) && since < scaleOutCooldown)
    return `the scale-out cooldown runs for another ${minutesLeft(scaleOutCooldown - since, minute)}`;
  return incidentWait(scene);
}

/** Updating for a capacity write of ours whose operation has not ended. Deletes and the operations of others do not hold a write. */
function isWriting({ memory, settings, state, operation, now }: Scene): boolean {
  const { growth } = memory;
  if (growth === undefined || growth.state === 'over' || state.provisioningState.toLowerCase() !== 'updating') return false;
  if (operation !== undefined && operation.kind !== 'running') return false;
  return now - (growth.answeredAt ?? growth.at) < WRITE_MINUTES * settings.durations.minute;
}

interface Target {
  readonly from: number;
  readonly to: number;
  /** Instances to come of it. */
  readonly add: number;
  /** The most instances there can be of it, ours that are ordered included. */
  readonly most: number;
}

/** As many fewer as a surplus that Azure might make as well would pass the bound by. */
function withinBound(scene: Scene, n: number, most: number): Target {
  const target = targetOf(scene, n);
  const fewer = n - (target.most - most);
  return target.most > most && fewer > 0 ? targetOf(scene, fewer) : target;
}

/**
 * Flexible: the nominal capacity + n, since Azure creates the difference. Uniform: as many as are listed + n, but never below the reading;
 * where the capacity's surplus is VMs that are Deleting or ordered and not yet listed, the capacity + n. The base is this reading, never memory.
 * Beside Deleting ones whose deletes have lowered the capacity already the surplus is a failed growth's, and Azure might make it as well.
 */
function targetOf(scene: Scene, n: number): Target {
  const { state, live, fleet, unlowered } = scene;
  const from = state.capacity;
  const surplus = from - live;
  if (state.mode === 'Flexible') return { from, to: from + n, add: n, most: live + fleet.ordered + n };
  if (surplus > 0 && surplus <= explainedSurplus(scene)) {
    const isTheirs = surplus <= unlowered + fleet.ordered;
    return { from, to: from + n, add: n, most: isTheirs ? live + fleet.ordered + n : from + n };
  }
  const ordered = surplus > 0 ? fleet.ordered : 0;
  const to = Math.max(from, live + ordered + n);
  return { from, to, add: to - live - ordered, most: to };
}

function incidentWait({ fleetMemory, memory, settings, booting: due, late, now }: Scene): string | undefined {
  const { boots } = fleetMemory;
  if (boots.incidentSince === undefined) return undefined;
  const failed = `${count(boots.failed, 'boot')} failed in a row`;
  const booting = due + late;
  if (booting > 0) return `${failed}; one VM at a time is tried, and ${booting} still ${booting === 1 ? 'boots' : 'boot'}`;
  const { minute } = settings.durations;
  const pause = (INCIDENT_WAITS[Math.min(boots.tries, INCIDENT_WAITS.length - 1)] ?? 30) * minute;
  const since = Math.max(boots.lastFailedAt ?? 0, memory.growth?.at ?? 0);
  return now - since < pause ? `${failed}; the next try is in ${minutesLeft(since + pause - now, minute)}` : undefined;
}
