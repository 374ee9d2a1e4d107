import { describe, expect, test } from 'vitest';
import type { DrainPhase } from '../../src/model/drain';
import { OPERATIONS } from '../../src/persist/poolEntity';
import { aRecord, Entity, NOW } from '../support/builders/drains';

describe.each([
  ['protectRunner', { runnerId: '1' }],
  ['protectInstance', { vmId: 'vmid-1' }],
] as const)('%s', (operation, input) => {
  test.each<[DrainPhase, object, string | undefined]>([
    ['recorded', { ok: true }, 'givingBack'],
    ['waiting', { ok: true }, 'givingBack'],
    ['committed', { ok: false, status: 409, code: 'drain-committed' }, 'committed'],
    ['deregistered', { ok: false, status: 409, code: 'drain-committed' }, 'deregistered'],
    ['deleting', { ok: false, status: 409, code: 'drain-committed' }, 'deleting'],
  ])('of a drain that is %s', (phase, answer, after) => {
    const entity = new Entity([aRecord('1', { phase })]);
    expect(entity.call(operation, input)).toMatchObject(answer);
    expect(entity.record('1').phase).toBe(after);
  });

  test('one that another hand began is held before its commit', () => {
    const entity = new Entity([aRecord('1', { phase: 'waiting', adopted: true })]);
    expect(entity.call(operation, input)).toMatchObject({ ok: true, held: entity.record('1').id });
    expect(entity.drain(OPERATIONS.commit, '1')).toMatchObject({ word: 'held' });
  });

  test('without a drain it is noted, once', () => {
    const entity = new Entity();
    entity.call(operation, input);
    entity.call(operation, input);
    const { protectedRunners, protectedInstances } = entity.memory.flags;
    expect([...protectedRunners, ...protectedInstances]).toHaveLength(1);
  });
});

describe('release', () => {
  test.each<[DrainPhase, object]>([
    ['recorded', { ok: true }],
    ['waiting', { ok: true }],
    ['committed', { ok: false, status: 409, code: 'drain-committed' }],
    ['deleting', { ok: false, status: 409, code: 'drain-committed' }],
  ])('of a drain that is %s', (phase, answer) => {
    expect(new Entity([aRecord('1', { phase })]).call('releaseRunner', { runnerId: '1' })).toMatchObject(answer);
  });

  test('of one that another hand began, and of none', () => {
    const entity = new Entity([aRecord('1', { phase: 'waiting', adopted: true })]);
    expect(entity.call('releaseRunner', { runnerId: '1' })).toMatchObject({ ok: false, status: 409, code: 'drain-adopted' });
    expect(entity.call('releaseRunner', { runnerId: '2' })).toMatchObject({ ok: false, status: 404, code: 'no-drain' });
  });
});

describe('reap', () => {
  const input = { id: 'drain-default-reap-0', scaleInId: 's', vmId: 'vmid-1', instanceId: '1', computerName: 'vm-1', scaleSet: 'unique-1' };

  test('records a deletion that begins at the deleting step', () => {
    const entity = new Entity();
    expect(entity.call('recordReap', input)).toMatchObject({ ok: true });
    expect(entity.record('1')).toMatchObject({ kind: 'reap', phase: 'recorded', scaleSet: 'unique-1' });
  });

  test.each([
    ['a drain is recorded', new Entity([aRecord('1', { phase: 'waiting' })]), 'drain-recorded'],
    [
      'the instance is protected',
      new Entity([], { flags: { protectedRunners: [], protectedInstances: ['vmid-1'] } }),
      'instance-protected',
    ],
  ])('refused: %s', (_name, entity, code) => {
    expect(entity.call('recordReap', input)).toMatchObject({ ok: false, status: 409, code });
  });

  test('refused under DRY_RUN', () => {
    const entity = new Entity();
    entity.admit([], { dryRun: true });
    expect(entity.call('recordReap', input)).toMatchObject({ ok: false, status: 409, code: 'dry-run' });
  });
});

test.each([
  ['not an object', 'rubbish'],
  ['without its lists', {}],
  ['a list of numbers', { protectedRunners: [1], protectedInstances: [] }],
])('a mirror of flags that is %s restores nothing', (_name, flags) => {
  const entity = new Entity();
  expect(entity.call('restoreFlags', { flags })).toMatchObject({ ok: false, code: 'bad-input' });
  expect(entity.memory.flags).toEqual({ protectedRunners: [], protectedInstances: [] });
});

test('a pause that ran out is lifted by the next tick', () => {
  const entity = new Entity();
  entity.call('pause', { scaleOut: true, scaleIn: true, reason: 'r', forMs: 60_000 });
  entity.now = NOW + 59_999;
  entity.admit([]);
  expect(entity.memory.flags.paused).toBeDefined();
  entity.now = NOW + 60_000;
  entity.admit([]);
  expect(entity.memory.flags.paused).toBeUndefined();
});
