import { describe, expect, test } from 'vitest';
import type { TickPlan } from '../../src/model/decision';
import type { DrainRecord } from '../../src/model/drain';
import { OPERATIONS } from '../../src/persist/poolEntity';
import { aRecord, Entity, growthAct, NOW } from '../support/builders/drains';

const FROM = 16;
const ACT = growthAct({ add: 1, from: FROM, to: FROM + 1 });

const counts = (capacity: number): Partial<TickPlan> => ({ counts: { capacity } as TickPlan['counts'] });

/** A growth to 17 whose last run met a 412; before it was asked for, and after, something may happen. */
function conflicting(records: readonly DrainRecord[], before: (entity: Entity) => unknown, after: (entity: Entity) => unknown): Entity {
  const entity = new Entity(records);
  before(entity);
  const { acts } = entity.admit([ACT]);
  after(entity);
  entity.settle([{ act: acts[0], answer: 'conflict' }]);
  return entity.later(1);
}

const nothing = (): undefined => undefined;
const leads = (entity: Entity): void => expect(entity.drain(OPERATIONS.turn, '1')).toMatchObject({ turn: 'lead' });
const stateAfter = (entity: Entity, capacity: number): { state: unknown; stamp: number | undefined } => {
  entity.admit([], counts(capacity));
  const { growth, cooldowns } = entity.memory;
  return { state: growth?.state, stamp: cooldowns.scaleOutAt };
};

const revoked = { state: 'over', stamp: undefined };
const awaited = { state: 'asked', stamp: NOW };
const accepted = { state: 'accepted', stamp: NOW };

describe('a 412 of a repeated run, and a capacity below what was asked for', () => {
  test('nothing was deleted: nothing was written, and the cooldown is as before', () => {
    expect(stateAfter(conflicting([], nothing, nothing), FROM)).toEqual(revoked);
  });

  test.each([
    ['sent since', nothing, leads],
    ['of a batch under way', leads, nothing],
  ])('two deletes %s may hide a write (seed 77606): the cooldown stands', (_when, before, after) => {
    const records = [aRecord('1', { phase: 'deregistered' }), aRecord('2', { phase: 'deregistered' })];
    const seen = (capacity: number): unknown => stateAfter(conflicting(records, before, after), capacity);
    expect(seen(FROM + 1)).toEqual(accepted);
    expect(seen(FROM)).toEqual(awaited);
    expect(seen(FROM - 1)).toEqual(awaited);
    expect(seen(FROM - 2)).toEqual(revoked);
  });

  test('a stray of a batch under way counts, a delete that is asked for again does not', () => {
    const again = aRecord('1', { phase: 'deleting' });
    expect(stateAfter(conflicting([again], leads, nothing), FROM)).toEqual(revoked);
    const stray = aRecord('1', { kind: 'stray', runnerId: undefined });
    expect(stateAfter(conflicting([stray], leads, nothing), FROM)).toEqual(awaited);
  });

  test('its VM in the list proves the write, whatever else lowered the capacity', () => {
    const entity = conflicting([], nothing, nothing);
    entity.admit([], { ...counts(FROM - 1), growthNews: { attempt: ACT.attempt, result: 'seen' } });
    expect(entity.memory).toMatchObject({ growth: { state: 'over' }, cooldowns: { scaleOutAt: NOW } });
  });
});
