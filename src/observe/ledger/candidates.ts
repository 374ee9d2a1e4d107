import type { Act } from '../../model/decision';
import { idleTime } from '../../decide/kept';
import type { Scene } from '../../decide/scene';
import type { Member } from '../../poll/fleet';
import { bornAt } from '../../poll/fleetMemory';

/** Which members a line tells one by one. Those that a rule looks at come first, in the order in which it would choose them. */
export interface Chosen {
  readonly members: readonly Member[];
  readonly rest: readonly Member[];
  /** Of the rest, those that a rule might have looked at one by one. */
  readonly cut: number;
}

export function chooseMembers(scene: Scene, acts: readonly Act[], most: number): Chosen {
  const acted = new Set(acts.flatMap((act) => (act.kind === 'drain' || act.kind === 'deregister' ? [act.vmId] : [])));
  const records = new Set(acts.flatMap((act) => (act.kind === 'reactivate' || act.kind === 'forgetDrain' ? [act.drainId] : [])));
  const places = placesOf(scene);
  const ranked = scene.fleet.members
    .map((member, at) => ({ member, rank: isActed(member, acted, records) ? 0 : rankOf(member), place: places.get(member) ?? at }))
    .toSorted((a, b) => a.rank - b.rank || a.place - b.place);
  const kept = Math.max(most, ranked.filter(({ rank }) => rank === 0).length);
  const told = new Set(ranked.slice(0, kept).map(({ member }) => member));
  const rest = ranked.slice(kept);
  return {
    // In the order of the reading: a rule that takes "the first" takes the same one again.
    members: scene.fleet.members.filter((member) => told.has(member)),
    rest: rest.map(({ member }) => member),
    cut: rest.filter(({ rank }) => rank <= UNUSUAL).length,
  };
}

/** Rule 3 takes the least busy and the oldest, or those that were idle longest: who is among the first of either comes first. */
function placesOf({ fleet, now }: Scene): ReadonlyMap<Member, number> {
  const places = new Map<Member, number>();
  const active = fleet.members.filter(({ state }) => state === 'active');
  for (const order of [
    active.toSorted((a, b) => (a.tasks ?? Infinity) - (b.tasks ?? Infinity) || bornAt(a.memory) - bornAt(b.memory) || 0),
    active.toSorted((a, b) => idleTime(b, now) - idleTime(a, now)),
  ])
    order.forEach((member, place) => places.set(member, Math.min(places.get(member) ?? Infinity, place)));
  return places;
}

const UNUSUAL = 2;

const isActed = ({ instance, record }: Member, vmIds: ReadonlySet<string | undefined>, records: ReadonlySet<string>): boolean =>
  vmIds.has(instance.vmId) || (record !== undefined && records.has(record.id));

function rankOf({ state, record, tasks, runner }: Member): number {
  if (record !== undefined) return record.isOver === true || record.phase === 'givingBack' ? 1 : 5;
  switch (state) {
    case 'unhealthy':
    case 'stray':
    case 'lost':
      return 1;
    case 'draining':
    case 'bare':
      return 2;
    case 'unjudged':
      return 3;
    case 'active':
      return tasks === 0 ? 3 : 4;
    default:
      return runner === undefined ? 5 : 4;
  }
}
