import { ServiceError } from '../errors';
import { BLOBS } from '../names';
import type { StateStore } from '../ports/stateStore';
import { parseForecast, type Forecast } from './forecast';

/** It changes once a day: a tick asks the store this seldom. */
const FRESH_MINUTES = 30;
const RETRY_MINUTES = 5;

interface Recalled {
  readonly forecast: Forecast | undefined;
  readonly warnings: readonly string[];
}

const known = new WeakMap<StateStore, Map<string, Recalled & { readonly until: number }>>();

/** What was learned of a pool. Never fails a tick: what cannot be read is said, and the last that was read, or the plain rule, holds. */
export async function recallForecast(store: StateStore, pool: string, now: number): Promise<Recalled> {
  const pools = known.get(store) ?? new Map<string, Recalled & { readonly until: number }>();
  known.set(store, pools);
  const last = pools.get(pool);
  // A clock that was set back must not keep it for good.
  if (last !== undefined && now < last.until && last.until - now <= FRESH_MINUTES * 60_000) return last;
  const [found, minutes] = await read(store, pool, last?.forecast);
  const kept = { ...found, until: now + minutes * 60_000 };
  pools.set(pool, kept);
  return kept;
}

async function read(store: StateStore, pool: string, last: Forecast | undefined): Promise<[Recalled, number]> {
  const name = BLOBS.forecast(pool);
  try {
    const blob = await store.read(name);
    const forecast = blob === undefined ? undefined : parseForecast(blob.text);
    const isRubbish = blob !== undefined && forecast === undefined;
    const warnings = isRubbish ? [`The blob "${name}" could not be read; without it the plain rule holds until it is learned anew.`] : [];
    return [{ forecast, warnings }, FRESH_MINUTES];
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return [{ forecast: last, warnings: [`The forecast could not be read (${error.code}): ${error.message}`] }, RETRY_MINUTES];
  }
}
