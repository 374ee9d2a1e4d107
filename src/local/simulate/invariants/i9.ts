import type { Host } from '../../host';

const MOST_BYTES = 32 * 1024;
const MOST_STATUS = 4 * 1024;

export const I9_SENTENCE =
  'History per tick and status size do not grow with the number of runners: under 32 KB a tick, under 4 KB of custom status.';

/** What the host counted of the loop's generations, and the custom status that stands. Undefined: within bounds. */
export function excessOf(host: Host): string | undefined {
  const sizes = host.counters.generations.get('autoscaler');
  if (sizes !== undefined && sizes.maxBytes > MOST_BYTES) return `a tick left ${String(sizes.maxBytes)} bytes of history`;
  for (const [id, { row }] of host.engine.instances) {
    const length = row.customStatus?.length ?? 0;
    if (length > MOST_STATUS) return `the custom status of ${id} has ${String(length)} characters`;
  }
  return undefined;
}
