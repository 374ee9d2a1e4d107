import { beforeAll, afterAll, expect, test } from 'vitest';
import { memoryStorage, type HostStorage } from '../../src/local/host';
import type { Service, WorldRequest } from '../../src/local/world/exchange';
import type { RequestFault } from '../../src/local/world/faults';
import { FUNCTION_KEY, readBlobs, simulate, type Simulated } from './simulated';
import { unpackedApp } from './unpacked';

/**
 * A day in which every service fails in every way, and each failing answer quotes what the app sent: its key, its token, its header.
 * Afterwards all that was ever written down is searched.
 */
const START = Date.UTC(2025, 3, 7, 0);
const HOUR = 3_600_000;
const FAULT = 12 * 60_000;

const tokens = new Set<string>();
/** The hub's whole past: what was purged or replaced is here too. */
const hub: string[] = [];
const answers: { readonly what: string; readonly text: string }[] = [];
const met = new Set<string>();
let simulated: Simulated;

const json = { 'content-type': 'application/json' };
const echo = (request: WorldRequest): string =>
  Object.entries(request.headers)
    .map(([name, value]) => `${name}: ${value ?? ''}`)
    .join(', ');
const azureError = (code: string, request: WorldRequest): string =>
  JSON.stringify({ error: { code, message: `Refused. You sent ${echo(request)}` } });

/** By the hour of the day, in its first minutes: long enough to alert, to meet growth and drains, and to be asked again. */
function faultAt(hour: number, service: Service, request: WorldRequest): RequestFault | undefined {
  const sg = service === 'stackguardian';
  const azure = service === 'azure';
  if (hour === 0 && service === 'identity') return { status: 400, body: echo(request), headers: json };
  if (hour === 2 && sg) return { status: 401, body: `Rejected: ${echo(request)}`, headers: json };
  if (hour === 3 && sg) return { status: 403, body: JSON.stringify({ msg: echo(request) }), headers: json };
  if (hour === 4 && sg) return { status: 400, body: echo(request), headers: { 'content-type': 'text/plain' } };
  if (hour === 5 && sg) return { status: 200, body: `{"msg": "${echo(request)}`, headers: json };
  if (hour === 6 && sg) return { status: 500, body: echo(request) };
  if (hour === 7 && azure) return { status: 403, body: azureError('AuthorizationFailed', request), headers: json };
  if (hour === 8 && azure) return { status: 401, body: azureError('InvalidAuthenticationToken', request), headers: json };
  if (hour === 9 && azure) return { status: 400, body: azureError('BadRequest', request), headers: json };
  if (hour === 10 && azure) return { status: 500, body: echo(request), headers: json };
  if (hour === 11 && azure) return { reset: true };
  if (hour === 12 && azure && request.method !== 'GET')
    return { status: 409, body: azureError('OperationNotAllowed', request), headers: json };
  if (hour === 13 && sg && request.method === 'POST') return { status: 400, body: echo(request), headers: json };
  return undefined;
}

function recording(storage: HostStorage): HostStorage {
  return {
    ...storage,
    commit: (change) => {
      hub.push(JSON.stringify(change));
      storage.commit(change);
    },
  };
}

beforeAll(async () => {
  simulated = await simulate({
    appDirectory: unpackedApp(),
    start: START,
    seed: 23,
    storage: recording(memoryStorage()),
    // Faults last by the clock and not by the tick: a tick a minute meets them all, in a fraction of the time.
    env: (known) => ({ ...known, POLL_MIN_SECONDS: '60' }),
    faults: {
      onRequest: (service, request) => {
        const since = Date.now() - START;
        const fault = since % HOUR < FAULT ? faultAt(Math.floor(since / HOUR), service, request) : undefined;
        if (fault !== undefined) met.add(`${Math.floor(since / HOUR)} ${service}`);
        return fault;
      },
      onAnswer: (service, _request, response) => {
        if (service === 'identity' && response.status === 200)
          tokens.add((JSON.parse(response.body) as { access_token: string }).access_token);
        return undefined;
      },
    },
  });
  const { world, host, container } = simulated;
  // Bursts just before and within each hour's fault, so that it meets growth and drains.
  const burst = (second: number) => Array.from({ length: 6 }, (_, index) => ({ arrivalSeconds: second + index * 5, durationSeconds: 300 }));
  for (let hour = 0; hour < 17; hour += 1) world.addJobs([...burst(hour * 3_600 + 120), ...burst(hour * 3_600 + 2_700)]);
  for (let hour = 1; hour <= 18; hour += 1) {
    if (hour === 15) await container.deleteIfExists();
    await host.runUntil(START + hour * HOUR);
    for (const path of ['api/pools', 'api/pools/default']) await ask('GET', path);
  }
}, 900_000);

afterAll(() => simulated.stop());

async function ask(method: string, path: string, body?: unknown): Promise<void> {
  const { text } = await simulated.request(method, path, body);
  answers.push({ what: `${method} ${path}`, text });
}

test('the day was as hostile as meant: every fault was met, and jobs were served all the same', () => {
  expect([...met].map((each) => Number(each.split(' ')[0])).sort((a, b) => a - b)).toEqual([0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
  expect(simulated.world.metrics()).toMatchObject({ jobs: 204, jobsDone: 204, jobsKilled: 0 });
  expect(tokens.size).toBeGreaterThan(0);
});

test('no planted secret is in the task hub, the blobs, the logs or any HTTP answer', async () => {
  for (const [method, path, body] of [
    ['GET', 'api/pools/nope'],
    ['GET', 'api/pools/default/history'],
    ['GET', 'api/pools/default/decisions?limit=500'],
    ['GET', 'api/pools/default/drains?limit=200'],
    ['GET', 'api/pools/default/runners'],
    ['POST', 'api/pools/default/pause', { reason: 'secrets', forMinutes: 1 }],
    ['POST', 'api/pools/default/resume'],
    ['POST', 'api/pools/default/wake'],
    ['POST', 'api/pools/default/acknowledge'],
    ['POST', 'api/pools/default/normalize', { confirm: 'default' }],
    ['POST', 'api/pools/default/runners/none/release'],
    ['POST', 'api/pools/default/instances/none/reap', { confirm: 'none' }],
    ['POST', 'api/keeper'],
    ['POST', 'api/pools/default/stop', { reason: 'secrets' }],
    ['POST', 'api/pools/default/start'],
  ] as const) {
    const asked = ask(method, path, body);
    let answered = false;
    void asked.finally(() => (answered = true));
    while (!answered) {
      await simulated.host.runUntil(simulated.clock.now() + 5_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  const { text } = await simulated.request(
    'GET',
    `runtime/webhooks/durabletask/instances/autoscaler-default?showHistory=true&showHistoryOutput=true&showInput=true&code=${FUNCTION_KEY}`,
  );
  answers.push({ what: 'the durable status', text });

  const { settings } = simulated.world;
  const secrets: Record<string, string> = {
    'StackGuardian key': settings['SG_API_KEY'] ?? '',
    'storage key': /AccountKey=([^;]+)/.exec(simulated.connectionString)?.[1] ?? '',
    'function key': FUNCTION_KEY,
    'identity header': settings['IDENTITY_HEADER'] ?? '',
    ...Object.fromEntries([...tokens].map((token, index) => [`token ${index}`, token])),
  };
  const blobs = await readBlobs(simulated.container);
  const places: [string, string][] = [
    ...hub.map((commit): [string, string] => ['task hub', commit]),
    ...[...blobs].map(([name, content]): [string, string] => [`blob ${name}`, content]),
    ...simulated.logs.map((line): [string, string] => ['log', line]),
    // The Durable URLs that start, stop and normalize give to who already holds the function key carry the Durable API's own.
    ...answers.map(({ what, text: answer }): [string, string] => [
      what,
      /\/(start|stop|normalize)$/.test(what) ? answer.replaceAll(/code=[\w-]+/g, '') : answer,
    ]),
  ];
  // The search looks where the app writes: what is no secret is found in each kind of place.
  for (const place of ['task hub', 'blob ', 'log'])
    expect(
      places.some(([where, content]) => where.startsWith(place) && content.includes('simulated-org')),
      place,
    ).toBe(true);
  expect(hub.length).toBeGreaterThan(5_000);
  expect(blobs.size).toBeGreaterThan(5);
  const ledgers = [...blobs].filter(([name]) => name.startsWith('ledger/default/'));
  expect(ledgers.map(([, content]) => content.split('\n').length).reduce((sum, lines) => sum + lines, 0)).toBeGreaterThan(100);
  expect(simulated.logs.length).toBeGreaterThan(1_000);
  const found = Object.entries(secrets).flatMap(([name, secret]) => {
    expect(secret.length, name).toBeGreaterThan(10);
    return places
      .filter(([, content]) => content.includes(secret))
      .map(([place, content]) => `${name} in ${place}: ${around(content, secret)}`);
  });
  expect(found).toEqual([]);
}, 300_000);

const around = (content: string, secret: string): string =>
  content.slice(Math.max(0, content.indexOf(secret) - 80), content.indexOf(secret) + 20);
