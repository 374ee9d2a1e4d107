import { expect, test } from 'vitest';
import { explore, type Budget } from './explore';

/**
 * A small exhaustive model: the real drain orchestrator, the real steps and the real reducer of the entity, in every order in which one
 * drain, the loop, repeated and late activities, lost answers, a dying instance and people can meet. In each state: no runner that was given
 * back is marked, deregistered or deleted by that drain, none with a task is deregistered or deleted, none is deleted while it is listed, no
 * other VM is hit, and no second drain is recorded. In each end: no record is left, nor a VM without its runner, nor a runner without its VM.
 * The number of states is a lower bound, so that a model that explores nothing fails.
 */
const CASES: readonly (readonly [string, Partial<Budget>, number, readonly string[]])[] = [
  ['nothing disturbs', {}, 60, ['deleted']],
  ['a give-back, and a job', { giveBack: 1, job: 1 }, 2_500, ['active', 'deleted']],
  ['a give-back, and an activity twice', { giveBack: 1, again: 1 }, 5_000, ['active', 'deleted']],
  ['a give-back, and a pause in which what was granted expires', { giveBack: 1, pause: 1 }, 8_000, ['active', 'deleted']],
  ['an answer lost, and an instance that dies', { lose: 1, kill: 1 }, 5_000, ['active', 'deleted']],
  ['an answer lost, and a give-back', { lose: 1, giveBack: 1 }, 1_500, ['active', 'deleted']],
  ['an activity that fails after it was done, and a give-back', { fail: 1, giveBack: 1 }, 1_500, ['active', 'deleted']],
  ['an activity that fails after it was done, and an instance that dies', { fail: 1, kill: 1 }, 3_000, ['active', 'deleted']],
  ['an instance that dies, and release', { kill: 1, release: 1 }, 6_000, ['active', 'deleted']],
  ['another hand sets it ACTIVE, and an instance that dies', { hand: 1, kill: 1 }, 4_500, ['active', 'deleted']],
  ['another hand sets it ACTIVE, and a job', { hand: 1, job: 1 }, 1_000, ['active', 'deleted']],
  ['protect, and a job', { protect: 1, job: 1 }, 1_200, ['active', 'deleted']],
  ['activities twice, and the id used again', { again: 2, reuse: 1 }, 4_000, ['deleted']],
  ['a reading of the entity that lags', { lag: 1 }, 120, ['deleted']],
];

test.each(CASES)('%s', async (_name, budget, least, fates) => {
  const explored = await explore(budget);
  expect(explored.wrong).toEqual([]);
  expect(explored.states).toBeGreaterThan(least);
  expect(Object.keys(explored.fates).toSorted()).toEqual(fates);
});
