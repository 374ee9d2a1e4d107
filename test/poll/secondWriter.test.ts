import { expect, test } from 'vitest';
import { aRunner } from '../support/fakes/fakeRunnerService';
import { anInstance } from '../support/fakes/fakeScaleSet';
import { createTicker, MINUTE, type Ticker } from '../support/ticker';

/** Four busy runners and nothing to do, so that every change is another's. */
function quiet(env: Record<string, string> = {}, mode: 'Uniform' | 'Flexible' = 'Uniform'): Ticker {
  const ticker = createTicker({ MIN_RUNNERS: '0', SCALE_IN_COOLDOWN_DURATION: '1440', PROTECT_INSTANCES: 'false', ...env });
  const ids = ['0', '1', '2', '3'];
  ticker.scaleSet.instances = ids.map((id) => anInstance(id, { createdAt: ticker.now }));
  ticker.scaleSet.state = { ...ticker.scaleSet.state, mode, capacity: 4 };
  ticker.runners.group = { ...ticker.runners.group, runners: ids.map((id) => aRunner(id, { runningTasks: 1 })) };
  return ticker;
}

const texts = ({ plan }: { plan: { noticed?: readonly { text: string }[] } }): string[] => (plan.noticed ?? []).map(({ text }) => text);
const setCapacity = (ticker: Ticker, capacity: number): void => void (ticker.scaleSet.state = { ...ticker.scaleSet.state, capacity });

test.each(['Uniform', 'Flexible'] as const)('a fleet at rest shows no second writer, %s', async (mode) => {
  expect(texts(await quiet({}, mode).run(10))).toEqual([]);
});

test.each([
  [6, 'capacity went 4 → 6 without us'],
  [2, 'capacity went 4 → 2 without us'],
])('a capacity written by another is named once: %i', async (capacity, text) => {
  const ticker = quiet();
  await ticker.run(2);
  setCapacity(ticker, capacity);
  expect(texts(await ticker.run())).toEqual([text]);
  expect(texts(await ticker.run(5))).toEqual([text]);
});

test('it is forgotten after an hour', async () => {
  const ticker = quiet();
  await ticker.run(2);
  setCapacity(ticker, 6);
  await ticker.run();
  expect(texts(await ticker.run(58))).toHaveLength(1);
  expect(texts(await ticker.run(3))).toEqual([]);
});

test('our own growth is not named, nor is what another adds to it', async () => {
  const ticker = quiet();
  await ticker.run(2);
  ticker.runners.group = { ...ticker.runners.group, queued: 5 };
  const { outcomes } = await ticker.run();
  expect(outcomes.map(({ act }) => act.kind)).toContain('setCapacity');
  expect(ticker.scaleSet.state.capacity).toBe(5);
  expect(texts(await ticker.run())).toEqual([]);
  setCapacity(ticker, 7);
  expect(texts(await ticker.run())).toEqual(['capacity went 5 → 7 without us']);
});

test('a growth whose answer was lost is ours when it shows', async () => {
  const ticker = quiet();
  await ticker.run(2);
  ticker.runners.group = { ...ticker.runners.group, queued: 5 };
  ticker.scaleSet.nextOutcomes.push({ kind: 'unknown', code: 'azure-unavailable', text: 'lost' });
  await ticker.run();
  setCapacity(ticker, 5);
  expect(texts(await ticker.run())).toEqual([]);
});

test('the fall by our own delete is not named, the fall by a delete of another is', async () => {
  const ticker = quiet({ SCALE_IN_COOLDOWN_DURATION: '1', MIN_RUNNERS: '3' });
  ticker.runners.edit('2', { runningTasks: 0 });
  await ticker.run(3);
  expect(Object.values(ticker.memory?.drains ?? {}).map((record) => record.instanceId)).toEqual(['2']);
  const gone = (id: string): void => {
    ticker.scaleSet.instances = ticker.scaleSet.instances.filter((each) => each.id !== id);
    ticker.runners.group = { ...ticker.runners.group, runners: ticker.runners.group.runners?.filter((each) => each.runnerId !== id) };
    setCapacity(ticker, ticker.scaleSet.instances.length);
  };
  gone('2');
  expect(texts(await ticker.run())).toEqual([]);
  gone('0');
  expect(texts(await ticker.run())).toEqual(['capacity went 3 → 2 without us']);
});

test('on Flexible a delete of ours may leave the capacity, and lower it later', async () => {
  const ticker = quiet({ SCALE_IN_COOLDOWN_DURATION: '1' }, 'Flexible');
  ticker.runners.edit('2', { runningTasks: 0 });
  await ticker.run(3);
  ticker.scaleSet.instances = ticker.scaleSet.instances.filter((each) => each.id !== '2');
  ticker.runners.group = { ...ticker.runners.group, runners: ticker.runners.group.runners?.filter((each) => each.runnerId !== '2') };
  expect(texts(await ticker.run(3))).toEqual([]);
  setCapacity(ticker, 3);
  expect(texts(await ticker.run(3))).toEqual([]);
});

test('a runner set DRAINING, and ACTIVE again, by another is named', async () => {
  const ticker = quiet();
  await ticker.run(2);
  ticker.runners.edit('1', { status: 'DRAINING' });
  expect(texts(await ticker.run(2))).toEqual(['runner 1 was set DRAINING without us']);
  ticker.runners.edit('1', { status: 'ACTIVE' });
  expect(texts(await ticker.run(2))).toEqual(['runner 1 was set DRAINING without us', 'runner 1 was set ACTIVE without us']);
});

test('a runner that our own drain marked is not named', async () => {
  const ticker = quiet({ SCALE_IN_COOLDOWN_DURATION: '1' });
  ticker.runners.edit('2', { runningTasks: 0 });
  await ticker.run(3);
  ticker.runners.edit('2', { status: 'DRAINING' });
  expect(texts(await ticker.run(4))).toEqual([]);
});

test.each([
  [2, false],
  [3, true],
])('%i changes within an hour: alert %s', async (changes, alerts) => {
  const ticker = quiet();
  await ticker.run(2);
  let last = await ticker.run();
  for (let made = 1; made <= changes; made += 1) {
    setCapacity(ticker, 4 + made);
    last = await ticker.run(5);
  }
  expect(last.plan.alerts.some(({ code }) => code === 'second-writer')).toBe(alerts);
});

test('a DRY_RUN beside another autoscaler names its changes and raises no alert', async () => {
  const ticker = quiet({ DRY_RUN: 'true' });
  await ticker.run(2);
  let last = await ticker.run();
  for (let made = 1; made <= 4; made += 1) {
    setCapacity(ticker, 4 + made);
    last = await ticker.run();
  }
  expect(texts(last)).toHaveLength(4);
  expect(last.plan.alerts.map(({ code }) => code)).not.toContain('second-writer');
});

test('stamps of the Python autoscaler count from our start on, ours never', async () => {
  const ticker = quiet();
  const python = (at: number): string => new Date(at).toISOString().replace('Z', '417');
  await ticker.store.write('scale_out_timestamp', python(ticker.now - 5 * MINUTE));
  await ticker.store.write('scale_in_timestamp', new Date(ticker.now + MINUTE).toISOString().replace('Z', '000'));
  expect(texts(await ticker.run(4))).toEqual([]);
  await ticker.store.write('scale_out_timestamp', python(ticker.now - 1));
  const [text] = texts(await ticker.run());
  expect(text).toContain('the blob "scale_out_timestamp" was stamped 2025-04-07T06:03:59.999Z without us');
  expect(texts(await ticker.run(5))).toHaveLength(1);
});

test.each([
  ['Flexible', 'with VMs a capacity 0 is another writer', 4, ['capacity went 4 → 0 without us']],
  ['Flexible', 'without VMs it is what normalize writes', 0, []],
  ['Uniform', 'without VMs it is what normalize writes', 0, []],
] as const)('on %s, %s', async (mode, _, vms, expected) => {
  const ticker = quiet({}, mode);
  if (vms === 0) {
    ticker.scaleSet.instances = [];
    ticker.runners.group = { ...ticker.runners.group, runners: [] };
  }
  await ticker.run(3);
  ticker.scaleSet.instances = [];
  ticker.runners.group = { ...ticker.runners.group, runners: [] };
  setCapacity(ticker, 0);
  expect(texts(await ticker.run())).toEqual(expected);
});
