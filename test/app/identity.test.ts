import { afterAll, beforeAll, expect, test } from 'vitest';
import { MINUTE, startWholeApp, type WholeApp } from '../support/wholeApp';

let app: WholeApp;
beforeAll(async () => {
  app = await startWholeApp({ storage: 'identity', env: { MIN_RUNNERS: '0' } });
}, 60_000);
afterAll(() => app.stop());

test('without any key of storage, by managed identity alone: it makes its container, serves a job, and its memory and certificate stand', async () => {
  app.world.addJobs([{ arrivalSeconds: 60, durationSeconds: 120 }]);
  await app.pass(45 * MINUTE);
  expect(app.world.metrics()).toMatchObject({ jobs: 1, jobsDone: 1, jobsKilled: 0, orphanVms: 0 });
  const names: string[] = [];
  for await (const blob of app.container.listBlobsFlat()) names.push(blob.name);
  expect(names).toEqual(expect.arrayContaining(['scale_out_timestamp', 'scale_in_timestamp']));
  expect(names.some((name) => name.startsWith('drains/default/'))).toBe(true);
  const status = await app.request('GET', 'pools/default');
  expect(status.body).toMatchObject({ counts: { instances: 0 }, alerts: [] });
});
