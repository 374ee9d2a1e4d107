import { createRandom, type Random } from '../../world/random';
import type { FaultContext, FaultKind } from './types';

/** Traits of the platforms that nobody documents: a run has one or the other, by half. They are flags of the world, set before it is made. */

interface FlagFault {
  readonly name: string;
  readonly area: 'stackguardian' | 'azure';
  readonly sentence: string;
  readonly flag: string;
  readonly valueOf: (random: Random) => number;
}

const TRAITS: readonly FlagFault[] = [
  {
    name: 'busy-deregistration-accepted',
    area: 'stackguardian',
    sentence: 'In half of all runs a busy runner is deregistered without force; in the other half that is refused.',
    flag: 'acceptBusyDeregister',
    valueOf: (random) => random.below(2),
  },
  {
    name: 'flexible-delete-lowers',
    area: 'azure',
    sentence: 'In half of all runs a delete lowers the nominal capacity of a Flexible scale set.',
    flag: 'flexibleDeleteLowers',
    valueOf: (random) => random.below(2),
  },
  {
    name: 'parallel-deletes',
    area: 'azure',
    sentence: 'In half of all runs Azure takes several deletes at a time; in the other half it answers 409.',
    flag: 'parallelDeletes',
    valueOf: (random) => random.below(2),
  },
  {
    name: 'pages-small',
    area: 'azure',
    sentence: 'Lists of VMs come in pages of a few.',
    flag: 'pageSize',
    valueOf: (random) => [3, 7, 50, 100][random.below(4)] ?? 100,
  },
  {
    name: 'demand-pending',
    area: 'stackguardian',
    sentence: 'A part of the waiting jobs is told as pending instead of queued.',
    flag: 'pendingShare',
    valueOf: (random) => random.below(3) / 2,
  },
];

const valueFor = (seed: number | string, trait: FlagFault): number => trait.valueOf(createRandom(seed).fork('traits').fork(trait.name));

/** Flags to make the world with, for those of these kinds that are traits. */
export function traitFlags(seed: number | string, kinds: readonly string[]): Record<string, number> {
  return Object.fromEntries(TRAITS.filter((trait) => kinds.includes(trait.name)).map((trait) => [trait.flag, valueFor(seed, trait)]));
}

export const WORLD_FLAG_FAULTS: readonly FaultKind[] = TRAITS.map(({ name, area, sentence, flag }) => ({
  name,
  area,
  sentence,
  install: ({ world, count }: FaultContext) => {
    const value = world.pools[0]?.env.flags[flag as 'pageSize'];
    if (value !== undefined && value !== 0 && value !== 100) count(`${flag} ${String(value)}`);
  },
}));
