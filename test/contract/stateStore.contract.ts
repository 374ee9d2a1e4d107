import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StateStore } from '../../src/ports/stateStore';

export interface StateStoreHarness {
  readonly store: StateStore;
  close(): void | Promise<void>;
}

/** What every {@link StateStore} keeps. */
export function describeStateStore(name: string, make: () => Promise<StateStoreHarness>): void {
  describe(`state store: ${name}`, () => {
    let harness: StateStoreHarness;
    let store: StateStore;
    beforeAll(async () => {
      harness = await make();
      store = harness.store;
    }, 60_000);
    afterAll(async () => harness.close());

    const written = async (...args: Parameters<StateStore['write']>): Promise<string> => {
      const result = await store.write(...args);
      if (result.kind !== 'written') throw new Error('expected to be written');
      return result.etag;
    };

    it('reads undefined where there is nothing', async () => {
      expect(await store.read('none')).toBeUndefined();
    });

    it('writes and reads back text and ETag, names with folders and umlauts included', async () => {
      const etag = await written('pool ü/état.json', '{"a":"ü"}');
      expect(await store.read('pool ü/état.json')).toEqual({ text: '{"a":"ü"}', etag });
    });

    it('writes an empty text', async () => {
      await written('empty', '');
      expect((await store.read('empty'))?.text).toBe('');
    });

    it('writes over that version alone', async () => {
      const first = await written('versions', '1');
      const second = await written('versions', '2', { etag: first });
      expect(second).not.toBe(first);
      expect(await store.write('versions', '3', { etag: first })).toEqual({ kind: 'conflict' });
      expect((await store.read('versions'))?.text).toBe('2');
    });

    it('writes over a version of nothing: conflict', async () => {
      expect(await store.write('never', 'x', { etag: '"0x8D"' })).toEqual({ kind: 'conflict' });
      expect(await store.read('never')).toBeUndefined();
    });

    it('writes only where there is none', async () => {
      await written('new', '1', { absent: true });
      expect(await store.write('new', '2', { absent: true })).toEqual({ kind: 'conflict' });
      expect((await store.read('new'))?.text).toBe('1');
    });

    it('lets one of many writers win', async () => {
      const results = await Promise.all(Array.from({ length: 8 }, (_, at) => store.write('race', String(at), { absent: true })));
      expect(results.filter((result) => result.kind === 'written')).toHaveLength(1);
    });

    it('appends lines, creating the blob', async () => {
      await store.append('log', 'one');
      await store.append('log', 'two\n');
      expect((await store.read('log'))?.text).toBe('one\ntwo\n');
    });

    it('reads what was appended from a byte on: nothing yet at its end, undefined where there is no blob', async () => {
      expect(await store.tail('tail', 0)).toBeUndefined();
      await store.append('tail', 'ü');
      expect(await store.tail('tail', 0)).toBe('ü\n');
      expect(await store.tail('tail', 3)).toBe('');
      await store.append('tail', 'two');
      expect(await store.tail('tail', 3)).toBe('two\n');
      expect(await store.tail('tail', 5)).toBe('o\n');
    });

    it('lists names below a prefix in lexical order, up to the limit', async () => {
      for (const name of ['l/b', 'l/a', 'l/c/d', 'm/a']) await written(name, name);
      expect(await store.list('l/', 10)).toEqual(['l/a', 'l/b', 'l/c/d']);
      expect(await store.list('l/', 2)).toEqual(['l/a', 'l/b']);
      expect(await store.list('l/', 0)).toEqual([]);
      expect(await store.list('nothing/', 10)).toEqual([]);
    });

    it('deletes, and deleting again is success', async () => {
      await written('old', 'x');
      await store.delete('old');
      await store.delete('old');
      expect(await store.read('old')).toBeUndefined();
    });
  });
}
