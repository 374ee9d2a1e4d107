import type { StateStore } from '../../ports/stateStore';

const DAY_MS = 86_400_000;
const MOST_NAMES = 5_000;
/** So many go at a time: the next run takes the next ones. */
const MOST_DELETED = 10;

/**
 * Deletes day files that ended more than `days` ago, of every pool, also of those that left the settings; returns how many. Throws
 * {@link ServiceError}.
 */
export async function dropOldDays(store: StateStore, days: number, now: number): Promise<number> {
  const old = (await store.list('ledger/', MOST_NAMES)).filter((name) => {
    const began = Date.parse(/(\d{4}-\d\d-\d\d)\.jsonl$/.exec(name)?.[1] ?? '');
    return began + DAY_MS < now - days * DAY_MS;
  });
  const going = old.slice(0, MOST_DELETED);
  for (const name of going) await store.delete(name);
  return going.length;
}
