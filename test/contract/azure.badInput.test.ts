import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import type { TokenCredential } from '@azure/identity';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createCredential } from '../../src/adapters/azure/credential';
import { createScaleSet } from '../../src/adapters/azure/scaleSet';
import { ServiceError } from '../../src/errors';
import { armError, type ArmScript, type ArmServer, SCALE_SET_ID, startArmServer, SUBSCRIPTION } from '../support/fakes/armServer';

const TOKEN = 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJ0b3BzZWNyZXQifQ.c2ln';
let server: ArmServer;
let waits: number[];
beforeEach(async () => {
  server = await startArmServer();
  waits = [];
});
afterEach(() => server.close());

const good: TokenCredential = { getToken: async () => ({ token: TOKEN, expiresOnTimestamp: Number.MAX_SAFE_INTEGER }) };
const open = (credential: TokenCredential = good) =>
  createScaleSet({
    subscriptionId: SUBSCRIPTION,
    resourceGroup: 'rg',
    vmssName: 'runners',
    endpoint: server.endpoint,
    credential,
    httpClient: server.httpClient,
    sleep: async (ms) => void waits.push(ms),
  });

async function failureOf(work: Promise<unknown>): Promise<ServiceError> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ServiceError)) throw new Error(`expected a ServiceError, got ${inspect(error)}`);
  expect(`${inspect(error, { depth: 10, showHidden: true })}${JSON.stringify(error, Object.getOwnPropertyNames(error))}`).not.toContain(
    TOKEN,
  );
  expect(error.message.length).toBeLessThanOrEqual(500);
  return error;
}
const readFailure = (...replies: ArmScript[]): Promise<ServiceError> => {
  server.replies.push(...replies);
  return failureOf(open().readState());
};

describe('answers of Azure that are refusals', () => {
  it('403: names the action and the command that grants it', async () => {
    const message = `The client '1b2c' with object id '0f0e' does not have authorization to perform action 'Microsoft.Compute/virtualMachineScaleSets/read' over scope '${SCALE_SET_ID}' or the scope is invalid. If access was recently granted, please refresh your credentials.`;
    expect(await readFailure(armError(403, 'AuthorizationFailed', message))).toMatchObject({
      code: 'azure-forbidden',
      message: `Azure refused Microsoft.Compute/virtualMachineScaleSets/read on scale set "runners" (HTTP 403, AuthorizationFailed). Next: az role assignment create --assignee 0f0e --role "Virtual Machine Contributor" --scope /subscriptions/${SUBSCRIPTION}/resourceGroups/rg`,
    });
  });

  it('401: which identity to look at, without the token', async () => {
    const error = await readFailure(armError(401, 'InvalidAuthenticationToken', `The access token ${TOKEN} is not valid.`));
    expect(error).toMatchObject({
      code: 'azure-unauthorized',
      message:
        "Azure accepted no identity (InvalidAuthenticationToken). In Azure: switch on the app's managed identity, and set AZURE_CLIENT_ID for a user-assigned one. On a laptop: run az login. The access token *** is not valid.",
    });
  });

  it.each([
    ['ResourceNotFound', 'AZURE_VMSS_NAME, then AZURE_RESOURCE_GROUP_NAME and AZURE_SUBSCRIPTION_ID'],
    ['ResourceGroupNotFound', 'AZURE_RESOURCE_GROUP_NAME'],
    ['SubscriptionNotFound', 'AZURE_SUBSCRIPTION_ID'],
  ])('404 %s', async (code, setting) => {
    expect(await readFailure(armError(404, code, 'no'))).toMatchObject({
      code: 'azure-not-found',
      message: `Azure has no scale set "runners" (HTTP 404, ${code}). Check ${setting}.`,
    });
  });

  it('no token at all', async () => {
    const none: TokenCredential = {
      getToken: () => Promise.reject(Object.assign(new Error('Please run az login'), { name: 'CredentialUnavailableError' })),
    };
    expect((await failureOf(open(none).readState())).code).toBe('azure-unauthorized');
    expect(await open(none).setCapacity(3, '"1"')).toMatchObject({ kind: 'refused', code: 'azure-unauthorized', status: 401 });
    expect(server.received).toHaveLength(0);
  });
});

describe('answers of Azure that cannot be used', () => {
  it.each([
    ['HTML', { status: 200, body: '<html>' }, 'sku.capacity'],
    ['no capacity', { status: 200, body: { etag: '"1"', properties: {} } }, 'sku.capacity'],
    ['a negative capacity', { status: 200, body: { sku: { capacity: -1 } } }, 'sku.capacity'],
    ['no etag', { status: 200, body: { sku: { capacity: 1 }, properties: { uniqueId: 'u' } } }, 'etag'],
    ['no unique id', { status: 200, body: { sku: { capacity: 1 }, etag: '"1"' } }, 'uniqueId'],
  ])('%s', async (_, reply, name) => {
    expect(await readFailure(reply)).toMatchObject({
      code: 'azure-malformed',
      message: `Azure's answer for scale set "runners" has no usable ${name}. Check AZURE_RESOURCE_MANAGER_ENDPOINT; nothing was decided on it.`,
    });
  });

  it('half a JSON', async () => {
    const error = await readFailure({ status: 200, body: '{"sku":{"cap', headers: { 'content-type': 'application/json' } });
    expect(error.code).toBe('azure-malformed');
  });

  it('a list without its VMs: in words about the answer, not about a program', async () => {
    server.replies.push({ status: 200, body: {} });
    expect(await failureOf(open().listInstances({ mode: 'Uniform', uniqueId: 'u' }))).toMatchObject({
      code: 'azure-malformed',
      message: 'Azure\'s answer for scale set "runners" cannot be read: a part of it is missing.',
    });
  });

  it('an instance without vmId', async () => {
    server.vms = [{ id: '1', vmId: '' }];
    expect((await failureOf(open().listInstances({ mode: 'Uniform', uniqueId: 'u' }))).message).toContain('vmId of instance 1');
  });
});

describe('pages', () => {
  const of = { mode: 'Uniform', uniqueId: 'u' } as const;
  beforeEach(() => {
    server.vms = Array.from({ length: 10 }, (_, at) => ({ id: String(at), vmId: `v${String(at)}` }));
    server.pageSize = 4;
  });

  it('are followed to the end; what is not told stays unknown', async () => {
    const found = await open().listInstances(of);
    expect(found).toHaveLength(10);
    expect(found[9]).toEqual({
      id: '9',
      vmId: 'v9',
      computerName: undefined,
      provisioningState: 'Succeeded',
      power: undefined,
      scaleInProtection: 'off',
      createdAt: Date.UTC(2025, 0, 2, 3, 4, 5, 678),
    });
    expect(server.received.map((request) => request.query.get('$expand'))).toEqual(['instanceView', 'instanceView', 'instanceView']);
  });

  it('an error in the last one is an error of the whole', async () => {
    server.replies.push(...Array.from({ length: 2 }, () => undefined as unknown as ArmScript), armError(403, 'X', 'no'));
    expect((await failureOf(open().listInstances(of))).code).toBe('azure-forbidden');
  });

  it('a next page on another host gets no token', async () => {
    server.replies.push({ status: 200, body: { value: [], nextLink: 'https://elsewhere.example/next' } });
    expect(await failureOf(open().listInstances(of))).toMatchObject({
      code: 'azure-malformed',
      message: 'Azure pointed to another host (elsewhere.example); nothing was sent there.',
    });
  });

  it('Flexible: asks by scale set, drops VMs that are not of it', async () => {
    server.mode = 'Flexible';
    server.replies.push({
      status: 200,
      body: {
        value: [
          { name: 'stranger', properties: { vmId: 'x' } },
          { name: 'other', properties: { vmId: 'y', virtualMachineScaleSet: { id: `${SCALE_SET_ID}2` } } },
        ],
      },
    });
    expect(await open().listInstances({ mode: 'Flexible', uniqueId: 'u' })).toEqual([]);
    expect(server.received[0]?.query.get('$filter')).toBe(`'virtualMachineScaleSet/id' eq '${SCALE_SET_ID}'`);
    server.replies.push({ status: 200, body: { name: 'stranger', properties: { vmId: 'x' } } });
    expect(await open().readInstance('Flexible', 'stranger')).toBeUndefined();
  });
});

describe('traits', () => {
  it.each([
    [{ singlePlacementGroup: undefined }, { limit: 100 }],
    [{ singlePlacementGroup: true }, { limit: 100 }],
    [{ virtualMachineProfile: { storageProfile: { imageReference: { id: '/image' } } } }, { limit: 600 }],
    [
      { orchestrationMode: 'Flexible', singlePlacementGroup: undefined, overprovision: undefined },
      { mode: 'Flexible', limit: 1_000, surprises: [] },
    ],
    [
      {
        overprovision: undefined,
        zoneBalance: true,
        automaticRepairsPolicy: { enabled: true },
        upgradePolicy: { mode: 'Rolling' },
        virtualMachineProfile: { priority: 'Spot' },
      },
      { surprises: ['overprovision', 'zoneBalance', 'automaticRepairs', 'automaticUpgrade', 'spot'] },
    ],
    [
      { upgradePolicy: { mode: 'Manual', automaticOSUpgradePolicy: { enableAutomaticOSUpgrade: true } } },
      { surprises: ['automaticUpgrade'] },
    ],
  ])('%j', async (properties, expected) => {
    server.properties = properties;
    expect(await open().readState()).toMatchObject(expected);
  });
});

describe('retries', () => {
  it('a reading: twice, after 5xx, 429 and a reset', async () => {
    server.replies.push({ status: 500, body: {} }, { status: 429, body: {}, headers: { 'retry-after': '3' } });
    await open().readState();
    server.replies.push('reset', 'reset');
    await open().readState();
    expect(waits).toEqual([500, 3_000, 500, 2_000]);
    expect((await readFailure('reset', 'reset', 'reset')).code).toBe('azure-unavailable');
  });

  it('a long Retry-After is handed to the caller', async () => {
    const error = await readFailure({ ...armError(429, 'OperationNotAllowed', 'slow'), headers: { 'retry-after': '65' } });
    expect(error).toMatchObject({ code: 'azure-throttled', retryAfterMs: 65_000 });
    expect(waits).toEqual([]);
  });

  it('a write: never', async () => {
    server.replies.push(
      { status: 500, body: {} },
      'reset',
      { ...armError(429, 'TooManyRequests', 'slow'), headers: { 'retry-after': '9' } },
      armError(409, 'ScopeLocked', 'a lock'),
    );
    expect(await open().setCapacity(2, '"1"')).toMatchObject({ kind: 'unknown', code: 'azure-unavailable' });
    expect(await open().deleteInstances(['1'])).toMatchObject({ kind: 'unknown', code: 'azure-unavailable' });
    expect(await open().deleteInstances(['1'])).toMatchObject({
      kind: 'refused',
      code: 'TooManyRequests',
      status: 429,
      retryAfterMs: 9_000,
    });
    expect(await open().deleteInstances(['1'])).toMatchObject({ kind: 'refused', code: 'ScopeLocked', status: 409 });
    expect(server.received).toHaveLength(4);
    expect(waits).toEqual([]);
  });
});

describe('long-running writes', () => {
  it('send the capacity alone with If-Match, and never poll', async () => {
    const outcome = await open().setCapacity(4, '"1"');
    expect(outcome).toEqual({ kind: 'accepted', operation: `${server.endpoint}/operations/1` });
    expect(server.received).toHaveLength(1);
    expect(server.received[0]).toMatchObject({ method: 'PATCH', path: SCALE_SET_ID, body: { sku: { capacity: 4 } } });
    expect(server.received[0]?.headers['if-match']).toBe('"1"');
    for (const etag of ['', '*']) expect(await open().setCapacity(4, etag)).toMatchObject({ kind: 'refused', code: 'azure-not-sent' });
  });

  it('batch the delete by id, unforced', async () => {
    await open().deleteInstances(['3', '5']);
    expect(server.received).toHaveLength(1);
    expect(server.received[0]).toMatchObject({ method: 'POST', path: `${SCALE_SET_ID}/delete`, body: { instanceIds: ['3', '5'] } });
    expect(server.received[0]?.query.has('forceDeletion')).toBe(false);
  });

  it('are accepted whatever the body says, without an operation of another host', async () => {
    server.replies.push({ status: 200, body: { properties: { provisioningState: 'Failed' } } });
    expect(await open().setCapacity(4, '"1"')).toEqual({ kind: 'accepted', operation: undefined });
    server.replies.push({ status: 202, headers: { location: 'https://elsewhere.example/op' } });
    expect(await open().deleteInstances(['1'])).toEqual({ kind: 'accepted', operation: undefined });
  });

  it.each([
    [{ status: 200, body: { status: 'InProgress' } }, { kind: 'running' }],
    [{ status: 202 }, { kind: 'running' }],
    [{ status: 200, body: { status: 'Succeeded' } }, { kind: 'succeeded' }],
    [{ status: 204 }, { kind: 'succeeded' }],
    [
      { status: 200, body: { status: 'Failed', error: { code: 'OperationPreempted', message: 'preempted' } } },
      { kind: 'failed', code: 'OperationPreempted', text: 'preempted' },
    ],
    [
      { status: 200, body: { status: 'Canceled' } },
      { kind: 'failed', code: 'Canceled', text: 'The operation ended as Canceled.' },
    ],
    [armError(409, 'AllocationFailed', 'no room'), { kind: 'failed', code: 'AllocationFailed', text: 'no room' }],
    [armError(404, 'NotFound', 'no'), { kind: 'forgotten' }],
  ])('an operation that answers %j', async (reply, expected) => {
    server.operations.set('/operations/7', reply);
    expect(await open().readOperation(`${server.endpoint}/operations/7`)).toEqual(expected);
    expect(server.received).toHaveLength(1);
  });

  it('an operation that may not be read', async () => {
    server.operations.set('/operations/7', armError(403, 'AuthorizationFailed', 'no'));
    expect((await failureOf(open().readOperation(`${server.endpoint}/operations/7`))).code).toBe('azure-forbidden');
  });
});

describe('managed identity', () => {
  afterEach(() => vi.unstubAllEnvs());

  it('gets its token from the identity endpoint for the Resource Manager in the settings', async () => {
    const asked: (string | undefined)[] = [];
    const identity = createServer((request, response) => {
      asked.push(request.url, String(request.headers['x-identity-header']));
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(
        JSON.stringify({
          access_token: TOKEN,
          expires_on: String(Math.floor(Date.now() / 1_000) + 86_400),
          resource: 'r',
          token_type: 'Bearer',
        }),
      );
    });
    await new Promise<void>((resolve) => identity.listen(0, '127.0.0.1', resolve));
    try {
      vi.stubEnv('IDENTITY_ENDPOINT', `http://127.0.0.1:${String((identity.address() as AddressInfo).port)}/msi/token`);
      vi.stubEnv('IDENTITY_HEADER', 'proof');
      const scaleSet = open(createCredential(process.env));
      await scaleSet.readState();
      await scaleSet.readState();
      expect(server.received[0]?.headers.authorization).toBe(`Bearer ${TOKEN}`);
      expect(asked).toEqual([`/msi/token?api-version=2019-08-01&resource=${encodeURIComponent(server.endpoint)}`, 'proof']);
    } finally {
      identity.close();
      identity.closeAllConnections();
    }
  });
});
