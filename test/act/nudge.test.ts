import { expect, test } from 'vitest';
import { fleetOnce, nudge } from '../../src/act/nudge';
import { BLOBS } from '../../src/names';
import { freshFleet } from '../../src/poll/fleetMemory';
import { aWindow, NOW, TARGET, TIMING } from '../support/builders/drains';
import { createMemoryStore } from '../support/fakes/memoryStore';

const DRAIN = 'drain-default-t1-0';

/** What reaches a drain of which the state blob holds this window. */
async function told(news: 'complete' | 'look', window: ReturnType<typeof aWindow> | undefined): Promise<unknown> {
  const store = createMemoryStore();
  const fleet = freshFleet({ scaleSet: 'set', group: 'runners' }, NOW);
  if (window !== undefined) fleet.windows[DRAIN] = { verdict: 'complete', window };
  await store.write(BLOBS.fleet(TARGET.pool), JSON.stringify(fleet));
  const messages: unknown[] = [];
  const engine = { nudge: (_id: string, message: unknown) => Promise.resolve((messages.push(message), 'sent' as const)) };
  await nudge(engine, { kind: 'nudge', drainId: DRAIN, news }, fleetOnce({ store }, TARGET.pool), TIMING);
  return messages[0];
}

const whole = aWindow(NOW, { since: NOW - TIMING.confirm });

test.each([
  ['a confirmed drain gets the readings that confirm it', 'complete', whole, { news: 'complete', window: whole }],
  [
    'one whose window began anew meanwhile looks for itself',
    'complete',
    aWindow(NOW, { since: NOW - TIMING.confirm + 1 }),
    { news: 'look' },
  ],
  ['one whose readings are gone looks for itself', 'complete', undefined, { news: 'look' }],
  ['one that shall look is told so', 'look', whole, { news: 'look' }],
] as const)('%s', async (_name, news, window, message) => {
  expect(await told(news, window)).toEqual(message);
});

test('the blob is read once for all drains of a tick, and not at all for those that shall look', async () => {
  const store = createMemoryStore();
  let reads = 0;
  const counting = { ...store, read: (name: string) => ((reads += 1), store.read(name)) };
  const fleet = fleetOnce({ store: counting }, TARGET.pool);
  const engine = { nudge: () => Promise.resolve('sent' as const) };
  await nudge(engine, { kind: 'nudge', drainId: DRAIN, news: 'look' }, fleet, TIMING);
  expect(reads).toBe(0);
  for (const id of ['a', 'b', 'c']) await nudge(engine, { kind: 'nudge', drainId: id, news: 'complete' }, fleet, TIMING);
  expect(reads).toBe(1);
});
