import type { StateStore, WriteCondition } from '../../../src/ports/stateStore';
import { Script } from './script';

type Method = keyof StateStore;

export interface MemoryStore extends StateStore {
  readonly blobs: Map<string, { text: string; etag: string }>;
  readonly script: Script<Method>;
  reset(): void;
}

/** A blob container in memory; ETags count up. */
export function createMemoryStore(): MemoryStore {
  const script = new Script<Method>();
  const blobs: MemoryStore['blobs'] = new Map();
  let version = 0;
  const put = (name: string, text: string): string => {
    version += 1;
    const etag = `"${String(version)}"`;
    blobs.set(name, { text, etag });
    return etag;
  };
  const fits = (name: string, condition: WriteCondition): boolean =>
    condition === undefined || ('etag' in condition ? blobs.get(name)?.etag === condition.etag : !blobs.has(name));

  return {
    blobs,
    script,
    reset: () => {
      script.reset();
      blobs.clear();
    },
    read: async (name) => {
      script.enter('read', name);
      const found = blobs.get(name);
      return found === undefined ? undefined : { ...found };
    },
    tail: async (name, from) => {
      script.enter('tail', name, from);
      const found = blobs.get(name);
      return found === undefined ? undefined : Buffer.from(found.text).subarray(from).toString('utf8');
    },
    write: async (name, text, condition) => {
      script.enter('write', name, text, condition);
      return fits(name, condition) ? { kind: 'written', etag: put(name, text) } : { kind: 'conflict' };
    },
    append: async (name, line) => {
      script.enter('append', name, line);
      put(name, `${blobs.get(name)?.text ?? ''}${line.endsWith('\n') ? line : `${line}\n`}`);
    },
    list: async (prefix, limit) => {
      script.enter('list', prefix, limit);
      return [...blobs.keys()]
        .filter((name) => name.startsWith(prefix))
        .sort()
        .slice(0, Math.max(0, limit));
    },
    delete: async (name) => {
      script.enter('delete', name);
      blobs.delete(name);
    },
  };
}
