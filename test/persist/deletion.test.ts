import { describe, expect, test } from 'vitest';
import { newDrainsAreBarred, type DeleteResult, type Turn } from '../../src/persist/deletion';
import { OPERATIONS } from '../../src/persist/poolEntity';
import { aRecord, Entity, NOW, SECOND } from '../support/builders/drains';

const { turn, turnOver } = OPERATIONS;
const ready = (id: string, fields: object = {}) => aRecord(id, { phase: 'deregistered', ...fields });
const lead = (entity: Entity, id: string): Extract<Turn, { turn: 'lead' }> => {
  const given = entity.drain<Turn>(turn, id);
  if (given.turn !== 'lead') throw new Error(`"${id}" does not lead: ${JSON.stringify(given)}`);
  return given;
};
const report = (entity: Entity, leader: string, attempt: string, answers: Record<string, DeleteResult>, more: object = {}): void => {
  const byId = Object.fromEntries(Object.entries(answers).map(([id, answer]) => [entity.record(id).id, answer]));
  entity.drain(turnOver, leader, { attempt, answers: byId, ...more });
};

describe('one deleting step of the pool', () => {
  test('the first to ask leads all that are deregistered; the others wait', () => {
    const entity = new Entity([ready('1'), ready('2'), aRecord('3', { phase: 'waiting' }), aRecord('4', { phase: 'committed' })]);
    expect(lead(entity, '1').batch.map((record) => record.runnerId)).toEqual(['1', '2']);
    expect(entity.drain<Turn>(turn, '2')).toEqual({ turn: 'wait', until: NOW + 60 * SECOND });
  });

  test('of ten that wait one asks as soon as there may be a turn, the others a minute later', () => {
    const ids = Array.from({ length: 12 }, (_, at) => String(at));
    const entity = new Entity([aRecord('99', { phase: 'committed' }), ...ids.map((id) => ready(id))]);
    const waits = (): number[] => ids.map((id) => (entity.drain<Turn>(turn, id) as Extract<Turn, { turn: 'wait' }>).until - entity.now);
    const { attempt } = lead(entity, '5');
    expect(waits()).toEqual([10, 60, 60, 60, 60, 60, 60, 60, 60, 60, 10, 60].map((seconds) => seconds * SECOND));
    report(entity, '5', attempt, { 0: { answer: 'refused', code: 'locked' }, 1: { answer: 'accepted' } });
    entity.drain(turn, '0');
    expect(entity.drain<Turn>(turn, '1')).toEqual({ turn: 'wait', until: entity.memory.deletion.notBefore });
    entity.now = entity.memory.deletion.notBefore ?? 0;
    lead(entity, '1');
  });

  test('drains of another scale set have a batch of their own', () => {
    const entity = new Entity([ready('1'), ready('2', { scaleSet: 'unique-2' })]);
    expect(lead(entity, '1').batch.map((record) => record.runnerId)).toEqual(['1']);
  });

  test.each([
    [5, 'wait'],
    [5.001, 'lead'],
  ])('a batch whose leader fell silent %s minutes ago: %s', (minutes, expected) => {
    const entity = new Entity([ready('1'), ready('2')]);
    lead(entity, '1');
    expect(entity.later(minutes - 0.0005).drain<Turn>(turn, '2').turn).toBe(expected);
  });

  test('the pause grows while nothing goes, and starts anew when a VM is gone', () => {
    const entity = new Entity([ready('1'), ready('2')]);
    const pauses: number[] = [];
    for (const answer of ['accepted', 'deleting', 'deleting', 'deleting', 'deleting', 'deleting'] as const) {
      const { attempt } = lead(entity, '1');
      report(entity, '1', attempt, { 1: { answer } });
      pauses.push(((entity.memory.deletion.notBefore ?? 0) - entity.now) / SECOND);
      entity.now = entity.memory.deletion.notBefore ?? 0;
    }
    expect(pauses).toEqual([15, 20, 30, 60, 120, 120]);
    const { attempt } = lead(entity, '2');
    report(entity, '2', attempt, { 1: { answer: 'gone' } });
    expect((entity.memory.deletion.notBefore ?? 0) - entity.now).toBe(15 * SECOND);
    expect(entity.drain<Turn>(turn, '1')).toEqual({ turn: 'end', outcome: 'deleted' });
  });

  test('a report that comes after another leads tells of VMs alone', () => {
    const entity = new Entity([ready('1'), ready('2')]);
    const old = lead(entity, '1');
    entity.later(6);
    lead(entity, '2');
    report(entity, '1', old.attempt, { 1: { answer: 'gone' } }, { operation: 'https://old' });
    expect(entity.memory.deletion.batch?.leader).toBe(entity.record('2').id);
    expect(entity.memory.deletion.operation).toBeUndefined();
    expect(entity.record('1').end).toBe('gone');
  });

  test('the operation of a delete is handed to the next leader, until it is over', () => {
    const entity = new Entity([ready('1')]);
    report(entity, '1', lead(entity, '1').attempt, { 1: { answer: 'accepted' } }, { operation: 'https://azure/op' });
    entity.later(1);
    const next = lead(entity, '1');
    expect(next.operation).toBe('https://azure/op');
    report(entity, '1', next.attempt, { 1: { answer: 'accepted' } });
    expect(entity.later(1) && lead(entity, '1').operation).toBeUndefined();
  });
});

describe('what the leader saw of a VM', () => {
  test.each<[DeleteResult, object]>([
    [{ answer: 'gone' }, { end: 'gone' }],
    [{ answer: 'back' }, { end: 'back' }],
    [{ answer: 'accepted' }, { phase: 'deleting' }],
    [{ answer: 'deleting' }, { phase: 'deleting' }],
    [{ answer: 'rival' }, { phase: 'deregistered', note: 'another entry of this machine is alive' }],
    [{ answer: 'unknown', code: 'azure-unavailable' }, { phase: 'deregistered' }],
  ])('%o', (result, expected) => {
    const entity = new Entity([ready('1')]);
    report(entity, '1', lead(entity, '1').attempt, { 1: result });
    expect(entity.record('1')).toMatchObject(expected);
  });

  test.each([
    [5, 'deregistered'],
    [5.001, 'committed'],
  ])('its own entry still listed %s minutes after the deregistration: %s', (minutes, phase) => {
    const entity = new Entity([ready('1')]);
    entity.later(minutes - 0.0005);
    report(entity, '1', lead(entity, '1').attempt, { 1: { answer: 'rival', code: 'still-listed' } });
    expect(entity.record('1').phase).toBe(phase);
  });
});

describe('a delete refused for good', () => {
  const refused = (right: boolean): DeleteResult => ({ answer: 'refused', code: right ? 'AuthorizationFailed' : 'ScopeLocked', right });

  test.each([
    [10, 'wait'],
    [10.001, 'lead'],
  ])('is tried again after %s minutes: %s', (minutes, expected) => {
    const entity = new Entity([ready('1')]);
    report(entity, '1', lead(entity, '1').attempt, { 1: refused(false) });
    expect(entity.later(minutes - 0.0005).drain<Turn>(turn, '1').turn).toBe(expected);
  });

  test('another drain leads meanwhile, without it', () => {
    const entity = new Entity([ready('1'), ready('2')]);
    report(entity, '1', lead(entity, '1').attempt, { 1: refused(false), 2: { answer: 'deleting' } });
    expect(lead(entity.later(1), '2').batch.map((record) => record.runnerId)).toEqual(['2']);
  });

  test.each<[string, Record<string, DeleteResult>, boolean]>([
    ['one lock', { 1: refused(false) }, false],
    ['two VMs', { 1: refused(false), 2: refused(false) }, true],
    ['the right is missing', { 1: refused(true) }, true],
  ])('bars new drains: %s', (_name, answers, isBarred) => {
    const entity = new Entity([ready('1'), ready('2'), ready('3')]);
    report(entity, '1', lead(entity, '1').attempt, answers);
    expect(newDrainsAreBarred(entity.memory)).toBe(isBarred);
    report(entity.later(1), '3', lead(entity, '3').attempt, { 3: { answer: 'accepted' } });
    expect(newDrainsAreBarred(entity.memory)).toBe(false);
  });

  test('a VM that somebody else deletes shows no right of ours', () => {
    const entity = new Entity([ready('1'), ready('2')]);
    report(entity, '1', lead(entity, '1').attempt, { 1: refused(true), 2: { answer: 'deleting' } });
    expect(newDrainsAreBarred(entity.memory)).toBe(true);
  });
});

describe('strays', () => {
  const paused = { scaleOut: false, scaleIn: true, reason: 'r', at: NOW, until: undefined };
  const flags = { protectedRunners: [], protectedInstances: ['vmid-2'] };

  test('a protected one is dropped, by its own turn, and is in nobody else’s batch', () => {
    const entity = new Entity([ready('1'), aRecord('2', { kind: 'stray', runnerId: undefined })], { flags });
    expect(lead(entity, '1').batch).toHaveLength(1);
    expect(entity.drain<Turn>(turn, '2')).toEqual({ turn: 'end', outcome: 'not-wanted' });
    expect(entity.has('2')).toBe(false);
  });

  test('pause holds one that nobody asked for yet, and nothing that goes already', () => {
    const entity = new Entity([ready('1'), aRecord('2', { kind: 'stray' }), aRecord('3', { kind: 'stray', phase: 'deleting' })], {
      flags: { protectedRunners: [], protectedInstances: [], paused },
    });
    expect(entity.drain<Turn>(turn, '2').turn).toBe('wait');
    expect(lead(entity, '1').batch.map((record) => record.vmId)).toEqual(['vmid-1', 'vmid-3']);
  });

  test('asking for the delete is its commit: protect comes too late, until it turns out that nothing was sent', () => {
    const entity = new Entity([aRecord('1', { kind: 'stray', runnerId: undefined })]);
    const { attempt } = lead(entity, '1');
    expect(entity.call('protectInstance', { vmId: 'vmid-1' })).toMatchObject({ ok: false, status: 409 });
    report(entity, '1', attempt, { 1: { answer: 'rival' } });
    expect(entity.call('protectInstance', { vmId: 'vmid-1' })).toMatchObject({ ok: true });
    expect(entity.has('1')).toBe(false);
  });
});
