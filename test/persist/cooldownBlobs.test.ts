import { describe, expect, test } from 'vitest';
import { formatTimestamp, parseTimestamp, readCooldowns, writeCooldowns } from '../../src/persist/cooldownBlobs';
import { createMemoryStore } from '../support/fakes/memoryStore';

const NOW = Date.UTC(2025, 3, 7, 6);
const MINUTE = 60_000;
const names = { scaleInBlob: 'in', scaleOutBlob: 'out' };
const text = (store: ReturnType<typeof createMemoryStore>, name: string): string | undefined => store.blobs.get(name)?.text;

describe('the text of the original', () => {
  test.each<[string, number | undefined]>([
    ['2025-04-07T06:00:00.000000', NOW],
    ['2025-04-07 06:00:00', NOW],
    ['2025-04-07T06:00:00.123456', NOW + 123],
    ['2025-04-07T08:00:00+02:00', NOW],
    ['2025-04-07T06:00:00Z', NOW],
    ['', undefined],
    ['yesterday', undefined],
    ['2025-13-07T06:00:00', undefined],
    ['1744005600', undefined],
  ])('%j', (given, at) => {
    expect(parseTimestamp(given)).toBe(at);
  });

  test('is what we write', () => {
    expect(formatTimestamp(NOW)).toBe('2025-04-07T06:00:00.000000');
  });
});

describe('a blob that holds no time', () => {
  test.each([
    ['what the entity knows', { scaleInAt: NOW - MINUTE }, formatTimestamp(NOW - MINUTE)],
    ['a time long past', {}, '1970-01-01T00:00:00.000000'],
  ])('counts as absent, is copied aside and replaced by %s', async (_name, known, replaced) => {
    const store = createMemoryStore();
    await store.write('in', 'rubbish');
    const { cooldowns, warnings } = await readCooldowns(store, names, known, true, NOW);
    expect(cooldowns).toEqual({});
    expect(warnings).toHaveLength(1);
    expect(text(store, 'in.invalid-2025-04-07T06-00-00.000000')).toBe('rubbish');
    expect(text(store, 'in')).toBe(replaced);
  });

  test('DRY_RUN copies and replaces nothing', async () => {
    const store = createMemoryStore();
    await store.write('in', '');
    await readCooldowns(store, names, {}, false, NOW);
    expect([...store.blobs.keys()]).toEqual(['in']);
  });

  test('a stamp written meanwhile stays', async () => {
    const store = createMemoryStore();
    await store.write('in', 'rubbish');
    const write = store.write.bind(store);
    store.write = async (name, given, condition) => {
      if (name.includes('invalid')) await write('in', formatTimestamp(NOW));
      return write(name, given, condition);
    };
    await readCooldowns(store, names, {}, true, NOW);
    expect(text(store, 'in')).toBe(formatTimestamp(NOW));
  });
});

describe('a stamp from the future', () => {
  test.each([
    [MINUTE, 0],
    [MINUTE + 1, 1],
  ])('%s ms ahead: %s warnings, and now either way', async (ahead, count) => {
    const store = createMemoryStore();
    await store.write('out', formatTimestamp(NOW + ahead));
    const { cooldowns, warnings } = await readCooldowns(store, names, {}, true, NOW);
    expect(cooldowns).toEqual({ scaleOutAt: NOW });
    expect(warnings).toHaveLength(count);
  });

  test('counts as now once: five minutes later it is five minutes old', async () => {
    const store = createMemoryStore();
    await store.write('out', formatTimestamp(NOW + 1_000 * MINUTE));
    await readCooldowns(store, names, {}, true, NOW);
    expect((await readCooldowns(store, names, {}, true, NOW + 5 * MINUTE)).cooldowns).toEqual({ scaleOutAt: NOW });
  });
});

test.each([
  ['an earlier one', NOW - 1, NOW],
  ['a later one', NOW + 1, NOW + 1],
])('a stamp never lowers %s', async (_name, standing, after) => {
  const store = createMemoryStore();
  await store.write('in', formatTimestamp(standing));
  await writeCooldowns(store, names, { scaleInAt: NOW });
  expect(text(store, 'in')).toBe(formatTimestamp(after));
  expect(text(store, 'out')).toBeUndefined();
});
