import { describe, expect, test } from 'vitest';
import type { Act } from '../../src/model/decision';
import type { DrainPhase } from '../../src/model/drain';
import { OPERATIONS } from '../../src/persist/poolEntity';
import { aRecord, drainAct, Entity, growthAct, MINUTE, NOW } from '../support/builders/drains';

const giveBack = (entity: Entity, id: string): Act => ({ kind: 'reactivate', drainId: entity.record(id).id, runnerId: id });

describe('a drain is recorded before its runner is marked', () => {
  test('with the cooldown stamped, on its scale set, and handed to a scaleIn', () => {
    const entity = new Entity();
    const { scaleIn, stamped } = entity.admit([drainAct('1')]);
    expect(scaleIn?.drains.map((record) => record.id)).toEqual([entity.record('1').id]);
    expect(entity.record('1')).toMatchObject({ phase: 'recorded', scaleSet: 'unique-1', attempts: 0 });
    expect(stamped).toMatchObject({ scaleInAt: NOW });
  });

  test('the same tick admitted twice records it once, asks for nothing again and counts once', () => {
    const entity = new Entity([aRecord('2', { phase: 'waiting' })]);
    const acts = [drainAct('1'), giveBack(entity, '2')];
    expect(entity.admit(acts, { tickId: 'same', held: true }).acts).toHaveLength(1);
    expect(entity.admit(acts, { tickId: 'same', held: true })).toMatchObject({ acts: [], scaleIn: undefined });
    expect(entity.memory.tick).toMatchObject({ ticks: 1, heldTicks: 1 });
  });

  test.each([
    ['its runner', drainAct('2', { runnerId: '1' })],
    ['its instance', drainAct('1', { runnerId: undefined, target: 'stray' })],
  ])('one drain per runner: refused where %s has one', (_name, act) => {
    const entity = new Entity([aRecord('1', { phase: 'waiting' })]);
    expect(entity.admit([act]).refused).toEqual([{ kind: 'drain', reason: 'a drain of this instance is recorded' }]);
  });

  test('many refused for one reason are told once', () => {
    const entity = new Entity([
      aRecord('1', { phase: 'committed' }),
      aRecord('2', { phase: 'committed' }),
      aRecord('3', { adopted: true }),
    ]);
    const { refused } = entity.admit(['1', '2', '3'].map((id) => giveBack(entity, id)));
    expect(refused.map(({ reason }) => reason)).toEqual(['the drain is committed', 'an adopted drain is not given back']);
  });

  test.each([
    ['protectedRunners', '1', 'the runner is protected'],
    ['protectedInstances', 'vmid-1', 'the instance is protected'],
  ])('never a protected one: %s', (list, id, reason) => {
    const entity = new Entity([], { flags: { protectedRunners: [], protectedInstances: [], [list]: [id] } });
    expect(entity.admit([drainAct('1')]).refused).toEqual([{ kind: 'drain', reason }]);
  });

  test('DRY_RUN records and stamps nothing', () => {
    const entity = new Entity();
    const { acts, scaleIn, stamped } = entity.admit([drainAct('1')], { dryRun: true });
    expect({ acts, scaleIn, stamped, drains: entity.memory.drains }).toEqual({
      acts: [],
      scaleIn: undefined,
      stamped: undefined,
      drains: {},
    });
  });
});

test('of two growths that were planned upon the same memory one is ordered', () => {
  const entity = new Entity();
  const grow = (attempt: string, after?: string): Act => growthAct({ attempt, after, from: 1, to: 2 });
  expect(entity.admit([grow('a')]).acts).toHaveLength(1);
  expect(entity.admit([grow('b')])).toMatchObject({ acts: [], refused: [{ kind: 'setCapacity' }] });
  expect(entity.memory.growth?.attempt).toBe('a');
  expect(entity.admit([grow('c', 'a')]).acts).toHaveLength(1);
});

test.each(['scaleOutAt', 'scaleInAt'] as const)('%s: the later of entity and blob counts, and none is ahead of now', (stamp) => {
  const entity = new Entity([], { cooldowns: { [stamp]: NOW - 2 * MINUTE } });
  const after = (found: number): number | undefined => {
    entity.admit([], { cooldownsFromBlobs: { [stamp]: found } });
    return entity.memory.cooldowns[stamp];
  };
  expect(after(NOW - 3 * MINUTE)).toBe(NOW - 2 * MINUTE);
  expect(after(NOW - MINUTE)).toBe(NOW - MINUTE);
  expect(after(NOW + MINUTE)).toBe(NOW);
});

describe('a drain whose instance is over', () => {
  const over = (phase: DrainPhase, fields: object = {}) => aRecord('1', { phase, isOver: true, startedAt: NOW - 60 * MINUTE, ...fields });
  const again = (entity: Entity, fields: object = {}): Act =>
    drainAct('1', { rule: 'adopt/again', stamps: false, replaces: entity.record('1').id, ...fields });

  test.each<[DrainPhase, object]>([
    ['recorded', {}],
    ['waiting', {}],
    ['committed', { deregisterSent: true }],
    ['deregistered', {}],
    ['deleting', {}],
  ])('goes on in its phase: %s', (phase, more) => {
    const entity = new Entity([over(phase)]);
    const { id } = entity.record('1');
    entity.admit([again(entity)]);
    expect(entity.record('1')).toMatchObject({ phase, replaces: id, startedAt: NOW - 60 * MINUTE, ...more });
    expect(entity.record('1').id).not.toBe(id);
    expect(Object.keys(entity.memory.drains)).toHaveLength(1);
  });

  test.each([
    [false, false],
    [true, true],
  ])('keeps whether another hand began it: %s', (adopted, expected) => {
    const entity = new Entity([over('waiting', { adopted })]);
    entity.admit([again(entity, { adopted: true })]);
    expect(entity.record('1').adopted).toBe(expected);
  });

  test('one that spoke since is left alone, and is not forgotten either', () => {
    const entity = new Entity([over('waiting')]);
    const forget: Act = { kind: 'forgetDrain', drainId: entity.record('1').id, reason: 'over' };
    const act = again(entity);
    entity.drain(OPERATIONS.ask, '1');
    expect(entity.admit([act]).refused).toHaveLength(1);
    expect(entity.admit([forget]).refused).toHaveLength(1);
    expect(entity.has('1')).toBe(true);
  });

  test('one that ended since begins nothing', () => {
    const entity = new Entity([over('deleting')]);
    const act = again(entity);
    entity.call(OPERATIONS.end, { drainId: entity.record('1').id, outcome: 'deleted', minute: MINUTE });
    expect(entity.admit([act])).toMatchObject({ scaleIn: undefined });
  });

  test.each<[DrainPhase, boolean]>([
    ['waiting', false],
    ['committed', true],
    ['deregistered', true],
  ])('while scale-in is paused, %s goes on: %s', (phase, goesOn) => {
    const paused = { scaleOut: false, scaleIn: true, reason: 'r', at: NOW, until: undefined };
    const entity = new Entity([over(phase)], { flags: { protectedRunners: ['1'], protectedInstances: [], paused } });
    expect(entity.admit([again(entity)]).scaleIn !== undefined).toBe(goesOn);
  });

  test('a forgotten one takes the refusals of its VM along', () => {
    const refusals = { 'vmid-1': { at: NOW, code: 'ScopeLocked', text: '', right: true } };
    const entity = new Entity([over('deleting')], { deletion: { tries: 0, refusals } });
    entity.admit([{ kind: 'forgetDrain', drainId: entity.record('1').id, reason: 'gone' }]);
    expect(entity.memory).toMatchObject({ drains: {}, deletion: { refusals: {} } });
  });
});

describe('a give-back', () => {
  test.each<[DrainPhase, boolean]>([
    ['recorded', true],
    ['waiting', true],
    ['givingBack', true],
    ['committed', false],
    ['deregistered', false],
    ['deleting', false],
  ])('of a drain that is %s: %s', (phase, isGiven) => {
    const entity = new Entity([aRecord('1', { phase })]);
    expect(entity.admit([giveBack(entity, '1')]).acts).toHaveLength(isGiven ? 1 : 0);
  });

  test('never of a drain that another hand began', () => {
    const entity = new Entity([aRecord('1', { phase: 'waiting', adopted: true })]);
    expect(entity.admit([giveBack(entity, '1')]).acts).toEqual([]);
  });

  test('names its attempt and its five minutes, closes the mark, and stamps its cooldown once', () => {
    const entity = new Entity([aRecord('1')]);
    const mark = entity.drain<{ attempt: string }>(OPERATIONS.ask, '1').attempt;
    const [act] = entity.admit([giveBack(entity, '1')]).acts;
    expect(act).toMatchObject({ kind: 'reactivate', expiresAt: NOW + 5 * MINUTE, attempt: entity.record('1').attempt?.id });
    expect(entity.record('1').attempt?.id).not.toBe(mark);
    entity.later(2).admit([giveBack(entity, '1')]);
    expect(entity.memory.cooldowns.giveBackAt).toBe(NOW);
  });

  test.each([
    ['done', false],
    ['gone', false],
    ['refused', false],
    ['unknown', true],
    ['late', true],
    ['notNow', true],
  ])('answered %s: the record stays: %s', (answer, stays) => {
    const entity = new Entity([aRecord('1', { phase: 'waiting' })]);
    const [act] = entity.admit([giveBack(entity, '1')]).acts;
    entity.settle([{ act, answer }]);
    expect(entity.has('1')).toBe(stays);
  });
});

test.each([
  [1, undefined],
  [1.001, true],
])('a drain that spoke %s minutes before its instance was called over: %s', (minutes, isOver) => {
  const entity = new Entity([aRecord('1', { phase: 'waiting', seenAt: NOW })]);
  entity.now += Math.floor(minutes * MINUTE);
  entity.settle([{ act: { kind: 'inspect', drainId: entity.record('1').id, expiresAt: 0 }, answer: 'over' }]);
  expect(entity.record('1').isOver).toBe(isOver);
});

test('an older app reports all its acts: a nudge that met no instance calls no drain over', () => {
  const entity = new Entity([aRecord('1', { phase: 'waiting', seenAt: NOW })]);
  entity.later(10).settle([{ act: { kind: 'nudge', drainId: entity.record('1').id, news: 'look' }, answer: 'over' }]);
  expect(entity.record('1').isOver).toBeUndefined();
});

test.each([
  ['another scale set', { scaleSet: 'unique-2', group: 'group' }],
  ['another runner group', { scaleSet: 'unique-1', group: 'other' }],
])('%s: growth and refusals go, drains under way stay with the scale set where they began', (_name, binding) => {
  const refusals = { 'vmid-1': { at: NOW, code: 'ScopeLocked', text: '', right: false } };
  const entity = new Entity([aRecord('1', { phase: 'deleting' })], { deletion: { tries: 3, refusals } });
  entity.admit([]);
  entity.admit([], { binding });
  expect(entity.memory.deletion).toEqual({ tries: 0, refusals: {} });
  expect(entity.record('1').scaleSet).toBe('unique-1');
});
