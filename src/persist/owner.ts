import { ENGINE_MINUTE } from '../model/engineTime';
import type { StateStore } from '../ports/stateStore';
import { BLOBS } from '../names';

/** One owner per scale set: a stranger is another app or task hub (a slot, a forgotten app), never another version of this one. */
export interface Owner {
  readonly app: string;
  readonly hub: string;
  readonly version: string;
}

interface OwnerBlob extends Owner {
  readonly pool: string;
  readonly heartbeat: number;
  /** How long (ms) the owner may be silent before another may take over. */
  readonly silence: number;
  readonly released?: boolean;
}

export type Ownership = { readonly mine: true } | { readonly mine: false; readonly owner: string };

/** A fifth of the least silence: a tick a minute writes its state, and this with every second one, so two blobs a tick at most. */
const HEARTBEAT_MINUTES = 2;
const LEAST_SILENCE_MINUTES = 10;
/** A crash alone keeps an owner silent for a minute, and its next tick comes late. */
const LEAST_ENGINE_MINUTES = 3;

export interface OwnerTiming {
  readonly poll: number;
  readonly minute: number;
}

/** Says whether we own the scale set; claims it where nobody does, and beats at most every two minutes. Throws what the store throws. */
export async function claim(
  store: StateStore,
  scaleSet: string,
  pool: string,
  me: Owner,
  timing: OwnerTiming,
  now: number,
): Promise<Ownership> {
  const name = BLOBS.owner(scaleSet);
  const stored = await store.read(name);
  const blob = parse(stored?.text);
  if (blob !== undefined && !isMine(blob, me) && !isSilent(blob, now)) return foreign(blob);
  if (
    blob !== undefined &&
    isMine(blob, me) &&
    blob.released !== true &&
    now - blob.heartbeat < HEARTBEAT_MINUTES * timing.minute &&
    blob.heartbeat <= now
  )
    return { mine: true };
  const silence = Math.max(LEAST_SILENCE_MINUTES * timing.minute, 3 * timing.poll, LEAST_ENGINE_MINUTES * ENGINE_MINUTE);
  const next: OwnerBlob = { ...me, pool, heartbeat: now, silence };
  const winner = await beat(store, name, next, stored?.etag);
  if (winner === undefined) return { mine: false, owner: 'an app that is claiming it at this moment' };
  return isMine(winner, me) ? { mine: true } : foreign(winner);
}

/**
 * What an acting activity asks just before it acts; never claims. Whoever acts is not silent: an owner's heartbeat that is older than a tenth of
 * its silence is made anew first, so that nobody takes over within nine tenths of it after an act. Throws what the store throws.
 */
export async function checkOwner(store: StateStore, scaleSet: string, me: Owner, now: number): Promise<Ownership> {
  const name = BLOBS.owner(scaleSet);
  const stored = await store.read(name);
  const blob = parse(stored?.text);
  if (stored === undefined || blob === undefined) return { mine: true };
  if (!isMine(blob, me)) return isSilent(blob, now) ? { mine: true } : foreign(blob);
  const isStale = blob.released !== true && now - blob.heartbeat > blob.silence / 10;
  if (!isStale) return { mine: true };
  const winner = await beat(store, name, { ...blob, heartbeat: now }, stored.etag);
  return winner === undefined || isMine(winner, me) ? { mine: true } : foreign(winner);
}

/** What stands after the try to write this: itself, or what another wrote meanwhile. */
async function beat(store: StateStore, name: string, next: OwnerBlob, etag: string | undefined): Promise<OwnerBlob | undefined> {
  const written = await store.write(name, JSON.stringify(next), etag === undefined ? { absent: true } : { etag });
  return written.kind === 'written' ? next : parse((await store.read(name))?.text);
}

/** The owner's stop: another may take over at once. */
export async function release(store: StateStore, scaleSet: string, me: Owner): Promise<void> {
  const stored = await store.read(BLOBS.owner(scaleSet));
  const blob = parse(stored?.text);
  if (stored === undefined || blob === undefined || !isMine(blob, me)) return;
  await store.write(BLOBS.owner(scaleSet), JSON.stringify({ ...blob, released: true }), { etag: stored.etag });
}

const isMine = (blob: Owner, me: Owner): boolean => blob.app === me.app && blob.hub === me.hub;
const isSilent = (blob: OwnerBlob, now: number): boolean => blob.released === true || now - blob.heartbeat > blob.silence;
const foreign = (blob: OwnerBlob): Ownership => ({ mine: false, owner: `app "${blob.app}", task hub "${blob.hub}", pool "${blob.pool}"` });

function parse(text: string | undefined): OwnerBlob | undefined {
  if (text === undefined) return undefined;
  try {
    const blob = JSON.parse(text) as Partial<OwnerBlob>;
    return typeof blob.app === 'string' &&
      typeof blob.hub === 'string' &&
      typeof blob.heartbeat === 'number' &&
      typeof blob.silence === 'number'
      ? (blob as OwnerBlob)
      : undefined;
  } catch {
    // Rubbish owns nothing: the next claim replaces it.
    return undefined;
  }
}
