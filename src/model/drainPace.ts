import type { PoolMemory } from './pool';

/** So many waiting drains ask the pool entity at their own pace: ten times a minute at the most. */
const FEW = 50;
/** Five minutes become half an hour: no drain is out of sight for longer. */
const MOST_SPREAD = 6;

/**
 * How many times longer a drain that merely waits does so before it asks again (1 to 6). Each ask reads and writes the whole state of the pool
 * entity, so that of three hundred drains whose runners work on for days (seed 43006) the asks would cost more than the ticks (I9). The
 * loop's poll looks at all of them, and nudges those that something happened to.
 */
export function spreadOf({ drains }: Pick<PoolMemory, 'drains'>): number {
  return Math.min(MOST_SPREAD, Math.max(1, Math.ceil(Object.keys(drains).length / FEW)));
}
