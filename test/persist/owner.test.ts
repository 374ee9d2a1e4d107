import { describe, expect, test } from 'vitest';
import { checkOwner, claim, release, type Owner } from '../../src/persist/owner';
import { createMemoryStore } from '../support/fakes/memoryStore';

const MINUTE = 60_000;
const me: Owner = { app: 'mine', hub: 'hub', version: '2' };
const stranger: Owner = { app: 'theirs', hub: 'hub', version: '2' };
const timing = { poll: MINUTE, minute: MINUTE };
const claimAs = (store: ReturnType<typeof createMemoryStore>, who: Owner, now: number, poll = MINUTE) =>
  claim(store, 'set', 'default', who, { ...timing, poll }, now);

describe('one owner per scale set', () => {
  test.each<[string, Owner, boolean]>([
    ['another app', stranger, false],
    ['another task hub', { ...me, hub: 'slot' }, false],
    ['another version', { ...me, version: '1' }, true],
  ])('%s is a stranger: the opposite of %s', async (_name, other, isMine) => {
    const store = createMemoryStore();
    await claimAs(store, me, 0);
    expect((await claimAs(store, other, MINUTE)).mine).toBe(isMine);
    expect((await checkOwner(store, 'set', other, MINUTE)).mine).toBe(isMine);
  });

  test.each([
    ['ten minutes', MINUTE, 10 * MINUTE],
    ['three of the owner’s polls, where those are longer', 20 * MINUTE, 60 * MINUTE],
  ])('silent for %s it is taken over, not before', async (_name, poll, silence) => {
    const store = createMemoryStore();
    await claimAs(store, me, 0, poll);
    expect((await checkOwner(store, 'set', stranger, silence)).mine).toBe(false);
    expect(await claimAs(store, stranger, silence)).toMatchObject({ mine: false, owner: 'app "mine", task hub "hub", pool "default"' });
    expect((await claimAs(store, stranger, silence + 1)).mine).toBe(true);
    expect((await checkOwner(store, 'set', me, silence + 1)).mine).toBe(false);
  });

  test('its stop gives it free at once; a stranger cannot release it', async () => {
    const store = createMemoryStore();
    await claimAs(store, me, 0);
    await release(store, 'set', stranger);
    expect((await claimAs(store, stranger, 1)).mine).toBe(false);
    await release(store, 'set', me);
    expect((await claimAs(store, stranger, 1)).mine).toBe(true);
  });

  test('an act beats where the heartbeat is older than a minute, and holds where another was quicker', async () => {
    const store = createMemoryStore();
    await claimAs(store, me, 0);
    expect(await checkOwner(store, 'set', me, MINUTE)).toEqual({ mine: true });
    expect(store.script.count('write')).toBe(1);
    expect(await checkOwner(store, 'set', me, MINUTE + 1)).toEqual({ mine: true });
    expect(store.script.count('write')).toBe(2);
    expect((await claimAs(store, stranger, 11 * MINUTE)).mine).toBe(false);
    expect((await claimAs(store, stranger, 11 * MINUTE + 2)).mine).toBe(true);
    expect((await checkOwner(store, 'set', me, 11 * MINUTE + 3)).mine).toBe(false);
  });

  test('beats every two minutes', async () => {
    const store = createMemoryStore();
    await claimAs(store, me, 0);
    await claimAs(store, me, 2 * MINUTE - 1);
    expect(store.script.count('write')).toBe(1);
    await claimAs(store, me, 2 * MINUTE);
    expect(store.script.count('write')).toBe(2);
  });

  test('of two that claim at once one wins, and who cannot see that it won holds', async () => {
    const store = createMemoryStore();
    const read = store.read.bind(store);
    store.read = async (name) => {
      const found = await read(name);
      await store.write(name, 'being written', undefined);
      return found;
    };
    expect((await claimAs(store, me, 0)).mine).toBe(false);
  });

  test('rubbish owns nothing', async () => {
    const store = createMemoryStore();
    await store.write('owners/set.json', '{"app":1}');
    expect((await checkOwner(store, 'set', stranger, 0)).mine).toBe(true);
    expect((await claimAs(store, stranger, 0)).mine).toBe(true);
  });
});
