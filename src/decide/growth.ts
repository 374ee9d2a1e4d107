import type { Act } from '../model/decision';
import type { Scene } from './scene';
import { waitsForCooldown, type ScaleOutRule } from './scaleOut';

export type GrowthPlan =
  { readonly kind: 'grow'; readonly act: Extract<Act, { kind: 'setCapacity' }> } | { readonly kind: 'wait'; readonly reason: string };

/** Waits of an incident of boots before each try, in minutes. */
const INCIDENT_WAITS = [5, 10, 20, 30];
const WITHOUT_A_LIMIT = 1_000;

/** One write of capacity for `wanted` instances, or why not now. "Writing capacity" of design.md. */
export function planGrowth(scene: Scene, rule: ScaleOutRule, wanted: number): GrowthPlan {
  const { memory, settings, state, now } = scene;
  const { minute, scaleOutCooldown } = settings.durations;
  const wait = (reason: string): GrowthPlan => ({ kind: 'wait', reason });
  if (memory.flags.paused?.scaleOut === true) return wait('scale-out is paused');
  if (scene.drop !== undefined) return wait(scene.drop.reason);
  const growth = memory.growth;
  if (
    growth !== undefined &&
    growth.state !== 'over' &&
    now - (growth.answeredAt ?? growth.at) < 5 * minute &&
    state.provisioningState === 'Updating'
  )
    return wait('the last capacity write is still being carried out');
  const failures = memory.growthFailures;
  if (failures !== undefined && now < failures.waitUntil)
    return wait(`the last growth failed (${failures.code}); tried again in ${minutesLeft(failures.waitUntil - now, minute)}`);
  const since = now - (memory.cooldowns.scaleOutAt ?? 0);
  if (waitsForCooldown(rule) && since < scaleOutCooldown)
    return wait(`the scale-out cooldown runs for another ${minutesLeft(scaleOutCooldown - since, minute)}`);
  const incident = incidentWait(scene);
  if (incident !== undefined) return wait(incident);
  const n = Math.min(scene.fleetMemory.boots.incidentSince === undefined ? wanted : 1, roomFor(scene));
  if (n <= 0) return wait(`the fleet is at its maximum (${scene.live + scene.fleet.ordered} instances)`);
  const { etag, capacity } = state;
  const act = {
    kind: 'setCapacity',
    attempt: scene.tickId,
    after: growth?.attempt,
    add: n,
    from: capacity,
    to: baseOf(scene) + n,
    etag,
    rule,
    waits: waitsForCooldown(rule),
  } as const;
  return { kind: 'grow', act: { ...act, to: Math.max(capacity, act.to) } };
}

/** MAX_RUNNERS and the scale set bound instances; MaxNumberOfRunners bounds what may register beside strangers. */
export function roomFor(scene: Scene): number {
  const { settings, group, fleet, state } = scene;
  const taken = scene.live + fleet.ordered;
  const strangers = fleet.foreign.length + fleet.ghosts.length + fleet.stale.length;
  const platform = group.maxRunners === undefined ? WITHOUT_A_LIMIT : group.maxRunners - strangers;
  return Math.min(settings.maxRunners ?? WITHOUT_A_LIMIT, platform, state.limit) - taken;
}

/**
 * Uniform: what is listed and ordered, or the capacity itself where its surplus is only VMs being deleted. Flexible: the nominal capacity,
 * since Azure creates the difference. Never memory, never below the reading.
 */
function baseOf({ state, live, fleet }: Scene): number {
  if (state.mode === 'Flexible') return state.capacity;
  const surplus = state.capacity - live - fleet.ordered;
  const deleting = fleet.members.filter((member) => member.state === 'deleting').length;
  return surplus > 0 && surplus <= deleting ? state.capacity : live + fleet.ordered;
}

function incidentWait({ fleetMemory, memory, settings, now }: Scene): string | undefined {
  const { boots } = fleetMemory;
  if (boots.incidentSince === undefined) return undefined;
  const { minute } = settings.durations;
  const pause = (INCIDENT_WAITS[Math.min(boots.tries, INCIDENT_WAITS.length - 1)] ?? 30) * minute;
  const since = Math.max(boots.lastFailedAt ?? 0, memory.growth?.at ?? 0);
  return now - since < pause
    ? `${boots.failed} boots failed in a row; the next try is in ${minutesLeft(since + pause - now, minute)}`
    : undefined;
}

function minutesLeft(ms: number, minute: number): string {
  const minutes = Math.ceil(ms / minute);
  return minutes === 1 ? '1 minute' : `${minutes} minutes`;
}
