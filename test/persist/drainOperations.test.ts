import { describe, expect, test } from 'vitest';
import type { DrainPhase } from '../../src/model/drain';
import type { DrainWord } from '../../src/persist/drainOperations';
import { OPERATIONS } from '../../src/persist/poolEntity';
import { aRecord, Entity, MINUTE, NOW } from '../support/builders/drains';

const { ask, marked, commit, deregistered, end } = OPERATIONS;

describe('what a drain is told when it asks', () => {
  test.each<[DrainPhase, object]>([
    ['recorded', { word: 'go', step: 'mark' }],
    ['waiting', { word: 'wait' }],
    ['givingBack', { word: 'go', step: 'reactivate' }],
    ['committed', { word: 'go', step: 'deregister' }],
    ['deregistered', { word: 'go', step: 'delete' }],
    ['deleting', { word: 'go', step: 'delete' }],
  ])('%s', (phase, word) => {
    const entity = new Entity([aRecord('1', { phase })]);
    expect(entity.drain<DrainWord>(ask, '1')).toMatchObject(word);
  });

  test('without a record it ends and has touched nothing', () => {
    const entity = new Entity();
    const word = entity.call<DrainWord>(ask, { drainId: 'drain-default-t9-0', minute: MINUTE });
    expect(word).toEqual({ word: 'end', outcome: 'not-wanted' });
    expect(entity.memory.drains).toEqual({});
  });

  test('one that another hand began is never marked: it waits at once', () => {
    const entity = new Entity([aRecord('1', { adopted: true })]);
    expect(entity.drain<DrainWord>(ask, '1')).toMatchObject({ word: 'wait' });
    expect(entity.record('1').phase).toBe('waiting');
  });

  test.each([
    ['paused', { paused: { scaleOut: false, scaleIn: true, reason: 'r', at: NOW, until: undefined } }, 'held'],
    ['paused for scale-out alone', { paused: { scaleOut: true, scaleIn: false, reason: 'r', at: NOW, until: undefined } }, 'go'],
    ['stopped, drains go on', { stopped: { at: NOW, reason: 'r', holdDrains: false } }, 'go'],
    ['stopped, drains held', { stopped: { at: NOW, reason: 'r', holdDrains: true } }, 'held'],
  ])('%s: the mark and the commit alike', (_name, flags, word) => {
    const all = { protectedRunners: [], protectedInstances: [], ...flags };
    expect(new Entity([aRecord('1')], { flags: all }).drain(ask, '1')).toMatchObject({ word });
    expect(new Entity([aRecord('1', { phase: 'waiting' })], { flags: all }).drain(commit, '1')).toMatchObject({ word });
    expect(new Entity([aRecord('1', { phase: 'committed' })], { flags: all }).drain(ask, '1')).toMatchObject({ word: 'go' });
    expect(new Entity([aRecord('1', { kind: 'stray' })], { flags: all }).drain(ask, '1')).toMatchObject({ word });
    expect(new Entity([aRecord('1', { kind: 'reap' })], { flags: all }).drain(ask, '1')).toMatchObject({ word: 'go' });
  });

  test('DRY_RUN holds drains under way in every phase', () => {
    const entity = new Entity([aRecord('1', { phase: 'committed' })]);
    entity.admit([], { dryRun: true });
    expect(entity.drain(ask, '1')).toMatchObject({ word: 'held' });
    expect(entity.drain(OPERATIONS.turn, '1')).toMatchObject({ turn: 'wait' });
  });
});

describe('the mark', () => {
  test.each([
    ['done', { word: 'wait' }, 'waiting'],
    ['unknown', { word: 'wait' }, 'waiting'],
    ['late', { word: 'held' }, 'recorded'],
  ])('answered %s', (answer, word, phase) => {
    const entity = new Entity([aRecord('1')]);
    entity.drain(ask, '1');
    expect(entity.drain(marked, '1', { answer })).toMatchObject(word);
    expect(entity.record('1').phase).toBe(phase);
  });

  test.each(['refused', 'gone'])('answered %s: the record goes', (answer) => {
    const entity = new Entity([aRecord('1')]);
    entity.drain(ask, '1');
    expect(entity.drain(marked, '1', { answer })).toEqual({ word: 'end', outcome: 'refused' });
    expect(entity.has('1')).toBe(false);
  });

  test('a give-back that overtook it is carried out once more when the mark is answered', () => {
    const entity = new Entity([aRecord('1')]);
    entity.drain(ask, '1');
    const { acts } = entity.admit([{ kind: 'reactivate', drainId: entity.record('1').id, runnerId: '1' }]);
    entity.settle([{ act: acts[0], answer: 'done' }]);
    expect(entity.drain(marked, '1', { answer: 'done' })).toMatchObject({ word: 'go', step: 'reactivate' });
  });

  test.each([
    [5, true],
    [5.001, false],
  ])('a give-back done %s minutes after an unanswered mark keeps its record: %s', (minutes, isKept) => {
    const entity = new Entity([aRecord('1')]);
    entity.drain(ask, '1');
    entity.later(minutes - 0.0005);
    const { acts } = entity.admit([{ kind: 'reactivate', drainId: entity.record('1').id, runnerId: '1' }]);
    entity.settle([{ act: acts[0], answer: 'done' }]);
    expect(entity.has('1')).toBe(isKept);
  });
});

describe('commit meets give-back in one place', () => {
  test.each([
    ['done', 'given-back'],
    ['refused', 'not-wanted'],
  ])('a drain that the loop gave back (%s) learns how it ended: %s', (answer, outcome) => {
    const entity = new Entity([aRecord('1', { phase: 'waiting' })]);
    const drainId = entity.record('1').id;
    const { acts } = entity.admit([{ kind: 'reactivate', drainId, runnerId: '1' }]);
    entity.settle([{ act: acts[0], answer }]);
    expect(entity.call(ask, { drainId, minute: MINUTE })).toEqual({ word: 'end', outcome });
    expect(entity.call(commit, { drainId, minute: MINUTE })).toEqual({ word: 'end', outcome });
  });

  test('of the drains that were given back the last 50 are remembered', () => {
    const entity = new Entity([], { givenBack: Array.from({ length: 50 }, (_, at) => `old-${at}`) });
    entity.memory.drains = { new: aRecord('1', { id: 'new', phase: 'givingBack' }) };
    entity.settle([{ act: { kind: 'reactivate', drainId: 'new', runnerId: '1', expiresAt: NOW }, answer: 'done' }]);
    expect(entity.memory.givenBack).toHaveLength(50);
    expect(entity.memory.givenBack?.at(-1)).toBe('new');
  });

  test('a committed drain is not given back', () => {
    const entity = new Entity([aRecord('1', { phase: 'waiting' })]);
    expect(entity.drain(commit, '1')).toMatchObject({ word: 'go', step: 'deregister' });
    const { acts, refused } = entity.admit([{ kind: 'reactivate', drainId: entity.record('1').id, runnerId: '1' }]);
    expect(acts).toEqual([]);
    expect(refused).toEqual([{ kind: 'reactivate', reason: 'the drain is committed' }]);
  });

  test('a drain that is given back does not commit', () => {
    const entity = new Entity([aRecord('1', { phase: 'waiting' })]);
    entity.admit([{ kind: 'reactivate', drainId: entity.record('1').id, runnerId: '1' }]);
    expect(entity.drain(commit, '1')).toMatchObject({ word: 'go', step: 'reactivate' });
  });

  test.each(['protectedRunners', 'protectedInstances'] as const)('%s holds a commit', (list) => {
    const flags = { protectedRunners: [], protectedInstances: [], [list]: [list === 'protectedRunners' ? '1' : 'vmid-1'] };
    const entity = new Entity([aRecord('1', { phase: 'waiting', adopted: true })], { flags });
    expect(entity.drain(commit, '1')).toMatchObject({ word: 'held' });
  });
});

describe('the deregistration', () => {
  test.each([
    ['done', { word: 'go', step: 'delete' }, 'deregistered', undefined],
    ['gone', { word: 'go', step: 'delete' }, 'deregistered', undefined],
    ['refused', { word: 'wait' }, 'waiting', false],
    ['notNow', { word: 'wait' }, 'waiting', false],
    ['late', { word: 'wait' }, 'waiting', false],
    ['unknown', { word: 'wait' }, 'committed', true],
  ])('answered %s', (answer, word, phase, sent) => {
    const entity = new Entity([aRecord('1', { phase: 'committed' })]);
    entity.drain(ask, '1');
    expect(entity.drain(deregistered, '1', { answer })).toMatchObject(word);
    expect(entity.record('1')).toMatchObject({ phase, ...(sent === undefined ? {} : { deregisterSent: sent }) });
  });

  test.each([
    ['notNow', 'committed'],
    ['late', 'committed'],
    ['refused', 'waiting'],
  ])('after a lost answer, %s leaves it %s', (answer, phase) => {
    const entity = new Entity([aRecord('1', { phase: 'committed', deregisterSent: true })]);
    entity.drain(ask, '1');
    entity.drain(deregistered, '1', { answer });
    expect(entity.record('1').phase).toBe(phase);
  });
});

test.each([
  ['answered with nothing sent', true, undefined],
  ['never answered: its activity failed, and may have sent it', false, true],
])('a deregistration asked for again, the one before %s', (_name, isAnswered, sent) => {
  const entity = new Entity([aRecord('1', { phase: 'committed' })]);
  entity.drain(ask, '1');
  if (isAnswered) entity.drain(deregistered, '1', { answer: 'notNow' });
  entity.record('1').phase = 'committed';
  entity.drain(ask, '1');
  expect(entity.record('1').deregisterSent === true).toBe(sent === true);
});

test('an end goes with the refusals of its VM, and a second end changes nothing', () => {
  const refusals = { 'vmid-1': { at: NOW, code: 'ScopeLocked', text: '', right: false } };
  const entity = new Entity([aRecord('1', { phase: 'deleting' })], { deletion: { tries: 0, refusals } });
  const { id } = entity.record('1');
  expect(entity.call(end, { drainId: id, outcome: 'deleted', minute: MINUTE })).toEqual({ ended: true });
  expect(entity.memory.deletion.refusals).toEqual({});
  expect(entity.call(end, { drainId: id, outcome: 'deleted', minute: MINUTE })).toEqual({ ended: false });
});

test('an operation that fails changes nothing and says why', () => {
  const entity = new Entity([aRecord('1')]);
  const before = structuredClone(entity.memory);
  // It fails half-way: the binding is written by then, and the decision is missing.
  const plan = { tickId: 'torn', binding: { scaleSet: 'another', group: 'group' } };
  expect(entity.call(OPERATIONS.admit, { plan })).toMatchObject({ ok: false, code: 'entity-failed' });
  expect(entity.memory).toEqual(before);
  expect(entity.call('no-such-operation')).toMatchObject({ ok: false, code: 'unknown-operation' });
});
