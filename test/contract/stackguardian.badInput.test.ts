import { inspect } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRunnerService } from '../../src/adapters/stackguardian/client';
import { ServiceError } from '../../src/errors';
import { type Reply, type StackGuardianServer, startStackGuardianServer } from '../support/fakes/stackguardianServer';

const KEY = 'sgu_topsecret0123456789';
let server: StackGuardianServer;
let waits: number[];

beforeEach(async () => {
  server = await startStackGuardianServer();
  waits = [];
});
afterEach(() => server.close());

const service = (more: Partial<Parameters<typeof createRunnerService>[0]> = {}) =>
  createRunnerService({
    baseUri: server.baseUri,
    org: 'acme',
    group: 'build/ers',
    apiKey: KEY,
    sleep: async (ms) => void waits.push(ms),
    ...more,
  });

async function failure(...replies: Reply[]): Promise<ServiceError> {
  server.replies.push(...replies);
  const error: unknown = await service({ timeoutMs: 300 })
    .readGroup()
    .then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
  if (!(error instanceof ServiceError)) throw new Error(`expected a ServiceError, got ${String(error)}`);
  const shown = `${inspect(error, { depth: 10, showHidden: true })}${JSON.stringify(error, Object.getOwnPropertyNames(error))}${error.stack ?? ''}`;
  expect(shown).not.toContain(KEY);
  expect(shown).not.toContain('topsecret');
  expect(error.message.length).toBeLessThanOrEqual(500);
  return error;
}

const body = (group: unknown): Reply => ({ status: 200, body: JSON.stringify(group) });

describe('the request', () => {
  it('encodes the names, ends in a slash and carries the key', async () => {
    await service().readGroup();
    await service().setStatus('r 1', 'DRAINING');
    await service().deregister('r 1', false);
    await service().deregister('r 1', true);
    const root = '/api/v1/orgs/acme/runnergroups/build%2Fers/';
    const authorization = `apikey ${KEY}`;
    expect(server.received).toEqual([
      { method: 'GET', url: `${root}?getActiveWorkflows=true`, authorization, body: undefined },
      { method: 'POST', url: `${root}runner_status/`, authorization, body: { RunnerId: 'r 1', Status: 'DRAINING' } },
      { method: 'POST', url: `${root}deregister/`, authorization, body: { RunnerId: 'r 1' } },
      { method: 'POST', url: `${root}deregister/`, authorization, body: { RunnerId: 'r 1', ForceDeregister: true } },
    ]);
  });

  it('does not follow a redirect: the key goes to SG_BASE_URI alone', async () => {
    const error = await failure({ status: 302, headers: { location: `${server.baseUri}/elsewhere` } });
    expect(error).toMatchObject({ code: 'sg-malformed' });
    expect(server.received).toHaveLength(1);
  });
});

describe('answers that are refusals', () => {
  const said: readonly (readonly [number, string, string])[] = [
    [
      401,
      'sg-unauthorized',
      'StackGuardian rejected the API key (HTTP 401). Check SG_API_KEY: the key may be expired, revoked or of another region; create a new key in StackGuardian and put it there.',
    ],
    [
      403,
      'sg-forbidden',
      'StackGuardian does not let this API key use runner group "build/ers" of organization "acme" (HTTP 403). Check SG_ORG and SG_RUNNER_GROUP, or give the role of the key in SG_API_KEY access to the runner group.',
    ],
  ];
  it.each(said)('%i', async (status, code, message) => {
    const error = await failure({ status, body: `the key ${KEY} is not good` });
    expect(error).toMatchObject({ code, message });
    expect(server.received).toHaveLength(1);
  });

  it('404', async () => {
    expect(await failure({ status: 404 })).toMatchObject({
      code: 'sg-not-found',
      message: `StackGuardian has no runner group "build/ers" of organization "acme" at ${server.baseUri} (HTTP 404). Check SG_RUNNER_GROUP, then SG_ORG and SG_BASE_URI.`,
    });
  });
});

describe('answers that cannot be used', () => {
  const prefix = `StackGuardian's answer for runner group "build/ers" of organization "acme" is not usable: `;
  const bound = 'expected a whole number from 0 to 1000000.';
  const cases: readonly (readonly [string, unknown, string])[] = [
    ['no count', {}, 'QueuedWorkflowsCount is missing.'],
    ['null', { QueuedWorkflowsCount: null }, 'QueuedWorkflowsCount is missing.'],
    ['negative', { QueuedWorkflowsCount: -1 }, `QueuedWorkflowsCount is -1, ${bound}`],
    ['a fraction', { QueuedWorkflowsCount: 1.5 }, `QueuedWorkflowsCount is 1.5, ${bound}`],
    ['absurd', { QueuedWorkflowsCount: 1_000_001 }, `QueuedWorkflowsCount is 1000001, ${bound}`],
    ['a text', { QueuedWorkflowsCount: '3' }, `QueuedWorkflowsCount is "3", ${bound}`],
    ['pending negative', { QueuedWorkflowsCount: 0, PendingWorkflowsCount: -2 }, `PendingWorkflowsCount is -2, ${bound}`],
    ['pending NaN as text', { QueuedWorkflowsCount: 0, PendingWorkflowsCount: 'NaN' }, `PendingWorkflowsCount is "NaN", ${bound}`],
    ['instances no list', { QueuedWorkflowsCount: 0, ContainerInstances: {} }, 'ContainerInstances is not a list.'],
    ['msg a text', { msg: `no group for ${KEY}` }, 'it is not a runner group but "no group for ***".'],
    ['a list', [], 'it is not a runner group.'],
    ['null body', null, 'it is not a runner group.'],
  ];
  it.each(cases)('%s, bare and in msg', async (_, group, problem) => {
    for (const wrapped of [group, { msg: group }]) {
      const error = await failure(body(wrapped));
      if (!(typeof group === 'object' && group !== null && 'msg' in group))
        expect(error).toMatchObject({ code: 'sg-malformed', message: `${prefix}${problem}` });
      else expect(error.code).toBe('sg-malformed');
    }
    expect(waits).toEqual([]);
  });

  it('HTML', async () => {
    const html = `<!DOCTYPE html>\n<html><body>Authorization: apikey ${KEY} ${'x'.repeat(200)}</body></html>`;
    expect(await failure({ status: 200, body: html, headers: { 'content-type': 'text/html' } })).toMatchObject({
      code: 'sg-malformed',
      message: `${prefix}it is not JSON but "<!DOCTYPE html> <html><body>Authorization: apikey *** xxxxxxxxxxxxxxxxxxxxxxxxx…"; check SG_BASE_URI (${server.baseUri}).`,
    });
  });

  it('half a JSON, nothing at all', async () => {
    const at = `; check SG_BASE_URI (${server.baseUri}).`;
    expect((await failure({ status: 200, body: '{"msg":{"QueuedWork' })).message).toBe(
      `${prefix}it is not JSON but "{"msg":{"QueuedWork"${at}`,
    );
    expect((await failure({ status: 200, body: '' })).message).toBe(`${prefix}it is not JSON but empty${at}`);
  });

  it('more than 8 MB', async () => {
    expect((await failure({ status: 200, body: ' '.repeat(9 * 1024 * 1024) })).message).toBe(`${prefix}it is longer than 8 MB.`);
  });
});

describe('what the platform does not tell stays unknown', () => {
  it('runners without id, name, details or counts', async () => {
    server.group = {
      QueuedWorkflowsCount: 0,
      PendingWorkflowsCount: null,
      RunningWorkflowsCount: -1,
      ContainerInstances: [
        { RunnerId: 'upper', status: 'draining', runningTasksCount: -1, pendingTasksCount: 'x', agentConnected: 'yes' },
        { runnerId: 'bare' },
        { runnerId: 'null', instanceDetails: null, runningTasksCount: null },
        { runnerId: 'empty', instanceDetails: [] },
        { runnerId: 'odd', instanceDetails: [{ ComputerName: 7 }, {}], status: 3 },
        {
          runnerId: 'fine',
          instanceDetails: [{ ComputerName: ' vm-1 ' }, {}],
          runningTasksCount: 0,
          pendingTasksCount: 2,
          agentConnected: false,
        },
        { runnerId: '' },
        { status: 'ACTIVE' },
        null,
        'text',
      ],
    };
    const group = await service().readGroup();
    const unknown = { status: undefined, connected: undefined, runningTasks: undefined, pendingTasks: undefined, computerName: undefined };
    expect(group).toMatchObject({ queued: 0, pending: undefined, running: undefined, maxRunners: undefined, anonymous: 4 });
    expect(group.runners).toEqual([
      { ...unknown, runnerId: 'upper', status: 'DRAINING' },
      { ...unknown, runnerId: 'bare' },
      { ...unknown, runnerId: 'null' },
      { ...unknown, runnerId: 'empty' },
      { ...unknown, runnerId: 'odd' },
      { ...unknown, runnerId: 'fine', connected: false, runningTasks: 0, pendingTasks: 2, computerName: 'vm-1' },
    ]);
  });

  it('a missing or null list is not an empty one', async () => {
    for (const group of [{ QueuedWorkflowsCount: 1 }, { QueuedWorkflowsCount: 1, ContainerInstances: null }]) {
      server.group = group;
      expect(await service().readGroup()).toMatchObject({ queued: 1, runners: undefined, anonymous: 0 });
    }
  });

  it('shows the last five registration errors as lines, without the key', async () => {
    const errors = [1, 2, 3, 4, 5, 6].map((at) => ({ IPAddress: `10.0.0.${String(at)}`, error: `bad token ${KEY} ${'y'.repeat(300)}` }));
    server.group = { QueuedWorkflowsCount: 0, RunnerRegistrationErrors: errors };
    const { registrationErrors } = await service().readGroup();
    expect(registrationErrors).toHaveLength(5);
    expect(registrationErrors[4]).toMatch(/^IPAddress=10\.0\.0\.6 error=bad token \*\*\* y+…$/);
    expect(registrationErrors.every((line) => line.length <= 200)).toBe(true);
    server.group = { QueuedWorkflowsCount: 0, RunnerRegistrationErrors: { '10.0.0.9': 'expired' } };
    expect((await service().readGroup()).registrationErrors).toEqual(['10.0.0.9: expired']);
  });
});

describe('retries', () => {
  it('reads again after 5xx, 429, a reset and silence, twice', async () => {
    server.replies.push({ status: 502 }, { status: 429, headers: { 'retry-after': '7' } });
    expect(await service().readGroup()).toMatchObject({ queued: 0 });
    server.replies.push('reset', 'hang');
    expect(await service({ timeoutMs: 200 }).readGroup()).toMatchObject({ queued: 0 });
    expect(waits).toEqual([500, 7_000, 500, 2_000]);
  });

  it('gives up after three attempts', async () => {
    const error = await failure({ status: 503 }, { status: 503 }, { status: 503 });
    expect(error).toMatchObject({
      code: 'sg-unavailable',
      message: 'StackGuardian failed to answer for runner group "build/ers" of organization "acme" (HTTP 503). The next poll tries again.',
    });
    expect(server.received).toHaveLength(3);
  });

  it('hands a long Retry-After to the caller instead of waiting', async () => {
    const error = await failure({ status: 429, headers: { 'retry-after': '120' } });
    expect(error).toMatchObject({ code: 'sg-throttled', retryAfterMs: 120_000 });
    expect(error.message).toContain('asking to wait 120 s');
    expect(waits).toEqual([]);
  });

  it('names the network when there is none', async () => {
    const error = await failure('reset', 'reset', 'reset');
    expect(error.code).toBe('sg-unavailable');
    expect(error.message).toMatch(
      /^StackGuardian at http:\/\/127\.0\.0\.1:\d+ could not be reached: (UND_ERR_SOCKET|ECONNRESET)\. Check SG_BASE_URI/,
    );
    expect((await failure('hang', 'stall', 'stall')).message).toContain('no answer within 0.3 s');
  });

  // fetch listens to the Request that ky makes; collected, it passes no abort on, and a body that stalled was waited for without end.
  it('gives up a body that stalls while the collector runs', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const collecting = setInterval(collect, 10);
    const error = await failure('stall', 'stall', 'stall').finally(() => clearInterval(collecting));
    expect(error.message).toContain('no answer within 0.3 s');
    await expect.poll(() => server.openConnections(), { timeout: 20_000 }).toBe(0);
  });

  it('never sends a write twice', async () => {
    const outcomes = [];
    for (const reply of ['reset', 'hang', { status: 500 }, { status: 429 }, { status: 200, body: '<html>' }] as const) {
      server.replies.push(reply);
      outcomes.push((await service({ timeoutMs: 200 }).deregister('r', false)).kind);
    }
    expect(outcomes).toEqual(['unknown', 'unknown', 'unknown', 'unknown', 'unknown']);
    expect(server.received).toHaveLength(5);
  });

  it('tells a refused write with the platform’s own words, without the key', async () => {
    server.replies.push({ status: 409, body: JSON.stringify({ msg: `running tasks; key ${KEY}` }) });
    const outcome = await service().deregister('r', false);
    expect(outcome).toMatchObject({ kind: 'refused', code: 'sg-http-409' });
    expect(outcome).toHaveProperty('text', expect.stringContaining('It said: "running tasks; key ***".'));
    // A key of another kind, which no pattern knows.
    server.replies.push({ status: 409, body: JSON.stringify({ msg: 'running tasks; key Plain-Key-42' }) });
    expect(JSON.stringify(await service({ apiKey: 'Plain-Key-42' }).deregister('r', false))).not.toContain('Plain-Key');
    server.replies.push({ status: 403 });
    expect(await service().setStatus('r', 'ACTIVE')).toMatchObject({ kind: 'refused', code: 'sg-forbidden' });
  });
});
