import type { PoolMemory } from '../model/pool';
import type { Runner } from '../ports/runnerService';
import type { ScaleSetState } from '../ports/scaleSet';
import type { FleetMemory } from './fleetMemory';

/** What we remember to tell our changes from those of others. */
export interface OthersMemory {
  /** sku.capacity of the last complete reading, and its time. */
  capacity: number;
  at: number;
  /** The last growth whose rise of the capacity was seen. */
  growth?: string;
  /** Times of our deletes whose fall of the capacity was not seen yet. */
  credits: number[];
  /** The latest stamp in the original's blobs that is not of our hand. */
  stampAt?: number;
  /** Of the last hour, at most {@link MOST_CHANGES}. */
  changes: { at: number; text: string }[];
}

/** A stamp in a timestamp blob that we did not write. */
export interface StrangeStamp {
  readonly blob: string;
  readonly at: number;
}

export interface Noticed {
  readonly memory: PoolMemory;
  readonly state: ScaleSetState;
  readonly runners: readonly Runner[];
  readonly stamps: readonly StrangeStamp[];
  readonly now: number;
  /** One minute of the rules in ms. */
  readonly minute: number;
}

const MOST_CHANGES = 10;
/** So many within an hour are another writer at work. */
export const REPEATED = 3;
const HOUR_MINUTES = 60;
/** A growth whose answer was lost may still be applied so long after it was asked for. */
const GROWTH_MINUTES = 10;

/**
 * Changes of the capacity, of a runner's status or of the timestamp blobs since the last complete reading that we did not make, one sentence
 * each. They are named and remembered, never undone: MIN, MAX and the rules hold on whatever stands now. Mutates `fleet`.
 */
export function noticeOthers(fleet: FleetMemory, seen: Noticed): readonly string[] {
  const { state, now, minute } = seen;
  const isFirst = fleet.others === undefined;
  const others = (fleet.others ??= { capacity: state.capacity, at: now, credits: [], changes: [] });
  creditDeletes(fleet, others, seen);
  const wasEmpty = Object.values(fleet.instances).every((known) => known.lastSeen < others.at);
  const texts = [...ofCapacity(others, seen, isFirst, wasEmpty), ...ofRunners(fleet, seen), ...ofStamps(fleet, others, seen)];
  others.at = now;
  others.credits = others.credits.filter((at) => now - at < HOUR_MINUTES * minute);
  others.changes = [
    ...others.changes.filter(({ at }) => now - at < HOUR_MINUTES * minute),
    ...texts.map((text) => ({ at: now, text })),
  ].slice(-MOST_CHANGES);
  return texts;
}

/** Our deletes, each once: on Flexible they may lower the capacity or not, on Uniform now or on the next reading. */
function creditDeletes(fleet: FleetMemory, others: OthersMemory, { memory, now }: Noticed): void {
  for (const known of Object.values(fleet.instances)) {
    if (known.credited === true || (known.drain === undefined && known.deregistered === undefined)) continue;
    const isGoing = known.deleting !== undefined || known.lastSeen !== now || memory.drains[known.drain ?? '']?.phase === 'deleting';
    if (!isGoing) continue;
    known.credited = true;
    others.credits.push(now);
  }
}

function ofCapacity(others: OthersMemory, { memory, state, now, minute }: Noticed, isFirst: boolean, wasEmpty: boolean): string[] {
  const before = others.capacity;
  others.capacity = state.capacity;
  const { growth } = memory;
  const mayCome = growth !== undefined && growth.attempt !== others.growth && now - growth.at <= GROWTH_MINUTES * minute;
  if (isFirst || state.capacity === before) return [];
  const rises = mayCome ? [growth.to - growth.from, 0] : [0];
  for (const rise of rises) {
    const fall = before + rise - state.capacity;
    if (fall < 0 || fall > others.credits.length) continue;
    if (rise !== 0 && growth !== undefined) others.growth = growth.attempt;
    others.credits.splice(0, fall);
    return [];
  }
  // An operator's `normalize` writes 0 where the reading before showed no VM either; from another it harms nobody there.
  if (state.capacity === 0 && wasEmpty) return [];
  return [`capacity went ${before} → ${state.capacity} without us`];
}

/**
 * Named where two readings agree: between our reading of the entity and that of the group a drain of ours may begin, mark or give back.
 * A give-back is ours where its record says so, or one was stamped since the reading before.
 */
function ofRunners(fleet: FleetMemory, { memory, runners, now, minute }: Noticed): string[] {
  const records = new Map(Object.values(memory.drains).map((record) => [record.runnerId, record]));
  const gaveBack = now - (memory.cooldowns.giveBackAt ?? 0) < GROWTH_MINUTES * minute;
  const texts: string[] = [];
  for (const { runnerId, status } of runners) {
    const known = fleet.runners[runnerId];
    if (known === undefined || status === undefined) continue;
    const record = records.get(runnerId);
    const isOurs = status === 'DRAINING' ? record !== undefined : record?.phase === 'givingBack' || (record === undefined && gaveBack);
    const isNew = known.status === undefined || known.status === status;
    if (isNew || isOurs || known.doubt === status) {
      if (!isNew && !isOurs) texts.push(`runner ${runnerId} was set ${status} without us`);
      known.status = status;
      delete known.doubt;
    } else known.doubt = status;
  }
  return texts;
}

function ofStamps(fleet: FleetMemory, others: OthersMemory, { stamps }: Noticed): string[] {
  const fresh = stamps.filter(({ at }) => at > fleet.bornAt && at > (others.stampAt ?? 0));
  if (fresh.length > 0) others.stampAt = Math.max(...fresh.map(({ at }) => at));
  return fresh.map(
    ({ blob, at }) => `the blob "${blob}" was stamped ${new Date(at).toISOString()} without us: another autoscaler still writes it`,
  );
}
