import type { Cooldowns } from '../model/pool';
import type { StateStore } from '../ports/stateStore';

/** The two timestamp blobs of the Python original: ISO 8601 without a zone, read as UTC. */
export interface CooldownBlobNames {
  readonly scaleInBlob: string;
  readonly scaleOutBlob: string;
}

export interface FoundCooldowns {
  readonly cooldowns: Cooldowns;
  readonly warnings: readonly string[];
  /** Stamps in another hand than ours: the original writes microseconds. */
  readonly strange: readonly { readonly blob: string; readonly at: number }[];
}

/** A stamp further ahead than this counts as now and is reported (I6). */
const SKEW_MS = 60_000;

const KEYS = [
  ['scaleInAt', 'scaleInBlob'],
  ['scaleOutAt', 'scaleOutBlob'],
] as const;

/**
 * Reads both. An empty or unparsable blob counts as absent, is copied to `<name>.invalid-<time>` and replaced by what is known (or by a time
 * long past). A stamp from the future counts as now, once: it is replaced too, for it would count as now at every reading until then.
 * `mayWrite` false (DRY_RUN): nothing is copied or replaced.
 */
export async function readCooldowns(
  store: StateStore,
  names: CooldownBlobNames,
  known: Cooldowns,
  mayWrite: boolean,
  now: number,
): Promise<FoundCooldowns> {
  const warnings: string[] = [];
  const cooldowns: Cooldowns = {};
  const strange: { blob: string; at: number }[] = [];
  for (const [key, setting] of KEYS) {
    const name = names[setting];
    const blob = await store.read(name);
    if (blob === undefined) continue;
    const at = parseTimestamp(blob.text);
    if (at !== undefined && blob.text.trim() !== formatTimestamp(at)) strange.push({ blob: name, at: Math.min(at, now) });
    if (at === undefined) {
      const aside = `${name}.invalid-${formatTimestamp(now).replaceAll(':', '-')}`;
      if (mayWrite) await store.write(aside, blob.text);
      warnings.push(`The blob "${name}" held no time${mayWrite ? `; it was copied to "${aside}" and replaced` : ' and counts as absent'}.`);
    } else {
      cooldowns[key] = Math.min(at, now);
      if (at <= now + SKEW_MS) continue;
      warnings.push(`The blob "${name}" holds a time in the future (${blob.text.trim().slice(0, 40)}); it counts as now.`);
    }
    // Only over what was read: a stamp written meanwhile stays.
    if (mayWrite) await store.write(name, formatTimestamp(cooldowns[key] ?? known[key] ?? 0), { etag: blob.etag });
  }
  return { cooldowns, warnings, strange };
}

/** Never lowers a time: an activity that runs again hours late would take a later stamp back. Rubbish is left to the next reading. */
export async function writeCooldowns(store: StateStore, names: CooldownBlobNames, cooldowns: Cooldowns): Promise<void> {
  for (const [key, setting] of KEYS) {
    const at = cooldowns[key];
    if (at === undefined) continue;
    const blob = await store.read(names[setting]);
    const standing = blob === undefined ? undefined : (parseTimestamp(blob.text) ?? Infinity);
    if (standing !== undefined && standing >= at) continue;
    // A conflict is a stamp that another hand wrote at this very moment: as late as ours.
    await store.write(names[setting], formatTimestamp(at), blob === undefined ? { absent: true } : { etag: blob.etag });
  }
}

/** As Python's `datetime.isoformat()` of a naive UTC time: microseconds, no zone. */
export function formatTimestamp(at: number): string {
  return new Date(at).toISOString().replace('Z', '000');
}

const ISO = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?$/;

/** Epoch ms, or undefined for anything that is not a time. A zone is honoured where there is one. */
export function parseTimestamp(text: string): number | undefined {
  const trimmed = text.trim();
  const match = ISO.exec(trimmed);
  if (match === null) return undefined;
  const at = Date.parse(`${trimmed.replace(' ', 'T').replace(/(\.\d{3})\d+/, '$1')}${match[1] === undefined ? 'Z' : ''}`);
  return Number.isFinite(at) ? at : undefined;
}
