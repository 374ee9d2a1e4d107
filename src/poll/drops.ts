import type { ScaleSetState, Instance } from '../ports/scaleSet';
import type { PoolSettings } from '../settings/settings';
import { confirmed, extend, READINGS } from './clocks';
import type { FleetMemory } from './fleetMemory';
import { isDeleting } from './sighting';

/** Rule 1, a drop that we did not order. growth: no capacity is written; all: half or more is missing, nothing is done. */
export interface Drop {
  readonly holds: 'growth' | 'all';
  readonly reason: string;
}

/** From this many on, a drop of under a tenth does not hold growth. */
const LARGE_FLEET = 10;

export function findDrop(
  settings: PoolSettings,
  fleet: FleetMemory,
  state: ScaleSetState,
  instances: readonly Instance[],
  now: number,
): Drop | undefined {
  const span = 3 * settings.durations.minute;
  const missing = Object.values(fleet.instances).filter((known) => known.lastSeen !== now && known.gone !== true).length;
  const silent = Object.values(fleet.runners).filter(
    (known) => known.missing !== undefined && known.gone !== true && known.lastSeen !== now,
  ).length;
  const live = instances.filter((instance) => !isDeleting(instance)).length;
  const drops = [
    dropOf('instances', missing, live + missing),
    dropOf('runners', silent, Math.max(live, silent)),
    dropOf('capacity', capacityDrop(fleet, state.capacity, span, now), fleet.capacity ?? 0),
  ].filter((drop) => drop !== undefined);
  const whole = drops.find((drop) => drop.holds === 'all') ?? drops[0];
  if (whole !== undefined) return whole;
  return nominalBelow(fleet, state, live, span, now);
}

function dropOf(what: string, missing: number, of: number): Drop | undefined {
  if (missing === 0 || of === 0) return undefined;
  const reason = `${missing} of ${of} ${what} went without our doing`;
  if (missing * 2 >= of && of > 1) return { holds: 'all', reason };
  return of >= LARGE_FLEET && missing * 10 < of ? undefined : { holds: 'growth', reason };
}

/** How far sku.capacity fell beyond what our deletes explain, until it is believed. */
function capacityDrop(fleet: FleetMemory, capacity: number, span: number, now: number): number {
  const believed = fleet.capacity;
  if (believed === undefined || capacity >= believed) {
    fleet.capacity = capacity;
    delete fleet.capacityDrop;
    return 0;
  }
  const fall = believed - capacity;
  if (fall <= fleet.deleteCredits.length) {
    fleet.deleteCredits.splice(0, fall);
    fleet.capacity = capacity;
    delete fleet.capacityDrop;
    return 0;
  }
  const known = fleet.capacityDrop?.value === capacity ? fleet.capacityDrop.clock : undefined;
  const clock = extend(known, now);
  fleet.capacityDrop = { value: capacity, clock };
  if (!confirmed(clock, READINGS, span)) return fall;
  fleet.capacity = capacity;
  delete fleet.capacityDrop;
  return 0;
}

/** Flexible: a nominal capacity below the VMs listed is a reading not to write upon. */
function nominalBelow(fleet: FleetMemory, state: ScaleSetState, live: number, span: number, now: number): Drop | undefined {
  if (state.mode !== 'Flexible' || state.capacity >= live) {
    delete fleet.nominalBelow;
    return undefined;
  }
  const known = fleet.nominalBelow?.value === state.capacity ? fleet.nominalBelow.clock : undefined;
  const clock = extend(known, now);
  fleet.nominalBelow = { value: state.capacity, clock };
  return confirmed(clock, READINGS, span)
    ? undefined
    : { holds: 'growth', reason: `the nominal capacity ${state.capacity} is below the ${live} VMs listed` };
}
