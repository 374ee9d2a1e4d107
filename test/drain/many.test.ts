import { describe, expect, test } from 'vitest';
import { pauseFor } from '../../src/drain/course';
import type { DrainWord } from '../../src/persist/drainOperations';
import type { Turn } from '../../src/persist/deletion';
import { OPERATIONS } from '../../src/persist/poolEntity';
import { aRecord, drainAct, Entity, MINUTE, TIMING } from '../support/builders/drains';
import { aPool, ids, START } from '../support/builders/pool';

/** I9: what crosses the orchestrator does not grow with the drains. */
const MANY = 1_000;
const BYTES = 40_000;

test('a thousand drains at the deleting step: fifty a batch, and an answer under 40 KB', () => {
  const entity = new Entity(ids(MANY).map((id) => aRecord(id, { phase: 'deregistered' })));
  const turn = entity.drain<Extract<Turn, { turn: 'lead' }>>(OPERATIONS.turn, '999');
  expect(turn.batch).toHaveLength(50);
  expect(turn.batch[0]?.runnerId).toBe('999');
  expect(JSON.stringify(turn).length).toBeLessThan(BYTES);
});

test('fifty drains of one tick: an admission under 40 KB', () => {
  const admission = new Entity().admit(ids(50).map((id) => drainAct(id)));
  expect(admission.scaleIn?.drains).toHaveLength(50);
  expect(JSON.stringify(admission).length).toBeLessThan(BYTES);
});

test('a thousand drains that fell silent: a few are looked at each tick, those that waited longest first, and each has its turn', () => {
  const pool = aPool().runners(ids(MANY), { status: 'DRAINING', runningTasks: 1 });
  for (const id of ids(MANY)) pool.draining(id, 'waiting', { seenAt: START - Number(id) });
  pool.now = START + 60 * 60_000;
  const seen: string[] = [];
  for (let tick = 0; tick < 3; tick += 1) {
    const { plan } = pool.wait(1).tick(() => ({ answer: 'unknown' }));
    const asked = plan.decision.acts.flatMap((act) => (act.kind === 'inspect' ? [act.drainId] : []));
    expect(asked).toHaveLength(10);
    seen.push(...asked);
  }
  expect(seen).toEqual(ids(30, 0).map((id) => `drain-${String(MANY - 1 - Number(id))}`));
});

describe('drains whose runners work on', () => {
  test.each([
    [1, 5],
    [50, 5],
    [51, 10],
    [300, 30],
    [MANY, 30],
  ])('of %s each asks after %s minutes, and is not taken for dead before', (count, minutes) => {
    const entity = new Entity(ids(count).map((id) => aRecord(id, { phase: 'waiting' })));
    const { spread } = entity.drain<Extract<DrainWord, { word: 'wait' }>>(OPERATIONS.ask, '0');
    expect(pauseFor({ steps: [] }, TIMING, spread)).toBe(minutes * MINUTE);

    const pool = aPool().runners(ids(count), { status: 'DRAINING', runningTasks: 1 });
    for (const id of ids(count)) pool.draining(id, 'waiting');
    const inspected = (): number => pool.look().decision.acts.filter(({ kind }) => kind === 'inspect').length;
    pool.now = START + (minutes + 2) * MINUTE;
    expect(inspected()).toBe(0);
    pool.now = START + 2 * minutes * MINUTE;
    expect(inspected()).toBeGreaterThan(0);
  });

  test('paused, they ask as seldom', () => {
    const paused = { scaleOut: false, scaleIn: true, reason: 'r', at: START, until: undefined };
    const entity = new Entity(ids(300).map((id) => aRecord(id, { phase: 'recorded' })));
    entity.memory.flags.paused = paused;
    expect(entity.drain<DrainWord>(OPERATIONS.ask, '0')).toMatchObject({ word: 'held', spread: 6 });
  });

  test('one that confirms its zeros looks as often as ever', () => {
    expect(pauseFor({ steps: [], verdict: 'open' }, TIMING, 6)).toBe(pauseFor({ steps: [], verdict: 'open' }, TIMING));
  });
});
