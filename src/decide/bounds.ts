import type { Scene } from './scene';
import { count } from './words';

/** Rule 6: how many instances there may be, and by what. */
export interface Bound {
  readonly most: number;
  readonly name: string;
}

/** Where neither MAX_RUNNERS nor the group says how many. */
const WITHOUT_A_LIMIT = 1_000;

type Bounded = Pick<Scene, 'settings' | 'group' | 'fleet' | 'state'>;

/** What the platform and the scale set allow: entries that are not our instances take their places in the group. It bounds growth alone. */
function platformBound({ settings, group, fleet, state }: Bounded): Bound {
  const others = fleet.foreign.length + fleet.ghosts.length + fleet.stale.length;
  const less = others === 0 ? '' : ` less ${count(others, 'entry', 'entries')} without an instance`;
  const byGroup =
    group.maxRunners === undefined
      ? { most: WITHOUT_A_LIMIT, name: settings.maxRunners === undefined ? 'the limit for want of MAX_RUNNERS' : 'the scale set' }
      : { most: Math.max(0, group.maxRunners - others), name: `MaxNumberOfRunners ${group.maxRunners}${less}` };
  return state.limit < byGroup.most ? { most: state.limit, name: 'the limit of the scale set' } : byGroup;
}

/** The narrowest bound of growth. */
export function growthBound(scene: Bounded): Bound {
  const platform = platformBound(scene);
  const { maxRunners } = scene.settings;
  return maxRunners !== undefined && maxRunners <= platform.most ? { most: maxRunners, name: 'MAX_RUNNERS' } : platform;
}

export interface Room extends Bound {
  /** How many more; negative where the fleet is above the bound. */
  readonly left: number;
}

/** How many more may be ordered now: those listed (not Deleting) or ordered count, draining and failed ones too. */
export function roomFor(scene: Scene): Room {
  const { state, live, fleet } = scene;
  const bound = growthBound(scene);
  const left = bound.most - live - fleet.ordered;
  // Azure refuses a nominal capacity above the limit, whatever the number of VMs.
  const nominal = state.limit - state.capacity;
  if (state.mode !== 'Flexible' || nominal >= left) return { ...bound, left };
  return { left: nominal, most: live + fleet.ordered + nominal, name: `nominal capacity ${state.capacity} of ${state.limit}` };
}

/** Uniform: as far as this the capacity may be above the live VMs and stand for others: Deleting ones, and ordered ones not listed yet. */
export const explainedSurplus = ({ fleet }: Pick<Scene, 'fleet'>): number =>
  fleet.members.filter((member) => member.state === 'deleting').length + fleet.ordered;

/** How far the fleet is above MAX_RUNNERS itself, recorded drains left out. */
export const aboveMaximum = ({ settings, undrained }: Scene): number =>
  settings.maxRunners === undefined ? 0 : Math.max(0, undrained - settings.maxRunners);

/** MIN_RUNNERS as far as growth can reach it; scale-in keeps to MIN_RUNNERS itself. */
export const reachableMinimum = (scene: Bounded & Pick<Scene, 'targets'>): number =>
  Math.min(scene.targets.minRunners, platformBound(scene).most);

export function boundWarnings(scene: Bounded & Pick<Scene, 'targets'>): readonly string[] {
  const { settings, group, targets } = scene;
  const { most, name } = platformBound(scene);
  const warnings: string[] = [];
  if (settings.maxRunners === undefined && group.maxRunners === undefined)
    warnings.push(`Neither MAX_RUNNERS nor MaxNumberOfRunners is known: growth is bounded by ${WITHOUT_A_LIMIT} instances.`);
  if (targets.minRunners > most)
    warnings.push(`MIN_RUNNERS ${targets.minRunners} is above what growth can reach, ${most} (${name}): ${most} are kept.`);
  return warnings;
}
