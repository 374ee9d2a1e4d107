import { expect, test } from 'vitest';
import { ServiceError } from '../../../src/errors';
import { readLedger } from '../../../src/observe/ledger/read';
import { createTicker, MINUTE, type Ticker } from '../../support/ticker';
import { aRunner } from '../../support/fakes/fakeRunnerService';
import { anInstance } from '../../support/fakes/fakeScaleSet';

const LEDGER = 'ledger/default/2025-04-07.jsonl';

function steady(env: Readonly<Record<string, string>> = {}): Ticker {
  const ticker = createTicker({ MIN_RUNNERS: '1', PROTECT_INSTANCES: 'false', ...env });
  ticker.scaleSet.instances.push(anInstance('1', { createdAt: ticker.now - 10 * MINUTE }));
  ticker.scaleSet.state = { ...ticker.scaleSet.state, capacity: 1 };
  ticker.runners.group = { ...ticker.runners.group, runners: [aRunner('1')] };
  return ticker;
}

const ticksOf = ({ store }: Ticker): string[] => readLedger([store.blobs.get(LEDGER)?.text ?? '']).ticks.map(({ line }) => line.tick);
const appends = ({ store }: Ticker): number => store.script.count('append');

test('a quiet hour costs an append each five minutes, each of one block', async () => {
  const ticker = steady();
  await ticker.run(2);
  const before = appends(ticker);
  await ticker.run(60);
  expect(appends(ticker) - before).toBe(12);
});

test('where the ledger cannot be written the tick goes on as it was planned, and its status says so', async () => {
  const ticker = steady();
  ticker.runners.group = { ...ticker.runners.group, queued: 5 };
  ticker.store.script.fail('append', new ServiceError('store-unavailable', 'it did not answer'));
  const { plan, outcomes } = await ticker.run();
  expect(plan.held).toBe(false);
  expect(plan.warnings).toContain('The ledger could not be written (store-unavailable): it did not answer');
  expect(outcomes.map(({ act, answer }) => [act.kind, answer])).toContainEqual(['setCapacity', 'done']);
  const { plan: next } = await ticker.run();
  expect(next.warnings.filter((text) => text.includes('ledger'))).toEqual([]);
  expect(ticksOf(ticker)).toEqual(['t2']);
});

test('a held tick is told with its reason; a reading that failed has nothing to decide on', async () => {
  const ticker = steady();
  await ticker.run();
  ticker.runners.script.fail('readGroup', new ServiceError('sg-unavailable', 'it did not answer'));
  await ticker.run();
  const last = readLedger([ticker.store.blobs.get(LEDGER)?.text ?? '']).ticks.at(-1)?.line;
  expect(last).toMatchObject({ held: true, decision: { rule: 'hold/sg-unavailable', acts: [] } });
  expect(last?.observation).toBeUndefined();
});

test('what was not kept is not told: a tick whose memory could not be stored decided nothing', async () => {
  // Its only write is that of the fleet's memory.
  const ticker = steady({ DRY_RUN: 'true' });
  await ticker.run();
  const told = ticksOf(ticker);
  ticker.runners.group = { ...ticker.runners.group, queued: 5 };
  ticker.store.script.fail('write', new ServiceError('store-unavailable', 'it did not answer'));
  expect((await ticker.run()).plan.decision.rule).toBe('hold/store-unavailable');
  expect(ticksOf(ticker)).toEqual(told);
});
