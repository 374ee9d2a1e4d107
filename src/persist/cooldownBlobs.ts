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

/** Reads both. An empty or unparsable blob counts as absent, is copied to `<name>.invalid-<time>` and goes. */
export async function readCooldowns(store: StateStore, names: CooldownBlobNames, now: number): Promise<FoundCooldowns> {
  const warnings: string[] = [];
  const cooldowns: Cooldowns = {};
  const strange: { blob: string; at: number }[] = [];
  for (const [key, name] of [
    ['scaleInAt', names.scaleInBlob],
    ['scaleOutAt', names.scaleOutBlob],
  ] as const) {
    const blob = await store.read(name);
    if (blob === undefined) continue;
    const at = parseTimestamp(blob.text);
    if (at !== undefined && blob.text.trim() !== formatTimestamp(at)) strange.push({ blob: name, at: Math.min(at, now) });
    if (at === undefined) {
      const aside = `${name}.invalid-${formatTimestamp(now).replaceAll(':', '-')}`;
      await store.write(aside, blob.text);
      await store.delete(name);
      warnings.push(`The blob "${name}" held no time; it was moved to "${aside}".`);
    } else if (at > now + SKEW_MS) {
      cooldowns[key] = now;
      warnings.push(`The blob "${name}" holds a time in the future (${blob.text.trim().slice(0, 40)}); it counts as now.`);
    } else cooldowns[key] = Math.min(at, now);
  }
  return { cooldowns, warnings, strange };
}

export async function writeCooldowns(store: StateStore, names: CooldownBlobNames, cooldowns: Cooldowns): Promise<void> {
  if (cooldowns.scaleInAt !== undefined) await store.write(names.scaleInBlob, formatTimestamp(cooldowns.scaleInAt));
  if (cooldowns.scaleOutAt !== undefined) await store.write(names.scaleOutBlob, formatTimestamp(cooldowns.scaleOutAt));
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
