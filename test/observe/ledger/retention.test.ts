import { expect, test } from 'vitest';
import { dropOldDays } from '../../../src/observe/ledger/retention';
import { createMemoryStore } from '../../support/fakes/memoryStore';

const DAY = 86_400_000;
const nameOf = (pool: string, at: number): string => `ledger/${pool}/${new Date(at).toISOString().slice(0, 10)}.jsonl`;
const NOW = Date.UTC(2025, 3, 7, 6);

test('a day goes once it ended the retention ago, of every pool; nothing else is touched', async () => {
  const store = createMemoryStore();
  const last = nameOf('a', NOW - 35 * DAY);
  const old = [nameOf('a', NOW - 36 * DAY), nameOf('gone', NOW - 40 * DAY)];
  for (const name of [...old, last, nameOf('a', NOW), 'ledger/a/notes.txt', 'drains/a/2020-01/drain-a-x-0.json'])
    await store.write(name, 'x');
  expect(await dropOldDays(store, 35, NOW)).toBe(2);
  expect([...store.blobs.keys()].filter((name) => old.includes(name))).toEqual([]);
  expect(store.blobs.size).toBe(4);
  // The day of 35 days before ended 34 days and six hours ago.
  expect(await dropOldDays(store, 35, NOW + DAY - 6 * 3_600_000)).toBe(0);
  expect(await dropOldDays(store, 35, NOW + DAY - 6 * 3_600_000 + 1)).toBe(1);
  expect(store.blobs.has(last)).toBe(false);
});

test('few go at a time, the oldest first', async () => {
  const store = createMemoryStore();
  for (let back = 100; back < 125; back += 1) await store.write(nameOf('a', NOW - back * DAY), 'x');
  expect(await dropOldDays(store, 35, NOW)).toBe(10);
  expect(store.blobs.has(nameOf('a', NOW - 124 * DAY))).toBe(false);
  expect(await dropOldDays(store, 35, NOW)).toBe(10);
  expect(await dropOldDays(store, 35, NOW)).toBe(5);
  expect(await dropOldDays(store, 35, NOW)).toBe(0);
});
