import { describe, expect, test } from 'vitest';
import { emptyMemory, type PoolMemory } from '../../src/model/pool';
import type { Act, TickPlan } from '../../src/model/decision';
import { keep } from '../../src/observe/keep';
import { claim } from '../../src/persist/owner';
import { applyOperation, OPERATIONS } from '../../src/persist/poolEntity';
import { growthAct } from '../support/builders/drains';
import { createMemoryStore } from '../support/fakes/memoryStore';

/** In a trial the simulated cloud is sped up, the durable engine is not: what judges the engine is measured in real minutes. */
const NOW = Date.UTC(2025, 0, 1);
const SPEED = 60;
const timing = { minute: 60_000 / SPEED, second: 1_000 / SPEED, scaleOutCooldown: 240_000 / SPEED };
const REAL_MINUTE = 60_000;

const draining = {
  kind: 'drain',
  target: 'runner',
  runnerId: 'r',
  vmId: 'v',
  instanceId: '0',
  computerName: 'c',
  rule: 'scale-in',
  adopted: false,
  replaces: undefined,
  stamps: true,
} as const;

const planOf = (acts: readonly Act[]): TickPlan => ({
  tickId: 't1',
  at: NOW,
  nextAt: NOW + 1_000,
  held: false,
  decision: { rule: 'test', reason: 'test', acts },
  counts: undefined,
  alerts: [],
  warnings: [],
  settingsVersion: '',
  dryRun: false,
  binding: { scaleSet: 's', group: 'g' },
  growthNews: undefined,
  cooldownsFromBlobs: undefined,
});

function admitted(acts: readonly Act[]): { memory: PoolMemory; result: { acts: { expiresAt: number }[] } } {
  const { memory, result } = applyOperation(undefined, 'default', OPERATIONS.admit, { plan: planOf(acts), timing }, NOW);
  return { memory, result: result as { acts: { expiresAt: number }[] } };
}

describe('the keeper leaves a loop alone until three real minutes past its due time', () => {
  const memory = { ...emptyMemory('default', NOW), tick: { nextAt: NOW } } as PoolMemory;
  test.each([
    [179_999, 'leave'],
    [180_000, 'leave'],
    [180_001, 'replace'],
  ])('%d ms late: %s', (late, action) => {
    expect(keep({ status: { runtimeStatus: 'Running' }, memory, autoStart: true, now: NOW + late, createdAt: NOW }).action).toBe(action);
  });
});

test('an admitted act may be sent for five real minutes: an activity begins seconds late, a crash holds it for one', () => {
  const { result } = admitted([{ kind: 'inspect', drainId: 'd' }]);
  expect(result.acts.map(({ expiresAt }) => expiresAt - NOW)).toEqual([5 * REAL_MINUTE]);
});

test("a drain's attempt and its batch of deletes live as long", () => {
  const { memory } = admitted([draining]);
  const [id] = Object.keys(memory.drains);
  const ask = { drainId: id, minute: timing.minute, second: timing.second };
  expect(applyOperation(memory, 'default', OPERATIONS.ask, ask, NOW).result).toMatchObject({
    word: 'go',
    expiresAt: NOW + 5 * REAL_MINUTE,
  });
  const record = memory.drains[id ?? ''];
  if (record !== undefined) record.phase = 'deregistered';
  expect(applyOperation(memory, 'default', OPERATIONS.turn, ask, NOW).result).toMatchObject({
    turn: 'lead',
    expiresAt: NOW + 5 * REAL_MINUTE,
  });
});

test.each([
  [1, 10 * REAL_MINUTE],
  [SPEED, 3 * REAL_MINUTE],
])('at speed %d an owner is silent only after %d ms', async (speed, silence) => {
  const store = createMemoryStore();
  const times = { poll: 60_000 / speed, minute: 60_000 / speed };
  const [mine, other] = [
    { app: 'a', hub: 'h', version: '1' },
    { app: 'b', hub: 'h', version: '1' },
  ];
  expect(await claim(store, 's', 'p', mine, times, NOW)).toEqual({ mine: true });
  expect((await claim(store, 's', 'p', other, times, NOW + silence)).mine).toBe(false);
  expect((await claim(store, 's', 'p', other, times, NOW + silence + 1)).mine).toBe(true);
});

test('a growth is given its five minutes from the answer of its write, however late that came', () => {
  const write = growthAct({ waits: true });
  const { memory } = admitted([write]);
  const late = NOW + 8_000;
  const settled = applyOperation(
    memory,
    'default',
    OPERATIONS.settle,
    { outcomes: [{ act: { ...write, expiresAt: 0 }, answer: 'done' }], timing },
    late,
  );
  expect(settled.memory.growth).toMatchObject({ at: NOW, answeredAt: late, state: 'accepted' });
});

test('a stopped loop is no longer waited for: its drains look for themselves', () => {
  const { memory } = admitted([{ ...draining, adopted: true }]);
  const [drainId] = Object.keys(memory.drains);
  const ask = (before: PoolMemory) => applyOperation(before, 'default', OPERATIONS.ask, { drainId, minute: timing.minute }, NOW).result;
  expect(ask(memory)).toEqual({ word: 'wait', loopNextAt: NOW + 1_000 });
  const stopped = applyOperation(memory, 'default', 'stop', { reason: 'x', holdDrains: false }, NOW).memory;
  expect(ask(stopped)).toEqual({ word: 'wait', loopNextAt: 0 });
});
