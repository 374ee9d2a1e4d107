import { expect, test } from 'vitest';
import { check } from '../../src/check/check';
import { toStoreError } from '../../src/adapters/azure/blobErrors';
import type { WorldFaults } from '../../src/local/world/faults';
import { createFakeRunnerService } from '../support/fakes/fakeRunnerService';
import { createFakeScaleSet } from '../support/fakes/fakeScaleSet';
import { createMemoryStore } from '../support/fakes/memoryStore';
import { settingsOf } from '../support/ticker';
import { ask } from './ask';

const SCOPE = '/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg-runners';

/** As Resource Manager refuses one action and lets the rest pass. */
const without = (method: string, path: RegExp, action: string): WorldFaults => ({
  onRequest: (service, request) =>
    service === 'azure' && request.method === method && path.test(new URL(request.url, 'https://azure').pathname)
      ? {
          status: 403,
          body: JSON.stringify({
            error: {
              code: 'AuthorizationFailed',
              message: `The client 'a' with object id '99999999-0000-0000-0000-000000000000' does not have authorization to perform action '${action}' over scope '${SCOPE}/providers/Microsoft.Compute/x' or the scope is invalid.`,
            },
          }),
        }
      : undefined,
});

const COMPUTE = 'Microsoft.Compute/virtualMachineScaleSets';

test.each([
  ['scale-set', 'GET', /virtualMachineScaleSets\/[^/]+$/i, `${COMPUTE}/read`],
  ['instances', 'GET', /virtualMachineScaleSets\/[^/]+\/virtualMachines$/i, `${COMPUTE}/virtualMachines/read`],
  ['write', 'PATCH', /virtualMachineScaleSets\/[^/]+$/i, `${COMPUTE}/write`],
] as const)('%s: a missing right is named with the command that grants it', async (name, method, path, action) => {
  const { item } = await ask({ query: '?write=true', faults: without(method, path, action) });
  expect(item(name)).toMatchObject({ ok: false, text: expect.stringContaining(action) });
  expect(item(name)?.next).toMatch(new RegExp(`^az role assignment create --assignee 99999999-\\S+ --role "[^"]+" --scope ${SCOPE}$`));
});

test('write=true writes the same capacity under the ETag, and without it nothing is written', async () => {
  const seen: string[] = [];
  const faults: WorldFaults = {
    onRequest: (service, request) => {
      if (service === 'azure' && request.method === 'PATCH') seen.push(`${request.headers['if-match'] ?? 'none'} ${request.body ?? ''}`);
      return undefined;
    },
  };
  expect((await ask({ faults })).item('write')).toBeUndefined();
  expect(seen).toEqual([]);
  const { item, stage } = await ask({ faults, query: '?write=true' });
  expect(item('write')).toMatchObject({ ok: true });
  expect(seen).toHaveLength(1);
  expect(seen[0]).toMatch(/^"\d+" \{"sku":\{"capacity":2\}\}$/);
  expect(stage.world.metrics()).toMatchObject({ vmsRequested: 2 });
});

test('a scale set that is not at rest is not written', async () => {
  const { item } = await ask({ query: '?write=true', then: ({ world }) => world.mishaps().setCapacity(3) });
  expect(item('write')).toMatchObject({ ok: null, text: expect.stringContaining('Nothing was written') });
});

const place = { container: 'state', account: 'runnerstate', setting: 'AZURE_BLOB_ACCOUNT_URL' };
const storageError = (statusCode: number, code: string) =>
  toStoreError(Object.assign(new Error(code), { statusCode, code }), 'write', place);

test.each([
  ['container', storageError(404, 'ContainerNotFound'), /az storage container create --name state --account-name runnerstate/],
  ['storage', storageError(403, 'AuthorizationPermissionMismatch'), /Storage Blob Data Contributor/],
] as const)('%s: what storage refuses is named with what to do', async (name, error, next) => {
  const store = createMemoryStore();
  store.script.fail('write', error);
  const surroundings = {
    autoscaleSettings: () => Promise.resolve([]),
    standbyPools: () => Promise.resolve([]),
    serverTime: () => undefined,
  };
  const ports = { runners: createFakeRunnerService(), scaleSet: createFakeScaleSet(), surroundings, store, clock: { now: () => 0 } };
  const items = await check({ ...ports, memory: undefined, me: undefined }, settingsOf(), { write: false });
  expect(items.find((each) => each.name === name)).toMatchObject({ ok: false, next: expect.stringMatching(next) });
  expect(items.find((each) => each.name === 'scale-set')?.ok).toBe(true);
});

test('the probe blob does not stay', async () => {
  const { stage } = await ask();
  expect([...stage.store.texts.keys()].filter((name) => name.startsWith('check/'))).toEqual([]);
});
