import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FUNCTION_KEY, MINUTE, startWholeApp, type WholeApp } from '../support/wholeApp';

/** Every route of the app against wrong methods, pools, bodies and confirmations. */

const ARN = 'arn:aws:ecs:eu-central-1:1:container-instance/cluster/abc';
const RUNNER = `pools/default/runners/${encodeURIComponent(ARN)}`;
const VM = 'pools/default/instances/11111111-2222-3333-4444-555555555555';

const PLAIN = ['start', 'wake', 'resume', 'acknowledge'].map((word) => `pools/default/${word}`);
const REASONED = ['stop', 'pause'].map((word) => `pools/default/${word}`);
const BY_ID = [
  ...['protect', 'unprotect', 'release'].map((word) => `${RUNNER}/${word}`),
  ...['protect', 'unprotect'].map((word) => `${VM}/${word}`),
];
const CONFIRMED = [`${RUNNER}/forget`, `${VM}/reap`, 'pools/default/normalize'];
const POSTS = [...PLAIN, ...REASONED, ...BY_ID, ...CONFIRMED, 'keeper'];
const HISTORY = ['history', 'decisions', 'drains', 'runners'].map((word) => `pools/default/${word}`);
const GETS = ['pools', 'pools/default', ...HISTORY];

let app: WholeApp;

beforeAll(async () => {
  app = await startWholeApp();
  await app.pass(10 * MINUTE);
});

afterAll(() => app.stop());

const errorOf = (body: Record<string, unknown>): { code?: string; message?: string } => body['error'] ?? {};

describe.each([...POSTS.map((path) => ['POST', path]), ...GETS.map((path) => ['GET', path])])('%s /api/%s', (method, path) => {
  test('needs the key', async () => {
    expect((await fetch(`${app.host().url}/api/${path}`, { method })).status).toBe(401);
  });

  test.each(['GET', 'POST', 'PUT', 'DELETE'].filter((other) => other !== method))('is not found as %s', async (other) => {
    expect((await app.request(other, path)).status).toBe(404);
  });
});

const nowhere = (path: string): string => path.replace('pools/default', 'pools/nowhere');

test.each([...POSTS.filter((path) => path !== 'keeper').map((path) => ['POST', path]), ...GETS.slice(1).map((path) => ['GET', path])])(
  '%s /api/%s of an unknown pool answers with the pools that there are',
  async (method, path) => {
    const body = CONFIRMED.includes(path) ? { confirm: 'x' } : undefined;
    const answer = await app.request(method, nowhere(path), body);
    const message = 'There is no pool "nowhere"; there are: default.';
    expect(answer).toEqual({ status: 404, body: { error: { code: 'pool-unknown', message } } });
  },
);

describe.each(POSTS)('POST /api/%s', (path) => {
  test.each([
    ['{', 'bad-json', 'The body is not JSON.'],
    ['<html>', 'bad-json', 'The body is not JSON.'],
    ['[]', 'bad-body', 'The body is not what this route takes: body: Invalid input: expected object, received array.'],
    ['"text"', 'bad-body', 'The body is not what this route takes: body: Invalid input: expected object, received string.'],
  ])('refuses the body %s', async (body, code, message) => {
    expect(await app.request('POST', path, body)).toEqual({ status: 400, body: { error: { code, message } } });
  });

  test('refuses a field that it does not know', async () => {
    const confirm = CONFIRMED.includes(path) ? { confirm: 'x' } : {};
    const answer = await app.request('POST', path, { ...confirm, speed: 1 });
    const message = 'The body is not what this route takes: body: Unrecognized key: "speed".';
    expect(answer).toEqual({ status: 400, body: { error: { code: 'bad-body', message } } });
  });

  test('refuses a body above 16 KB, by bytes', async () => {
    const answer = await app.request('POST', path, JSON.stringify({ reason: 'ä'.repeat(8_192) }));
    expect(answer).toEqual({ status: 413, body: { error: { code: 'body-too-large', message: 'The body is larger than 16384 bytes.' } } });
  });
});

test.each(CONFIRMED)('POST /api/%s needs its own id repeated', async (path) => {
  expect(errorOf((await app.request('POST', path, {})).body).message).toContain('confirm: Invalid input: expected string');
  const id = path === `${RUNNER}/forget` ? ARN : path.split('/').at(2) === 'normalize' ? 'default' : '11111111-2222-3333-4444-555555555555';
  const answer = await app.request('POST', path, { confirm: 'other' });
  expect(answer).toEqual({
    status: 400,
    body: { error: { code: 'not-confirmed', message: `Repeat "${id}" as confirm: {"confirm":"${id}"}.` } },
  });
});

test.each([
  ['pause', { scaleOut: 'yes' }, 'scaleOut: Invalid input: expected boolean, received string'],
  ['pause', { forMinutes: 0 }, 'forMinutes: Too small: expected number to be >0'],
  ['pause', { forMinutes: 525_601 }, 'forMinutes: Too big: expected number to be <=525600'],
  ['pause', { reason: 'x'.repeat(201) }, 'reason: Too big: expected string to have <=200 characters'],
  ['stop', { reason: 5 }, 'reason: Invalid input: expected string, received number'],
])('%s with %j says what is wrong with it', async (word, body, problem) => {
  const message = `The body is not what this route takes: ${problem}.`;
  expect(await app.request('POST', `pools/default/${word}`, body)).toEqual({ status: 400, body: { error: { code: 'bad-body', message } } });
});

test('a pause of neither is refused', async () => {
  const answer = await app.request('POST', 'pools/default/pause', { scaleOut: false, scaleIn: false });
  expect([answer.status, errorOf(answer.body).code]).toEqual([400, 'bad-body']);
});

test.each([
  ['drains=keep', '?drains= takes hold, not "keep".'],
  ['force=1', '?force= takes true or false, not "1".'],
])('stop?%s is refused and stops nothing', async (query, message) => {
  expect(await app.request('POST', `pools/default/stop?${query}`)).toEqual({
    status: 400,
    body: { error: { code: 'bad-query', message } },
  });
  expect((await app.request('GET', 'pools/default')).body).toMatchObject({ mode: 'running', stopped: null });
});

test('an id with colons and slashes is taken as it is, whether or not the host decodes the slash', async () => {
  const double = RUNNER.replaceAll('%2F', '%252F');
  for (const path of [RUNNER, double]) {
    expect(await app.request('POST', `${path}/protect`)).toEqual({ status: 200, body: { ok: true, protected: ARN } });
    expect((await app.request('GET', 'pools/default')).body).toMatchObject({ protected: { runners: [ARN] } });
    expect((await app.request('POST', `${path}/unprotect`)).status).toBe(200);
    expect((await app.request('GET', 'pools/default')).body).toMatchObject({ protected: { runners: [] } });
  }
  expect((await app.request('POST', `pools/default/runners/${'x'.repeat(257)}/protect`)).status).toBe(400);
});

test('release, reap and forget of what there is not answer 404 with the id', async () => {
  const release = await app.request('POST', `${RUNNER}/release`);
  expect([release.status, errorOf(release.body)]).toEqual([404, { code: 'no-drain', message: `No drain of runner "${ARN}" is recorded.` }]);
  const forget = await app.request('POST', `${RUNNER}/forget`, { confirm: ARN });
  expect([forget.status, errorOf(forget.body).code]).toEqual([404, 'runner-unknown']);
  const vmId = VM.split('/').at(-1) ?? '';
  const reap = await app.request('POST', `${VM}/reap`, { confirm: vmId });
  expect([reap.status, errorOf(reap.body).code]).toEqual([404, 'instance-unknown']);
});

test('reap and forget of what lives change nothing and say what was read', async () => {
  const [pool] = app.world.pools;
  const [vm] = [...(pool?.vms.values() ?? [])];
  const [entry] = [...(pool?.entries.values() ?? [])];
  const reap = await app.request('POST', `pools/default/instances/${vm?.vmId}/reap`, { confirm: vm?.vmId });
  expect(reap).toMatchObject({
    status: 409,
    body: { error: { code: 'instance-alive' }, checked: { entries: 1, alive: [entry?.runnerId] } },
  });
  const forget = await app.request('POST', `pools/default/runners/${entry?.runnerId}/forget`, { confirm: entry?.runnerId });
  expect(forget).toMatchObject({ status: 409, body: { error: { code: 'runner-alive' }, checked: { connected: true } } });
});

test('normalize of a scale set with VMs is refused with what was read', async () => {
  const answer = await app.request('POST', 'pools/default/normalize', { confirm: 'default' });
  expect(answer).toMatchObject({
    status: 409,
    body: {
      error: { code: 'not-normal', message: expect.stringContaining('VMs; nothing was written.') as string },
      checked: { mode: 'Uniform' },
    },
  });
});

test('a pause is shown with its end and is over by itself', async () => {
  const answer = await app.request('POST', 'pools/default/pause', { scaleIn: false, reason: 'upgrade', forMinutes: 60 });
  expect(answer).toMatchObject({ status: 200, body: { paused: { scaleOut: true, scaleIn: false, reason: 'upgrade' } } });
  const { body } = await app.request('GET', 'pools/default');
  expect(body).toMatchObject({ mode: 'paused', paused: { scaleOut: true, scaleIn: false } });
  const { since, until } = body['paused'] as { since: string; until: string };
  expect(Date.parse(until) - Date.parse(since)).toBe(60 * MINUTE);
  await app.pass(61 * MINUTE);
  expect((await app.request('GET', 'pools/default')).body).toMatchObject({ mode: 'running', paused: null });
});

test('stop says that the loop has ended; wake is refused meanwhile; start begins it again', async () => {
  const stop = await app.request('POST', 'pools/default/stop', { reason: 'test' });
  expect(stop).toMatchObject({ status: 200, body: { stopped: true, ended: true, endedAs: 'Completed', drainsHeld: false } });
  expect(await app.request('GET', String(stop.body['statusQueryGetUri']))).toMatchObject({
    status: 200,
    body: { runtimeStatus: 'Completed', customStatus: { mode: 'stopped' } },
  });
  expect((await app.request('GET', 'pools/default')).body).toMatchObject({
    mode: 'stopped',
    stopped: { reason: 'test', drainsHeld: false },
  });
  const wake = await app.request('POST', 'pools/default/wake');
  expect([wake.status, errorOf(wake.body).code]).toEqual([409, 'loop-not-running']);
  const start = await app.request('POST', 'pools/default/start');
  expect(start).toMatchObject({ status: 202, body: { started: true } });
  await app.pass(2 * MINUTE);
  expect((await app.request('GET', String(start.body['statusQueryGetUri']))).status).toBe(202);
  expect((await app.request('GET', 'pools/default')).body).toMatchObject({ mode: 'running', stopped: null });
});

test('a suspended loop shows, does not stop by asking, and stops by force', async () => {
  const { body } = await app.request('POST', 'pools/default/start');
  await app.request('POST', String(body['suspendPostUri']).replace('{text}', 'lunch'));
  await app.pass(5_000);
  expect((await app.request('GET', 'pools/default')).body).toMatchObject({ mode: 'suspended' });
  expect(await app.request('POST', 'pools/default/stop')).toMatchObject({ status: 202, body: { stopped: true, ended: false } });
  expect(await app.request('POST', 'pools/default/stop?force=true&drains=hold')).toMatchObject({
    status: 200,
    body: { ended: true, endedAs: 'Terminated', drainsHeld: true },
  });
  expect((await app.request('POST', 'pools/default/start')).status).toBe(202);
  await app.pass(2 * MINUTE);
  expect((await app.request('GET', 'pools/default')).body).toMatchObject({ mode: 'running' });
}, 120_000);

test('the durable API beside it: history, wake by event, and a terminate that counts as a stop', async () => {
  const base = `${app.host().url}/runtime/webhooks/durabletask/instances/autoscaler-default`;
  const code = `code=${FUNCTION_KEY}`;
  const status = await app.request('GET', `${base}?showHistory=true&${code}`);
  expect((status.body['historyEvents'] as unknown[]).length).toBeGreaterThan(3);
  expect(Buffer.byteLength(JSON.stringify(status.body['customStatus']))).toBeLessThan(4_096);
  expect(status.body['customStatus']).toMatchObject({ mode: 'running', counts: { active: 1 }, cooldownsLeftSeconds: {}, alerts: [] });
  const ticks = async (): Promise<number> => ((await app.request('GET', 'pools/default')).body['lastTick'] as { ticks: number }).ticks;
  const before = await ticks();
  expect((await app.request('POST', `${base}/raiseEvent/wake?${code}`, 'null')).status).toBe(202);
  // Within POLL_MIN_SECONDS of the last tick it waits for that time.
  await app.pass(15_000);
  expect(await ticks()).toBeGreaterThan(before);
  expect((await app.request('POST', `${base}/terminate?reason=by%20hand&${code}`)).status).toBe(202);
  await app.pass(3 * MINUTE);
  expect((await app.request('GET', 'pools/default')).body).toMatchObject({
    mode: 'stopped',
    loop: 'Terminated',
    stopped: { reason: 'terminated by an operator: by hand' },
  });
  expect((await app.request('POST', 'pools/default/start')).status).toBe(202);
});
