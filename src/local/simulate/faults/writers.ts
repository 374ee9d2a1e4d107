import { living } from '../../world/capacity';
import { anyPool, every, HOUR } from './schedule';
import type { FaultContext, FaultKind } from './types';
import type { Mishaps } from '../../world/mishaps';
import type { PoolState } from '../../world/state';

/** Others who write to the scale set: autoscale settings, zone balance, an engineer in the portal. */

const kind = (
  name: string,
  mean: number,
  sentence: string,
  deed: (context: FaultContext, pool: PoolState, mishaps: Mishaps) => boolean,
): FaultKind => ({
  name,
  area: 'azure',
  sentence,
  install: (context) =>
    every(context, mean, () => {
      const pool = anyPool(context);
      if (pool !== undefined && deed(context, pool, context.world.mishaps(pool.name))) context.count(pool.name);
    }),
});

export const WRITER_FAULTS: readonly FaultKind[] = [
  kind('second-writer-grows', 20 * HOUR, 'A second writer raises sku.capacity.', ({ random }, pool, mishaps) => {
    const to = pool.capacity + 1 + random.below(2);
    return to <= 1_000 && mishaps.setCapacity(to);
  }),
  kind(
    'second-writer-shrinks',
    20 * HOUR,
    'A second writer lowers sku.capacity, and Azure picks the victims.',
    (_context, pool, mishaps) => (pool.capacity > 0 && living(pool).length > 0 ? mishaps.setCapacity(pool.capacity - 1) : false),
  ),
  kind('etag-moves', HOUR, 'A second writer changes the model of the scale set: its ETag moves.', (_context, _pool, mishaps) =>
    mishaps.touch(),
  ),
  kind('capacity-drifts', 24 * HOUR, 'The capacity stays above the VMs (Flexible: it is nominal).', (context, pool, mishaps) =>
    pool.mode === 'Flexible' && pool.capacity < 300 ? mishaps.driftCapacity(pool.capacity + 1 + context.random.below(3)) : false,
  ),
];
