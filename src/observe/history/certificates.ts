import type { Certificate } from '../../model/drain';
import { BLOBS } from '../../names';
import type { StateStore } from '../../ports/stateStore';

/** Names of one month that are looked through; a pool with more drains than that shows its first ones of the month alone. */
const MOST_NAMES = 20_000;
const AT_ONCE = 8;

export interface FoundCertificates {
  /** Newest first. */
  readonly certificates: readonly Certificate[];
  /** Certificates that could not be read. */
  readonly lost: number;
  /** The last of them, where there may be more. */
  readonly next: string | undefined;
}

/**
 * Certificates of drains that began from `from` on and before `to` (epoch ms), newest first, at most `limit`, after the drain `after`. Their
 * names tell when they began, so only what is shown is read. Throws {@link ServiceError}.
 */
export async function findCertificates(
  store: StateStore,
  pool: string,
  { from, to, limit, after }: { readonly from: number; readonly to: number; readonly limit: number; readonly after: string | undefined },
): Promise<FoundCertificates> {
  const names: { name: string; drain: string; at: number }[] = [];
  for (const month of monthsOf(from, to)) {
    for (const name of await store.list(BLOBS.certificates(pool, month), MOST_NAMES)) {
      const drain = name.slice(name.lastIndexOf('/') + 1).replace(/\.json$/, '');
      const at = beganAt(drain);
      if (at !== undefined && at >= from && at < to) names.push({ name, drain, at });
    }
  }
  names.sort((a, b) => b.at - a.at || (a.drain < b.drain ? 1 : -1));
  const start = after === undefined ? 0 : names.findIndex(({ drain }) => drain === after) + 1;
  const page = names.slice(start, start + limit);
  const certificates: Certificate[] = [];
  let lost = 0;
  for (let at = 0; at < page.length; at += AT_ONCE) {
    const read = await Promise.all(page.slice(at, at + AT_ONCE).map(async ({ name }) => parse((await store.read(name))?.text)));
    for (const each of read) {
      if (each === undefined) lost += 1;
      else certificates.push(each);
    }
  }
  return { certificates, lost, next: start + limit < names.length ? page.at(-1)?.drain : undefined };
}

/** `drain-<pool>-<tick>-<n>`: a tick's id begins with its time. Undefined where the id is none of ours. */
export function beganAt(drain: string): number | undefined {
  const tick = drain.split('-').at(-2) ?? '';
  const at = parseInt(tick.slice(0, -2), 36);
  return /^[0-9a-z]{10,11}$/.test(tick) && Number.isFinite(at) ? at : undefined;
}

/** The months that the certificates may lie in: a drain that goes on with another lies in that one's month, at most one earlier. */
function monthsOf(from: number, to: number): readonly number[] {
  const first = new Date(from);
  const months: number[] = [];
  for (let month = Date.UTC(first.getUTCFullYear(), first.getUTCMonth() - 1); month < to;) {
    months.push(month);
    const at = new Date(month);
    month = Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1);
  }
  return months;
}

/** Undefined where it is absent, torn, or of another schema. */
export function parse(text: string | undefined): Certificate | undefined {
  if (text === undefined) return undefined;
  try {
    const value = JSON.parse(text) as Partial<Certificate> | null;
    return value?.schema === 1 && typeof value.drain === 'string' && Array.isArray(value.steps) ? (value as Certificate) : undefined;
  } catch {
    return undefined;
  }
}
