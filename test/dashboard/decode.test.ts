import { describe, expect, test } from 'vitest';
import { emptyMemory } from '../../src/model/pool';
import { poolStatus } from '../../src/observe/status';
import { decodeDecisions, decodeHistory, decodePastDrains, decodeRunners } from '../../src/dashboard/data/history';
import { decodePools, decodeStatus } from '../../src/dashboard/data/status';
import { progressOf } from '../../src/dashboard/shape/drains';
import { settingsOf } from '../support/ticker';
import { aDay } from './support/day';

const NOW = Date.UTC(2026, 2, 3);
const sent = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('the status of the app itself is understood', () => {
  test('of a pool before its first tick', () => {
    const status = poolStatus({ pool: 'p', version: '1', settings: undefined, loop: undefined, memory: undefined, now: NOW });
    expect(decodeStatus(sent(status))).toMatchObject({ pool: 'p', mode: 'not in the settings', now: NOW, lastTick: null, counts: null });
  });

  test('of one that is paused, drains and alerts', () => {
    const memory = emptyMemory('p', NOW);
    memory.flags.paused = { scaleOut: true, scaleIn: false, reason: 'audit', at: NOW - 1_000, until: NOW + 1_000 };
    memory.flags.protectedRunners = ['r1'];
    const counts = { demand: 3, idle: 1, busy: 2, booting: 1, draining: 0, unhealthy: 0, instances: 4, capacity: 4 };
    const alerts = [{ code: 'at-max', since: NOW - 5_000, text: 'Jobs wait.', next: 'Raise it.' }];
    memory.tick = {
      ...{ id: 't', at: NOW, nextAt: NOW + 60_000, ticks: 1, dryRun: false },
      ...{ rule: 'steady', reason: 'x', status: { counts, alerts } },
    };
    const status = poolStatus({
      ...{ pool: 'p', version: '1', settings: settingsOf({ VM_HOURLY_COST: '0.5' }), loop: { runtimeStatus: 'Running' }, memory, now: NOW },
    });
    expect(decodeStatus(sent(status))).toMatchObject({
      ...{ mode: 'paused', vmHourlyCost: 0.5, protectedRunners: ['r1'], nextTick: NOW + 60_000, counts },
      paused: { scaleOut: true, scaleIn: false, reason: 'audit', since: NOW - 1_000, until: NOW + 1_000 },
      alerts: [{ code: 'at-max', since: NOW - 5_000, text: 'Jobs wait.', next: 'Raise it.' }],
    });
  });

  test('settings that cannot be used are told in the words of the app', () => {
    const body = { mode: 'invalid settings', error: { code: 'settings-invalid', message: 'SG_ORG: not set' }, pools: [] };
    expect(decodePools(body)).toEqual({ pools: [], problem: 'SG_ORG: not set' });
    expect(decodeStatus({ ...body, pool: 'p' })).toMatchObject({ pool: 'p', problem: 'SG_ORG: not set' });
  });
});

test('the history of the app is understood', () => {
  const day = aDay({ end: NOW, ticks: 120, runners: 3 });
  const page = { pool: 'p', from: '', to: '', next: 'abc', lost: 0 };
  expect(decodeHistory(sent({ ...page, resolution: 60, buckets: day.buckets }))).toMatchObject({ next: 'abc', resolutionSeconds: 60 });
  expect(decodeHistory(sent({ ...page, resolution: 60, buckets: day.buckets })).items[0]).toMatchObject({ at: NOW - 7_200_000 });
  const decisions = decodeDecisions(sent({ ...page, decisions: day.decisions })).items;
  expect(decisions.map(({ rule }) => rule)).toEqual(day.decisions.map(({ rule }) => rule));
  expect(decodePastDrains(sent({ ...page, drains: day.drains })).items).toHaveLength(day.drains.length);
  expect(decodeRunners(sent({ pool: 'p', at: '', next: null, total: 7, runners: day.runners }))).toMatchObject({ total: 7, next: null });
});

describe('an answer that is not understood says what is wrong with it', () => {
  test.each<[string, () => unknown, string]>([
    ['no object', () => decodeStatus('ok'), 'The status should be an object'],
    ['no mode', () => decodeStatus({ pool: 'p' }), 'The status has no "mode"'],
    ['pools that are no list', () => decodePools({ pools: {} }), 'A pool should be a list'],
    ['a drain without an id', () => decodeStatus({ pool: 'p', mode: 'running', drains: [{}] }), 'A drain has no "id"'],
    ['no buckets', () => decodeHistory({}), 'The buckets should be a list'],
    ['a bucket without a time', () => decodeHistory({ buckets: [{ at: 'soon' }] }), 'A bucket has no time "at"'],
    ['a decision that is a text', () => decodeDecisions({ decisions: ['x'] }), 'An item of the decisions should be an object'],
  ])('%s', (_, read, message) => {
    expect(read).toThrow(message);
  });
});

test.each([
  ['recorded', { step: 1, canRelease: true }],
  ['waiting', { step: 2, canRelease: true }],
  ['committed', { step: 3, canRelease: false }],
  ['deleting', { step: 5, canRelease: false }],
  ['givingBack', { step: 0, canRelease: false }],
  ['new phase', { label: 'new phase', step: 0, canRelease: false }],
])('a drain can be released until it is committed: %s', (phase, expected) => {
  expect(progressOf({ phase })).toMatchObject(expected);
});
