import type { Act } from '../../model/decision';
import type { Scene } from '../../decide/scene';
import { isCommitted } from '../../persist/records';
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
  const ranked = scene.fleet.members
    .map((member) => ({ member, rank: isActed(member, acted, records) ? 0 : rankOf(member) }))
    .toSorted((a, b) => a.rank - b.rank || byChoice(a.member, b.member));
  const kept = Math.max(most, ranked.filter(({ rank }) => rank === 0).length);
  const [told, rest] = [ranked.slice(0, kept), ranked.slice(kept)];
  return {
    // In the order of the reading: a rule that takes "the first" takes the same one again.
    members: inOrderOf(
      scene,
      told.map(({ member }) => member),
    ),
    rest: rest.map(({ member }) => member),
    cut: rest.filter(({ rank }) => rank <= UNUSUAL).length,
  };
}

const UNUSUAL = 2;

const isActed = ({ instance, record }: Member, vmIds: ReadonlySet<string | undefined>, records: ReadonlySet<string>): boolean =>
  vmIds.has(instance.vmId) || (record !== undefined && records.has(record.id));

function rankOf({ state, record, tasks, runner }: Member): number {
  if (record !== undefined) {
    if (record.isOver === true || record.phase === 'givingBack') return 1;
    return !isCommitted(record) && record.kind === 'runner' && !record.adopted ? 2 : 5;
  }
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

/** As rule 3 chooses: the least busy, then the oldest. */
const byChoice = (a: Member, b: Member): number =>
  (a.tasks ?? Infinity) - (b.tasks ?? Infinity) || bornAt(a.memory) - bornAt(b.memory) || 0;

function inOrderOf({ fleet }: Scene, chosen: readonly Member[]): readonly Member[] {
  const known = new Set(chosen);
  return fleet.members.filter((member) => known.has(member));
}
