import { expect, test } from 'vitest';
import { aRunner } from '../support/fakes/fakeRunnerService';
import { anInstance } from '../support/fakes/fakeScaleSet';
import { createTicker, type Ticker } from '../support/ticker';

/** A fleet of idle, registered runners, so large that MIN_RUNNERS keeps all of them. */
function fleet(count: number, env: Record<string, string> = {}, mode: 'Uniform' | 'Flexible' = 'Uniform'): Ticker {
  const ticker = createTicker({ MIN_RUNNERS: String(count), ...env });
  const names = Array.from({ length: count }, (_, at) => String(at));
  const protection = mode === 'Uniform' ? { scaleInProtection: 'off' as const } : {};
  ticker.scaleSet.instances = names.map((id) => anInstance(id, { createdAt: ticker.now, ...protection }));
  ticker.scaleSet.state = { ...ticker.scaleSet.state, mode, capacity: count };
  ticker.runners.group = { ...ticker.runners.group, runners: names.map((id) => aRunner(id)) };
  return ticker;
}

const asked = (ticker: Ticker): unknown[] =>
  ticker.scaleSet.script.calls.filter((call) => call.method === 'protectFromScaleIn').map((call) => call.args[0]);

test('each registered instance is protected once, two a tick', async () => {
  const ticker = fleet(5);
  await ticker.run();
  expect(asked(ticker)).toEqual(['0', '1']);
  await ticker.run(9);
  expect(asked(ticker)).toEqual(['0', '1', '2', '3', '4']);
  expect(ticker.scaleSet.instances.map((each) => each.scaleInProtection)).toEqual(['on', 'on', 'on', 'on', 'on']);
});

test.each([
  ['PROTECT_INSTANCES is false', { PROTECT_INSTANCES: 'false' }, 'Uniform'],
  ['DRY_RUN', { DRY_RUN: 'true' }, 'Uniform'],
  ['a Flexible scale set, which has no such protection', {}, 'Flexible'],
] as const)('nothing is protected: %s', async (_, env, mode) => {
  const ticker = fleet(3, env, mode);
  await ticker.run(5);
  expect(asked(ticker)).toEqual([]);
});

test('an instance that has not registered is not protected', async () => {
  const ticker = fleet(1);
  ticker.runners.group = { ...ticker.runners.group, runners: [] };
  await ticker.run(3);
  expect(asked(ticker)).toEqual([]);
});

test('without the right the tick goes on, a call is tried ever more seldom, and an alert names the right', async () => {
  const ticker = fleet(4);
  for (let at = 0; at < 50; at += 1)
    ticker.scaleSet.nextOutcomes.push({ kind: 'refused', code: 'AuthorizationFailed', text: 'no', status: 403, retryAfterMs: undefined });
  const { plan } = await ticker.run(120);
  expect(asked(ticker).length).toBe(8);
  expect(plan.held).toBe(false);
  const alert = plan.alerts.find(({ code }) => code === 'protect-failed');
  expect(alert?.next).toContain('Microsoft.Compute/virtualMachineScaleSets/virtualMachines/write');
});

test('one that is asked a second time is no failure before the answer', async () => {
  const ticker = fleet(1);
  ticker.scaleSet.nextOutcomes.push({ kind: 'unknown', code: 'lost', text: 'the answer was lost' });
  let alerts = 0;
  for (let at = 0; at < 20; at += 1) alerts += (await ticker.run()).plan.alerts.filter(({ code }) => code === 'protect-failed').length;
  expect(asked(ticker).length).toBe(2);
  expect(alerts).toBe(0);
});

test('an instance that a person protected is neither drained nor deleted', async () => {
  const ticker = fleet(3, { MIN_RUNNERS: '0', SCALE_IN_STEP: '3', PROTECT_INSTANCES: 'false' });
  ticker.scaleSet.instances = ticker.scaleSet.instances.map((each) => (each.id === '1' ? { ...each, isProtected: true } : each));
  await ticker.run(30);
  const drained = Object.values(ticker.memory?.drains ?? {}).map((record) => record.instanceId);
  expect(drained.toSorted()).toEqual(['0', '2']);
});

test('a protected VM without a runner is no stray to delete', async () => {
  const ticker = fleet(2);
  await ticker.run(2);
  const late = (id: string, isProtected: boolean) => anInstance(id, { createdAt: ticker.now, ...(isProtected ? { isProtected } : {}) });
  ticker.scaleSet.instances = [...ticker.scaleSet.instances, late('8', true), late('9', false)];
  await ticker.run(40);
  expect(Object.values(ticker.memory?.drains ?? {}).map((record) => record.instanceId)).toEqual(['9']);
});
