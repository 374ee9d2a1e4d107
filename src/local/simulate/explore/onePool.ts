import type { PoolMemory } from '../../../model/pool';
import type { PoolState } from '../../world/state';
import type { Stage } from '../stage';

/** The one pool of a course's world. */
export function poolOf({ world }: Pick<Stage, 'world'>): PoolState {
  const [pool] = world.pools;
  if (pool === undefined) throw new Error('The world has no pool.');
  return pool;
}

/** What the pool's entity remembers; undefined before its first word, and while the app is down. */
export const memoryOf = ({ app }: Pick<Stage, 'app'>, { name }: PoolState): PoolMemory | undefined =>
  app.host()?.readEntity('pool', name) as PoolMemory | undefined;
