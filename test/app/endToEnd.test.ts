import { BlobServiceClient } from '@azure/storage-blob';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startAzurite, type Azurite } from '../../src/local/azurite';
import { startHost, virtualClock, type VirtualClock } from '../../src/local/host';
import { startWorld, trustCa, type RunningWorld } from '../../src/local/world';
import { pauseVirtually } from '../../src/local/virtualPause';
import { FUNCTION_KEY, MINUTE, requestOn, START, type Answer } from '../support/wholeApp';

/** The built app, whole: real SDKs over real sockets and real Azurite, virtual time. */
const CONTAINER = 'autoscaler-state';

let clock: VirtualClock;
let azurite: Azurite;
let world: RunningWorld;
let host: Awaited<ReturnType<typeof startHost>>;
const logs: string[] = [];

beforeAll(async () => {
  pauseVirtually();
  clock = virtualClock(START);
  azurite = await startAzurite();
  world = await startWorld({ clock, seed: 7, mode: 'Uniform' });
  trustCa(world.ca);
  await BlobServiceClient.fromConnectionString(azurite.connectionString).getContainerClient(CONTAINER).createIfNotExists();
  const env = { ...world.settings, AZURE_BLOB_STORAGE_CONN_STRING: azurite.connectionString, AZURE_BLOB_CONTAINER_NAME: CONTAINER };
  host = await startHost({ appDirectory: process.cwd(), env, clock, functionKey: FUNCTION_KEY, log: ({ message }) => logs.push(message) });
});

afterAll(async () => {
  await host.stop();
  await world.stop();
  await azurite.stop();
});

const request = (method: string, path: string, body?: unknown): Promise<Answer> => requestOn(host, clock, method, path, body);

const day = Array.from({ length: 12 }, (_, index) => ({ arrivalSeconds: 600 + index * 20, durationSeconds: 400 }));

test('serves a burst, gives the VMs back, and kills nothing', async () => {
  world.addJobs(day);
  await host.runUntil(START + 4 * 60 * MINUTE);
  const metrics = world.metrics();
  expect(metrics).toMatchObject({ jobs: 12, jobsDone: 12, jobsKilled: 0, orphanVms: 0, ghostRunners: 0 });
  const status = await request('GET', 'pools/default');
  expect(status.body).toMatchObject({ mode: 'running', counts: { active: 1, draining: 0, stray: 0, lost: 0 }, drains: [], alerts: [] });
});

test('each deletion has its certificate, and the stamps stand in the blobs of the original', async () => {
  const container = BlobServiceClient.fromConnectionString(azurite.connectionString).getContainerClient(CONTAINER);
  const names: string[] = [];
  for await (const blob of container.listBlobsFlat({ prefix: 'drains/default/2025-04/' })) names.push(blob.name);
  expect(names.length).toBeGreaterThan(0);
  for (const name of names) {
    const certificate = JSON.parse((await container.getBlobClient(name).downloadToBuffer()).toString()) as Record<string, unknown>;
    expect(certificate).toMatchObject({ schema: 1, outcome: 'deleted', window: { connected: true } });
    expect((certificate['window'] as { readings: number }).readings).toBeGreaterThanOrEqual(3);
  }
  const stamp = (await container.getBlobClient('scale_out_timestamp').downloadToBuffer()).toString();
  expect(stamp).toMatch(/^2025-04-07T\d{2}:\d{2}:\d{2}\.\d{6}$/);
});

test('routes: key, unknown pool, bad bodies, confirmations', async () => {
  expect((await fetch(`${host.url}/api/pools`)).status).toBe(401);
  expect(await request('GET', 'pools/nope')).toEqual({
    status: 404,
    body: { error: { code: 'pool-unknown', message: 'There is no pool "nope"; there are: default.' } },
  });
  expect(await request('POST', 'pools/default/pause', '{')).toEqual({
    status: 400,
    body: { error: { code: 'bad-json', message: 'The body is not JSON.' } },
  });
  expect((await request('POST', 'pools/default/pause', { speed: 1 })).status).toBe(400);
  expect((await request('POST', 'pools/default/normalize', { confirm: 'other' })).body).toMatchObject({ error: { code: 'not-confirmed' } });
  expect((await request('POST', 'pools/default/runners/none/release')).status).toBe(404);
});

test('pause, resume, stop and start', async () => {
  expect((await request('POST', 'pools/default/pause', { reason: 'maintenance', forMinutes: 60 })).status).toBe(200);
  expect((await request('GET', 'pools/default')).body).toMatchObject({ mode: 'paused', paused: { reason: 'maintenance' } });
  expect((await request('POST', 'pools/default/resume')).status).toBe(200);
  expect((await request('POST', 'pools/default/stop', { reason: 'test' })).body).toMatchObject({ stopped: true });
  await host.runUntil(clock.now() + 5 * MINUTE);
  expect(host.status('autoscaler-default')?.runtimeStatus).toBe('Completed');
  expect((await request('GET', 'pools/default')).body).toMatchObject({ mode: 'stopped' });
  expect((await request('POST', 'pools/default/start')).status).toBe(202);
  await host.runUntil(clock.now() + 5 * MINUTE);
  expect((await request('GET', 'pools/default')).body).toMatchObject({ mode: 'running' });
});

test('the key shows nowhere', () => {
  const key = world.settings['SG_API_KEY'] ?? '';
  expect(logs.join('\n')).not.toContain(key);
  expect(JSON.stringify(host.listInstances())).not.toContain(key);
});
