import type { Flags } from '../model/pool';
import { BLOBS } from '../names';
import type { StateStore } from '../ports/stateStore';
import { isLater, storedFlags } from './flags';

/**
 * The copy of the flags in a blob: a task hub that is new, or was restored from an older state, takes from it what an operator said since.
 * Undefined: there is none. 'unreadable': a torn or strange mirror is no flags.
 */
export async function readMirror(store: StateStore, pool: string): Promise<Flags | 'unreadable' | undefined> {
  const blob = await store.read(BLOBS.flags(pool));
  return blob === undefined ? undefined : (parseFlags(blob.text) ?? 'unreadable');
}

/** Never over a later word: an activity that runs once more in a hub of before would take it back. */
export async function writeMirror(store: StateStore, pool: string, flags: Flags): Promise<void> {
  const standing = await readMirror(store, pool);
  if (typeof standing === 'object' && isLater(standing, flags)) return;
  await store.write(BLOBS.flags(pool), JSON.stringify(flags));
}

function parseFlags(text: string): Flags | undefined {
  try {
    return storedFlags.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
