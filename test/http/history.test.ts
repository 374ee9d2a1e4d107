import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DecisionsAnswer, DrainsAnswer, HistoryAnswer, RunnersAnswer } from '../../src/functions/http/historyAnswers';
import { MINUTE, START, startWholeApp, type WholeApp } from '../support/wholeApp';

/** The history routes over the whole app: a morning with a burst, its scale-outs, and the scale-ins after it. */

let app: WholeApp;

beforeAll(async () => {
  app = await startWholeApp({ env: { MIN_RUNNERS: '1' }, world: { flags: { initialRunners: 1 } } });
  app.world.addJobs(Array.from({ length: 6 }, (_, at) => ({ arrivalSeconds: 900 + at, durationSeconds: 600 })));
  await app.pass(150 * MINUTE);
}, 120_000);

afterAll(() => app.stop());

async function get<T>(path: string): Promise<T> {
  const { status, body } = await app.request('GET', `pools/default/${path}`);
  expect({ path, status }).toEqual({ path, status: 200 });
  return body as unknown as T;
}

const iso = (at: number): string => new Date(at).toISOString();

test('history tells the queue, the fleet and what was ordered and taken out, in buckets', async () => {
  const { buckets, resolution, lost, next } = await get<HistoryAnswer>(
    `history?from=${iso(START)}&to=${iso(START + 150 * MINUTE)}&resolution=300`,
  );
  expect({ resolution, lost, next, count: buckets.length }).toEqual({ resolution: 300, lost: 0, next: null, count: 30 });
  expect(buckets[0]?.at).toBe(iso(START));
  const highest = (key: 'waiting' | 'busy' | 'booting' | 'instances'): number => Math.max(...buckets.map((bucket) => bucket[key] ?? 0));
  const { vmsRequested } = app.world.metrics();
  expect(highest('waiting')).toBeGreaterThanOrEqual(5);
  expect(highest('busy')).toBeGreaterThan(1);
  expect(highest('instances')).toBe(vmsRequested);
  const sum = (key: 'scaleOuts' | 'scaleIns'): number => buckets.reduce((all, bucket) => all + bucket[key], 0);
  expect(sum('scaleOuts')).toBe(vmsRequested - 1);
  expect(sum('scaleIns')).toBe(vmsRequested - 1);
  expect(buckets.at(-1)).toMatchObject({ demand: 0, waiting: 0, active: 1, idle: 1, busy: 0, instances: 1, capacity: 1, held: 0 });
});

test('decisions come newest first with their acts and answers, and page without a gap or a repeat', async () => {
  const range = `from=${iso(START)}&to=${iso(START + 150 * MINUTE)}`;
  const whole = await get<DecisionsAnswer>(`decisions?${range}&limit=500`);
  expect(whole.next).toBeNull();
  const times = whole.decisions.map(({ at }) => at);
  expect(times).toEqual(times.toSorted().toReversed());
  const growth = whole.decisions.find(({ rule }) => rule === 'scale-out/threshold');
  expect(growth?.acts).toMatchObject([{ kind: 'setCapacity', add: 1 }]);
  expect(growth?.done).toMatchObject([{ act: { kind: 'setCapacity' }, answer: 'done' }]);
  const drain = whole.decisions.find(({ rule }) => rule === 'scale-in/threshold');
  expect(drain?.done.map(({ act, answer }) => [act.kind, answer])).toContainEqual(['startScaleIn', 'done']);

  const paged: string[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const page: DecisionsAnswer = await get<DecisionsAnswer>(`decisions?${range}&limit=7${cursor === '' ? '' : `&cursor=${cursor}`}`);
    expect(page.decisions.length).toBeLessThanOrEqual(7);
    paged.push(...page.decisions.map(({ tick }) => tick));
    cursor = page.next;
  }
  expect(paged).toEqual(whole.decisions.map(({ tick }) => tick));
});

test('what is decided after a first answer is in the next one', async () => {
  const newest = async (): Promise<string> => (await get<DecisionsAnswer>('decisions?limit=1')).decisions[0]?.at ?? '';
  const before = await newest();
  await app.pass(6 * MINUTE);
  expect(Date.parse(await newest())).toBeGreaterThan(Date.parse(before));
});

test('drains show their certificates: the window of zeros, each step, how it ended', async () => {
  const { drains } = await get<DrainsAnswer>('drains');
  expect(drains.length).toBe(app.world.metrics().vmsRequested - 1);
  for (const drain of drains) {
    expect(drain).toMatchObject({ phase: 'over', outcome: 'deleted', rule: 'scale-in/threshold' });
    expect(drain.window?.readings).toBeGreaterThanOrEqual(3);
    expect(drain.steps.map(({ step }) => step)).toEqual(expect.arrayContaining(['mark', 'deregister', 'delete']));
    expect(Date.parse(drain.endedAt ?? '')).toBeGreaterThan(Date.parse(drain.startedAt));
  }
  const first = await get<DrainsAnswer>('drains?limit=1');
  const second = await get<DrainsAnswer>(`drains?limit=1&cursor=${first.next ?? ''}`);
  expect([...first.drains, ...second.drains].map(({ id }) => id)).toEqual(drains.slice(0, 2).map(({ id }) => id));
});

test('runners show who is there, with tasks and since when', async () => {
  const { runners, total, at, next } = await get<RunnersAnswer>('runners');
  expect({ total, next, count: runners.length }).toEqual({ total: 1, next: null, count: 1 });
  expect(runners[0]).toMatchObject({ state: 'idle', tasks: 0, protected: false, drain: null });
  expect(Date.parse(runners[0]?.since ?? '')).toBeLessThan(Date.parse(at ?? ''));
});

describe('a query that is not understood is refused with what is', () => {
  test.each([
    ['history?from=yesterday', '?from= takes a day or a time with its zone'],
    ['history?from=2025-04-07T06:00:00', '?from= takes a day or a time with its zone'],
    ['history?form=2025-04-07', '?form= is unknown here; known are: from, to, resolution, cursor.'],
    ['history?from=2025-04-08&to=2025-04-07', '?from= must lie before ?to= and before now.'],
    ['history?from=2025-03-02T06:00:00Z', 'more than 35 days apart'],
    ['history?resolution=61', '?resolution= takes seconds: 10, 15, 30, 60,'],
    ['history?resolution=30', 'makes more than 1500 buckets'],
    ['history?cursor=x', '?cursor= takes the "next" of the page before'],
    ['decisions?limit=0', '?limit= takes a whole number from 1 to 500, not "0".'],
    ['decisions?limit=501', '?limit= takes a whole number from 1 to 500, not "501".'],
    ['decisions?limit=1.5', '?limit= takes a whole number from 1 to 500'],
    ['decisions?cursor=../x', '?cursor= takes the "next" of the page before'],
    ['drains?limit=201', '?limit= takes a whole number from 1 to 200'],
    ['drains?cursor=other', '?cursor= takes the "next" of the page before'],
    ['runners?limit=1001', '?limit= takes a whole number from 1 to 1000'],
    ['runners?from=2025-04-07', '?from= is unknown here; known are: limit, cursor.'],
  ])('%s', async (path, message) => {
    const { status, body } = await app.request('GET', `pools/default/${path}`);
    expect(status).toBe(400);
    expect(body).toMatchObject({ error: { code: 'bad-query', message: expect.stringContaining(message) as string } });
  });

  test.each(['history?resolution=60', 'decisions?limit=1', 'decisions?limit=500', 'runners?limit=1000', 'history?from=2025-04-07'])(
    'the bound itself is taken: %s',
    async (path) => void (await get(path)),
  );
});

test('an empty stretch of time is told as unknown, never as zero', async () => {
  const { buckets } = await get<HistoryAnswer>(`history?from=${iso(START - 120 * MINUTE)}&to=${iso(START - 60 * MINUTE)}&resolution=600`);
  expect(buckets.map(({ waiting, instances, scaleOuts }) => ({ waiting, instances, scaleOuts }))).toEqual(
    Array.from({ length: 6 }, () => ({ waiting: null, instances: null, scaleOuts: 0 })),
  );
});
