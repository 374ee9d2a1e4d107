import type { StateStore, WriteCondition } from '../../ports/stateStore';

export interface MemoryStore extends StateStore {
  /** Names and texts as they stand: for judges and for tests. */
  readonly texts: ReadonlyMap<string, string>;
}

interface Blob {
  /** A long append blob is kept as its parts until it is read. */
  parts: string[];
  etag: string;
}

/** A blob container in memory; ETags count up. */
export function memoryStore(): MemoryStore {
  const blobs = new Map<string, Blob>();
  let version = 0;
  const nextEtag = (): string => {
    version += 1;
    return `"${String(version)}"`;
  };
  const textOf = (blob: Blob): string => {
    if (blob.parts.length > 1) blob.parts = [blob.parts.join('')];
    return blob.parts[0] ?? '';
  };
  const put = (name: string, text: string): string => {
    const etag = nextEtag();
    blobs.set(name, { parts: [text], etag });
    return etag;
  };
  const fits = (name: string, condition: WriteCondition): boolean =>
    condition === undefined || ('etag' in condition ? blobs.get(name)?.etag === condition.etag : !blobs.has(name));

  return {
    get texts() {
      return new Map([...blobs].map(([name, blob]) => [name, textOf(blob)]));
    },
    read: async (name) => {
      const blob = blobs.get(name);
      return blob === undefined ? undefined : { text: textOf(blob), etag: blob.etag };
    },
    write: async (name, text, condition) => (fits(name, condition) ? { kind: 'written', etag: put(name, text) } : { kind: 'conflict' }),
    append: async (name, line) => {
      const text = line.endsWith('\n') ? line : `${line}\n`;
      const blob = blobs.get(name);
      if (blob === undefined) put(name, text);
      else {
        blob.parts.push(text);
        blob.etag = nextEtag();
      }
    },
    list: async (prefix, limit) =>
      [...blobs.keys()]
        .filter((name) => name.startsWith(prefix))
        .sort()
        .slice(0, Math.max(0, limit)),
    delete: async (name) => void blobs.delete(name),
  };
}
