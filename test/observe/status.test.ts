import { describe, expect, test } from 'vitest';
import type { TickPlan } from '../../src/model/decision';
import { emptyMemory, type PoolMemory } from '../../src/model/pool';
import { keep } from '../../src/observe/keep';
import { applyOperation } from '../../src/persist/poolEntity';
import { essentials, poolStatus } from '../../src/observe/status';
import { settingsOf } from '../support/ticker';

const NOW = Date.UTC(2025, 0, 1);
const MINUTE = 60_000;

const counts = Object.fromEntries(
  [
    'demand',
    'deducted',
    'counted',
    'instances',
    'capacity',
    'active',
    'idle',
    'busy',
    'booting',
    'draining',
    'unhealthy',
    'stray',
    'lost',
    'unjudged',
    'ghost',
    'stale',
    'foreign',
  ].map((name) => [name, 100_000]),
);

const plan = {
  tickId: 'mwuxyzab00',
  at: NOW,
  nextAt: NOW + MINUTE,
  held: true,
  decision: { rule: 'hold/fleet-drop', reason: 'Größe unbekannt – '.repeat(60), acts: [] },
  counts,
  alerts: Array.from({ length: 40 }, (_, index) => ({ code: `code-${index}`, since: NOW, text: 'ä'.repeat(400), next: '' })),
  warnings: Array.from({ length: 40 }, () => 'ü'.repeat(400)),
  settingsVersion: '0123456789ab',
  dryRun: false,
} as unknown as TickPlan;

test("the loop's custom status stays under 4 KB in the worst case, and keeps what matters", () => {
  const status = essentials(
    plan,
    {
      refused: Array.from({ length: 50 }, () => ({
        kind: 'setCapacity' as const,
        reason: 'another growth was recorded since the reading',
      })),
      shown: {
        paused: 'both',
        cooldowns: { scaleOutAt: NOW },
        drains: 500,
        first: Array.from({ length: 5 }, () => ({ runner: 'r'.repeat(200), phase: 'waiting', since: NOW })),
      },
    },
    { scaleOutCooldown: 4 * MINUTE, scaleInCooldown: 5 * MINUTE },
  );
  expect(Buffer.byteLength(JSON.stringify(status))).toBeLessThan(4_096);
  expect(status).toMatchObject({
    mode: 'paused',
    rule: 'hold/fleet-drop',
    drains: 500,
    cooldownsLeftSeconds: { scaleOut: 240, scaleIn: 300 },
    counts,
  });
  expect((status['alerts'] as unknown[]).length).toBeGreaterThan(0);
});

test('what cannot be read is an alert, and the rest is shown all the same', () => {
  const shown = poolStatus({
    pool: 'p',
    version: '0',
    settings: undefined,
    loop: { runtimeStatus: 'Running' },
    memory: undefined,
    problems: [{ code: 'engine-unavailable', text: "The pool's entity could not be read: 503" }],
    now: NOW,
  });
  expect(shown).toMatchObject({ loop: 'Running', lastTick: null, counts: null, drains: [], alerts: [{ code: 'engine-unavailable' }] });
});

test.each([
  ['0.1', 0.1],
  ['0', 0],
  ['', null],
])('the status says its own time, and what a VM hour costs where VM_HOURLY_COST is "%s"', (given, cost) => {
  const settings = settingsOf({ VM_HOURLY_COST: given });
  const shown = poolStatus({ pool: 'p', version: '0', settings, loop: undefined, memory: undefined, now: NOW });
  expect(shown).toMatchObject({ now: '2025-01-01T00:00:00.000Z', vmHourlyCost: cost });
});

test.each([
  ['before the terminate', -1, 'noteStop'],
  ['in its very second', 0, 'start'],
  ['after it', 1_000, 'start'],
])('a terminate counts as a stop unless an operator started the loop since: started %s', (_, later, action) => {
  const memory = { ...emptyMemory('p', NOW), flags: { protectedRunners: [], protectedInstances: [], startedAt: NOW + later } };
  const status = { runtimeStatus: 'Terminated', output: 'stopped by an operator' };
  expect(keep({ status, memory, autoStart: true, now: NOW + MINUTE, createdAt: NOW, updatedAt: NOW }).action).toBe(action);
  const note = { reason: 'x', holdDrains: false, endedAt: NOW };
  const stopped = applyOperation(memory, 'p', 'stop', note, NOW + MINUTE).memory.flags.stopped;
  expect(stopped === undefined).toBe(action === 'start');
});

describe('what the keeper does about a loop', () => {
  const ticked = { ...emptyMemory('p', NOW), tick: { nextAt: NOW } } as PoolMemory;
  const stopped = { ...ticked, flags: { ...ticked.flags, stopped: { at: NOW, reason: 'audit', holdDrains: false } } } as PoolMemory;
  test.each<[string, { runtimeStatus: string; output?: unknown } | undefined, PoolMemory | undefined, boolean, string]>([
    ['none yet', undefined, undefined, true, 'start'],
    ['none yet, without AUTO_START', undefined, undefined, false, 'leave'],
    ['one that was purged, without AUTO_START', undefined, ticked, false, 'start'],
    ['a failed one', { runtimeStatus: 'Failed' }, ticked, false, 'start'],
    ['one that ended', { runtimeStatus: 'Completed' }, ticked, true, 'start'],
    ['one that an operator stopped', { runtimeStatus: 'Completed' }, stopped, true, 'leave'],
    ['one that an operator terminated', { runtimeStatus: 'Terminated', output: 'by hand' }, ticked, true, 'noteStop'],
    ['one that was terminated without a reason', { runtimeStatus: 'Terminated', output: null }, ticked, true, 'noteStop'],
    ['one that the keeper terminated', { runtimeStatus: 'Terminated', output: 'keeper: over-age' }, ticked, true, 'start'],
    ['a suspended one', { runtimeStatus: 'Suspended' }, ticked, true, 'leave'],
    ['a living one', { runtimeStatus: 'Running' }, ticked, true, 'leave'],
    ['one that was just started and has not ticked', { runtimeStatus: 'Pending' }, undefined, true, 'leave'],
  ])('%s', (_, status, memory, autoStart, action) => {
    expect(keep({ status, memory, autoStart, now: NOW, createdAt: NOW }).action).toBe(action);
  });
});

test.each([
  ['what the forecast of the last tick says', { mode: 'observe', days: 14, says: ['One runner is kept ready.'] }],
  ['nothing where there is none', undefined],
] as const)('the status tells %s', (_what, forecast) => {
  const { memory } = applyOperation(
    emptyMemory('default', NOW),
    'default',
    'admit',
    { plan: { ...plan, ...(forecast === undefined ? {} : { forecast }) }, timing: { minute: MINUTE, scaleOutCooldown: 4 * MINUTE } },
    NOW,
  );
  const status = poolStatus({ pool: 'default', version: '0', settings: undefined, loop: undefined, memory, now: NOW });
  expect(status['forecast']).toEqual(forecast ?? null);
});
