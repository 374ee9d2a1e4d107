import { expect, test } from 'vitest';
import type { Turn } from '../../src/persist/deletion';
import { OPERATIONS } from '../../src/persist/poolEntity';
import { aRecord, drainAct, Entity } from '../support/builders/drains';
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
  pool.now = START + 20 * 60_000;
  const seen: string[] = [];
  for (let tick = 0; tick < 3; tick += 1) {
    const { plan } = pool.wait(1).tick(() => ({ answer: 'unknown' }));
    const asked = plan.decision.acts.flatMap((act) => (act.kind === 'inspect' ? [act.drainId] : []));
    expect(asked).toHaveLength(10);
    seen.push(...asked);
  }
  expect(seen).toEqual(ids(30, 0).map((id) => `drain-${String(MANY - 1 - Number(id))}`));
});
