import { afterEach, expect, test } from 'vitest';
import { MINUTE, startWholeApp, type WholeApp } from '../support/wholeApp';

/** Flexible: nominal capacity above an empty fleet, written down to 0 once, after three looks over three minutes. */

let app: WholeApp;

afterEach(() => app.stop());

async function begin(env: Record<string, string> = {}): Promise<{ status: number; body: Record<string, unknown> }> {
  app = await startWholeApp({ env: { MIN_RUNNERS: '0', ...env }, world: { mode: 'Flexible' } });
  nominal().capacity = 5;
  await app.pass(2 * MINUTE);
  return app.request('POST', 'pools/default/normalize', { confirm: 'default' });
}

function nominal(): WholeApp['world']['pools'][number] {
  const [pool] = app.world.pools;
  if (pool === undefined) throw new Error('The world has a pool.');
  return pool;
}

const outcome = async (answer: { body: Record<string, unknown> }): Promise<Record<string, unknown>> =>
  (await app.request('GET', String(answer.body['statusQueryGetUri']))).body;

test('is answered at once, shows its progress, and writes 0 after the third look', async () => {
  const answer = await begin();
  expect(answer).toMatchObject({ status: 202, body: { normalizing: true, checked: { mode: 'Flexible', capacity: 5, instances: 0 } } });
  await app.pass(MINUTE);
  expect(await outcome(answer)).toMatchObject({ runtimeStatus: 'Running', customStatus: { lists: '1 of 3' } });
  expect(await app.request('POST', 'pools/default/normalize', { confirm: 'default' })).toMatchObject({
    status: 409,
    body: { error: { code: 'normalize-running' } },
  });
  await app.pass(1.5 * MINUTE);
  expect(nominal().capacity).toBe(5);
  await app.pass(1.5 * MINUTE);
  const { output } = await outcome(answer);
  expect(output).toMatchObject({ written: true, checked: [{ capacity: 5 }, { capacity: 5 }, { capacity: 5, instances: 0 }] });
  expect(nominal().capacity).toBe(0);
});

test('writes nothing when a job made the fleet grow meanwhile', async () => {
  const answer = await begin();
  app.world.addJobs([{ arrivalSeconds: 0, durationSeconds: 600 }]);
  await app.pass(5 * MINUTE);
  expect(await outcome(answer)).toMatchObject({ runtimeStatus: 'Completed', output: { written: false } });
  expect(nominal().capacity).toBe(6);
});

test('is refused under DRY_RUN', async () => {
  expect(await begin({ DRY_RUN: 'true' })).toMatchObject({ status: 409, body: { error: { code: 'dry-run' } } });
});
