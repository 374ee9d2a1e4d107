import type { Growth, PoolMemory } from '../model/pool';
import type { ScaleSetState } from '../ports/scaleSet';
import type { PoolSettings } from '../settings/settings';
import { confirmed, extend, READINGS } from './clocks';
import type { FleetMemory } from './fleetMemory';
import type { Joined } from './join';
import type { CompleteReading } from './reading';
import { isDeleting } from './sighting';

/** Rule 1, a drop that we did not order. growth: no capacity is written; all: half or more is missing, nothing is done. */
export interface Drop {
  readonly holds: 'growth' | 'all';
  readonly reason: string;
}

/** From this many on, a drop of under a tenth does not hold growth. */
const LARGE_FLEET = 10;
const CONFIRM_MINUTES = 3;

interface Asked {
  readonly settings: PoolSettings;
  /** With the last growth as it was before this reading told of it. */
  readonly memory: Pick<PoolMemory, 'growth'>;
  readonly now: number;
}

/** The worst of what went without our doing since it was last believed. Mutates the clocks of `fleet`. */
export function findDrop({ settings, memory, now }: Asked, fleet: FleetMemory, joined: Joined, reading: CompleteReading): Drop | undefined {
  const { state, instances } = reading;
  const span = CONFIRM_MINUTES * settings.durations.minute;
  const missing = Object.values(fleet.instances).filter((known) => known.lastSeen !== now && known.gone !== true).length;
  const silent = Object.values(fleet.runners).filter(
    (known) => known.missing !== undefined && known.gone !== true && known.lastSeen !== now,
  ).length;
  const live = instances.filter((instance) => !isDeleting(instance)).length;
  const matched = joined.speakers.size + joined.stale.length;
  const believed = fleet.capacity ?? 0;
  const drops = [
    dropOf('instances', missing, live + missing),
    dropOf('runners', silent, matched + silent),
    dropOf('units of capacity', capacityDrop(fleet, memory.growth, state.capacity, span, now), believed),
    nominalBelow(fleet, state, live, span, now),
  ].filter((drop) => drop !== undefined);
  return drops.find((drop) => drop.holds === 'all') ?? drops[0];
}

function dropOf(what: string, missing: number, of: number): Drop | undefined {
  if (missing === 0 || of === 0) return undefined;
  const reason = `${missing} of ${of} ${what} went without our doing`;
  if (missing * 2 >= of) return { holds: 'all', reason };
  return of >= LARGE_FLEET && missing * 10 < of ? undefined : { holds: 'growth', reason };
}

/** How far sku.capacity fell beyond what our deletes explain, until it is believed. */
function capacityDrop(fleet: FleetMemory, growth: Growth | undefined, capacity: number, span: number, now: number): number {
  const fall = (fleet.capacity ?? capacity) - capacity;
  if (fall > fleet.deleteCredits.length) {
    const known = fleet.capacityDrop?.value === capacity ? fleet.capacityDrop.clock : undefined;
    const clock = extend(known, now);
    fleet.capacityDrop = { value: capacity, clock };
    if (!confirmed(clock, READINGS, span)) return fall;
  } else fleet.deleteCredits.splice(0, Math.max(0, fall, fallSinceWrite(fleet, growth, capacity)));
  fleet.capacity = capacity;
  delete fleet.capacityDrop;
  return 0;
}

/**
 * How far it fell since our last write was carried out, told once: a write and a delete between two readings hide each other's change, and a
 * credit left over would let a later surplus pass for that of a delete (seed 77606: one VM beyond MAX_RUNNERS).
 */
function fallSinceWrite(fleet: FleetMemory, growth: Growth | undefined, capacity: number): number {
  if (growth?.state !== 'accepted' || growth.attempt === fleet.capacityWrite) return 0;
  fleet.capacityWrite = growth.attempt;
  return growth.to - capacity;
}

/** Flexible: a nominal capacity below the VMs listed is a reading not to write upon, until it is believed; a smaller gap needs no new belief. */
function nominalBelow(fleet: FleetMemory, state: ScaleSetState, live: number, span: number, now: number): Drop | undefined {
  const gap = live - state.capacity;
  if (state.mode !== 'Flexible' || gap <= 0) {
    delete fleet.nominalBelow;
    return undefined;
  }
  const known = fleet.nominalBelow;
  if (gap <= (known?.believed ?? 0)) return undefined;
  const clock = extend(known?.gap === gap ? known.clock : undefined, now);
  const isBelieved = confirmed(clock, READINGS, span);
  fleet.nominalBelow = {
    gap,
    clock,
    ...(isBelieved ? { believed: gap } : known?.believed === undefined ? {} : { believed: known.believed }),
  };
  return isBelieved ? undefined : { holds: 'growth', reason: `the nominal capacity ${state.capacity} is below the ${live} VMs listed` };
}
