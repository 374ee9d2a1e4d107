import type { StateStore, WriteCondition } from '../../ports/stateStore';
import { LongText } from './longText';

export interface MemoryStore extends StateStore {
  /** Texts by name, as they stand: for judges and for tests. */
  readonly texts: ReadonlyMap<string, string>;
  /** What they take of this process's memory. */
  readonly keptBytes: number;
}

export type StoreCall = 'read' | 'write' | 'append' | 'list' | 'delete';

/**
 * What is done to one call: `before` throws in place of it, `after` throws although it was done, `delayMs` lets time pass first,
 * `conflict` answers a conditional write so.
 */
export interface StoreFault {
  readonly before?: Error;
  readonly after?: Error;
  readonly conflict?: boolean;
  readonly delayMs?: number;
}

export interface MemoryStoreOptions {
  /** Asked once for each call. */
  readonly onCall?: (call: StoreCall, name: string) => StoreFault | undefined;
  readonly wait?: (ms: number) => Promise<void>;
}

/** A blob container in memory; ETags count up. */
export function memoryStore({ onCall, wait }: MemoryStoreOptions = {}): MemoryStore {
  const blobs = new Map<string, { readonly text: LongText; etag: string }>();
  let version = 0;
  const textOf = (name: string): string | undefined => blobs.get(name)?.text.toString();
  const nextEtag = (): string => `"${String(++version)}"`;
  const put = (name: string, text: string): string => {
    const etag = nextEtag();
    blobs.set(name, { text: new LongText(text), etag });
    return etag;
  };
  const fits = (name: string, condition: WriteCondition): boolean =>
    condition === undefined || ('etag' in condition ? blobs.get(name)?.etag === condition.etag : !blobs.has(name));

  async function call<T>(kind: StoreCall, name: string, work: (fault: StoreFault | undefined) => T): Promise<T> {
    const fault = onCall?.(kind, name);
    if (fault?.delayMs !== undefined) await wait?.(fault.delayMs);
    if (fault?.before !== undefined) throw fault.before;
    const answer = work(fault);
    if (fault?.after !== undefined) throw fault.after;
    return answer;
  }

  return {
    get keptBytes(): number {
      return [...blobs.values()].reduce((all, { text }) => all + text.keptBytes, 0);
    },
    get texts(): ReadonlyMap<string, string> {
      return new Map([...blobs.keys()].map((name) => [name, textOf(name) ?? '']));
    },
    read: (name) =>
      call('read', name, () => {
        const text = textOf(name);
        return text === undefined ? undefined : { text, etag: blobs.get(name)?.etag ?? '' };
      }),
    tail: (name, from) =>
      call('read', name, () => {
        const text = textOf(name);
        return text === undefined ? undefined : Buffer.from(text).subarray(from).toString('utf8');
      }),
    write: (name, text, condition) =>
      call('write', name, (fault) => {
        if (!fits(name, condition) || (fault?.conflict === true && condition !== undefined)) return { kind: 'conflict' };
        return { kind: 'written', etag: put(name, text) };
      }),
    append: (name, line) =>
      call('append', name, () => {
        const text = line.endsWith('\n') ? line : `${line}\n`;
        const known = blobs.get(name);
        if (known === undefined) put(name, text);
        else {
          known.text.append(text);
          known.etag = nextEtag();
        }
      }),
    list: (prefix, limit) =>
      call('list', prefix, () =>
        [...blobs.keys()]
          .filter((name) => name.startsWith(prefix))
          .sort()
          .slice(0, Math.max(0, limit)),
      ),
    delete: (name) => call('delete', name, () => void blobs.delete(name)),
  };
}
