import { describe, expect, test } from 'vitest';
import { adviceOf } from '../../src/forecast/advice';
import { parseForecast, type Forecast } from '../../src/forecast/forecast';
import { dayFromLedger } from '../../src/forecast/fromLedger';
import { learnSome, type Learning } from '../../src/forecast/learn';
import { parsePast } from '../../src/forecast/past';
import { recallForecast } from '../../src/forecast/recall';
import { ServiceError } from '../../src/errors';
import { BLOBS } from '../../src/names';
import { readLedger } from '../../src/observe/ledger/read';
import { MONDAY, officeDays } from '../support/builders/past';
import { createMemoryStore, type MemoryStore } from '../support/fakes/memoryStore';
import { settingsOf } from '../support/ticker';

const DAY = 86_400_000;
const MINUTE = 60_000;
const ON = settingsOf({
  FORECAST: 'on',
  ...{ SCALE_OUT_STRATEGY: 'demand', SCALE_IN_STRATEGY: 'surplus', MIN_RUNNERS: '0', SCALE_IN_IDLE_MINUTES: '0' },
});
const after = (days: number): number => (MONDAY + days) * DAY + MINUTE;

interface Seen {
  readonly minute: number;
  readonly running: number;
  readonly arrived: number;
}

const line = (day: number, { minute, running, arrived }: Seen): string =>
  JSON.stringify({
    ...{
      schema: 1,
      kind: 'tick',
      at: day * DAY + minute * MINUTE,
      pool: 'default',
      tick: `${day}-${minute}`,
      version: '1',
      settingsVersion: 's',
    },
    ...{ nextAt: 0, held: false, decision: { rule: 'steady', reason: '', acts: [] }, alerts: [], work: { running, arrived } },
  });

/** A line each five minutes of a whole day, one arrival each at the given minutes; a job runs for five minutes. */
function ledgerOf(day: number, minutes: readonly number[]): string {
  const lines = Array.from({ length: 288 }, (_, index) => {
    const minute = index * 5;
    const arrived = minutes.filter((each) => each <= minute).length;
    return line(day, { minute, running: minutes.includes(minute) ? 1 : 0, arrived });
  });
  return `${lines.join('\n')}\n`;
}

function withLedgers(days: number): MemoryStore {
  const store = createMemoryStore();
  for (const { day, arrivals } of officeDays(days)) {
    const minutes = arrivals.map((second) => second / 60);
    store.blobs.set(BLOBS.ledger('default', day * DAY), { text: ledgerOf(day, minutes), etag: '"l"' });
  }
  return store;
}

async function learnAll(store: MemoryStore, now: number): Promise<Learning[]> {
  const learned: Learning[] = [];
  for (let run = 0; run < 100 && learned.at(-1)?.kind !== 'up-to-date'; run += 1) learned.push(await learnSome(store, ON, now));
  return learned;
}

const forecastIn = (store: MemoryStore): Forecast | undefined => parseForecast(store.blobs.get(BLOBS.forecast('default'))?.text ?? '');

describe('a day of the ledger', () => {
  const read = (text: string) => dayFromLedger(readLedger([text]).ticks, MONDAY);

  test('tells its arrivals by the counter, and how long a job ran', () => {
    expect(read(ledgerOf(MONDAY, [600, 605, 900]))).toEqual({ day: MONDAY, arrivals: [36_000, 36_300, 54_000], jobSeconds: 300 });
  });

  test('a counter that began anew counts from zero, and torn lines cost only themselves', () => {
    const lines = ledgerOf(MONDAY, [600]).split('\n');
    const anew = lines.map((each, index) =>
      index < 200 ? each : line(MONDAY, { minute: index * 5, running: 0, arrived: index < 210 ? 0 : 2 }),
    );
    expect(read(anew.slice(0, 288).join('\n'))?.arrivals).toEqual([36_000, 63_000, 63_000]);
    expect(read(lines.map((each, index) => (index === 50 ? each.slice(0, 40) : each)).join('\n'))?.arrivals).toEqual([36_000]);
  });

  test('of which less than four fifths was seen tells nothing: it would read as a quiet one', () => {
    const lines = ledgerOf(MONDAY, [600]).split('\n');
    expect(read(lines.slice(0, 232).join('\n'))).toBeDefined();
    expect(read(lines.slice(0, 231).join('\n'))).toBeUndefined();
    expect(read('')).toBeUndefined();
  });
});

test('a day a run, then the rules are chosen, then nothing is asked for until the next day', async () => {
  const store = withLedgers(10);
  const learned = await learnAll(store, after(10));
  expect(learned.filter(({ kind }) => kind === 'day').length).toBeLessThan(20);
  expect(learned.at(-2)?.kind).toBe('chosen');
  expect(forecastIn(store)).toMatchObject({ days: 10, settingsVersion: ON.version });
  expect(forecastIn(store)?.parameters).not.toEqual({});
  const calls = store.script.calls.length;
  expect(await learnSome(store, ON, after(10) + 5 * MINUTE)).toEqual({ kind: 'up-to-date' });
  expect(store.script.calls.length).toBe(calls);
  expect((await learnSome(store, ON, after(11))).kind).toBe('day');
});

test('under a week it learns and advises nothing; from a week on it does', async () => {
  const noon = (MONDAY + 14) * DAY + 12 * 60 * MINUTE;
  for (const [days, advises] of [
    [6, false],
    [7, true],
  ] as const) {
    const store = withLedgers(days);
    await learnAll(store, after(days));
    expect(forecastIn(store)?.days).toBe(days);
    expect(adviceOf(forecastIn(store), noon, [noon - MINUTE]) !== undefined).toBe(advises);
  }
});

test('another process that begins on the same day finds it done', async () => {
  const store = withLedgers(8);
  await learnAll(store, after(8));
  const again = createMemoryStore();
  for (const [name, blob] of store.blobs) again.blobs.set(name, blob);
  expect(await learnSome(again, ON, after(8))).toEqual({ kind: 'up-to-date' });
  expect(again.script.calls).toHaveLength(1);
});

test('a change of the settings chooses anew from the same past', async () => {
  const store = withLedgers(8);
  await learnAll(store, after(8));
  const never = settingsOf({ FORECAST: 'on', WAIT_MINUTE_WORTH: '0' });
  expect(await learnSome(store, never, after(8))).toMatchObject({
    kind: 'chosen',
    forecast: { parameters: {}, settingsVersion: never.version },
  });
});

test('a past that is rubbish is learned anew from the ledger, to the same forecast', async () => {
  const store = withLedgers(8);
  await learnAll(store, after(8));
  const again = withLedgers(8);
  again.blobs.set(BLOBS.past('default'), { text: '{"schema":1,"days":7}', etag: '"x"' });
  await learnAll(again, after(8));
  expect(forecastIn(again)).toEqual(forecastIn(store));
});

test('no blob is too strange: it is a forecast or nothing', () => {
  for (const text of ['', '[]', 'null', '{', '{"schema":2}', '{"schema":1,"rates":[1]}', '{"schema":1,"days":"x"}']) {
    expect(parseForecast(text)).toBeUndefined();
    expect(parsePast(text)).toBeUndefined();
  }
});

describe('a tick recalls what was learned', () => {
  test('asks the store once in half an hour', async () => {
    const store = withLedgers(8);
    await learnAll(store, after(8));
    const calls = store.script.calls.length;
    expect((await recallForecast(store, 'default', 0)).forecast?.days).toBe(8);
    await recallForecast(store, 'default', 29 * MINUTE);
    expect(store.script.calls.length).toBe(calls + 1);
    await recallForecast(store, 'default', 30 * MINUTE);
    expect(store.script.calls.length).toBe(calls + 2);
  });

  test('says what it cannot read, and goes on with what it knew', async () => {
    const store = withLedgers(8);
    await learnAll(store, after(8));
    await recallForecast(store, 'default', 0);
    store.script.fail('read', new ServiceError('store-unavailable', 'gone'));
    const { forecast, warnings } = await recallForecast(store, 'default', 31 * MINUTE);
    expect([forecast?.days, warnings]).toEqual([8, ['The forecast could not be read (store-unavailable): gone']]);
  });

  test('rubbish is the plain rule and a warning', async () => {
    const store = createMemoryStore();
    store.blobs.set(BLOBS.forecast('default'), { text: 'rubbish', etag: '"1"' });
    const { forecast, warnings } = await recallForecast(store, 'default', 0);
    expect(forecast).toBeUndefined();
    expect(warnings).toEqual([
      'The blob "forecast/default.json" could not be read; without it the plain rule holds until it is learned anew.',
    ]);
  });
});
