import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { BlobServiceClient } from '@azure/storage-blob';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createStateStore } from '../../src/adapters/azure/blobStore';
import { createCredential } from '../../src/adapters/azure/credential';
import { type Azurite, startAzurite } from '../../src/local/azurite';
import { scaledClock } from '../../src/local/host';
import { startWorld, trustCa } from '../../src/local/world';
import { memoryStore } from '../../src/local/simulate/memoryStore';
import type { StateStore, WriteCondition } from '../../src/ports/stateStore';
import { createMemoryStore } from '../support/fakes/memoryStore';
import { describeStateStore } from './stateStore.contract';

describeStateStore('memory', async () => ({ store: createMemoryStore(), close: () => undefined }));

describeStateStore('simulation', async () => ({ store: memoryStore(), close: () => undefined }));

describeStateStore('Azurite', async () => {
  const { connectionString, stop } = await startAzurite();
  // The container does not exist yet: the store makes it.
  return { store: createStateStore({ container: 'autoscaler-state', connectionString }), close: stop };
});

/** The identity SDK keeps the endpoint that it saw first in a process. */
let identityPort = 0;

describeStateStore('Azurite by managed identity, over HTTPS', async () => {
  const world = await startWorld({ clock: scaledClock(1, Date.now()), seed: 1, mode: 'Uniform', ports: { identity: identityPort } });
  identityPort = Number(new URL(world.settings['IDENTITY_ENDPOINT'] ?? '').port);
  trustCa(world.ca);
  const { blobUrl, stop } = await startAzurite({ https: world.https });
  const close = async (): Promise<void> => {
    await stop();
    await world.stop();
  };
  Object.assign(process.env, world.settings);
  return { store: createStateStore({ container: 'autoscaler-state', accountUrl: blobUrl, credential: createCredential() }), close };
});

describe('blob storage that does not do', () => {
  let azurite: Azurite;
  let service: BlobServiceClient;
  beforeAll(async () => {
    azurite = await startAzurite();
    service = BlobServiceClient.fromConnectionString(azurite.connectionString);
  }, 60_000);
  afterAll(() => azurite.stop());

  const errorOf = async (store: StateStore): Promise<unknown> =>
    store.write('x', 'y').then(
      () => undefined,
      (error: unknown) => error,
    );

  it('a wrong key: forbidden, without the key', async () => {
    const key = Buffer.from('not the right key').toString('base64');
    const error = await errorOf(
      createStateStore({ container: 'state', connectionString: azurite.connectionString.replace(/AccountKey=[^;]+/, `AccountKey=${key}`) }),
    );
    expect(error).toMatchObject({
      code: 'store-forbidden',
      message:
        'Blob storage refused the write of "x" in blob container "state" of account "devstoreaccount1" (AuthorizationFailure). Check AZURE_BLOB_STORAGE_CONN_STRING; with AZURE_BLOB_ACCOUNT_URL the app\'s identity needs the role "Storage Blob Data Contributor" on the account.',
    });
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(key);
  });

  it('a container that is missing and may not be made: not found, with the way to make it', async () => {
    const sas = new URL(
      await service
        .getContainerClient('absent')
        .generateSasUrl({ expiresOn: new Date(Date.UTC(2100, 0)), permissions: { toString: () => 'rwl' } as never }),
    ).search.slice(1);
    const endpoint = /BlobEndpoint=([^;]+)/.exec(azurite.connectionString)?.[1] ?? '';
    const error = await errorOf(
      createStateStore({ container: 'absent', connectionString: `BlobEndpoint=${endpoint};SharedAccessSignature=${sas}` }),
    );
    expect(error).toMatchObject({ name: 'ServiceError', code: 'store-not-found' });
    expect((error as Error).message).toMatch(
      /^The blob container "absent" of account "devstoreaccount1" does not exist and could not be made \(\w+\)\. Check AZURE_BLOB_CONTAINER_NAME, or: az storage container create --name absent --account-name devstoreaccount1$/,
    );
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('sig=');
  });

  it('a lease on the blob: unavailable', async () => {
    const store = createStateStore({ container: 'leases', connectionString: azurite.connectionString });
    const first = await store.write('x', '1');
    const etag = first.kind === 'written' ? first.etag : '';
    const lease = service.getContainerClient('leases').getBlobClient('x').getBlobLeaseClient();
    await lease.acquireLease(15);
    const message =
      'The write of "x" in blob container "leases" of account "devstoreaccount1" failed: somebody holds a lease on it (LeaseIdMissing). Break the lease; it is tried again.';
    expect(await errorOf(store)).toMatchObject({ code: 'store-unavailable', message });
    await expect(store.write('x', '2', { etag })).rejects.toMatchObject({ code: 'store-unavailable' });
    await lease.breakLease(0);
    expect(await store.write('x', '3')).toMatchObject({ kind: 'written' });
  });

  it('busy: a plain write is tried three times, a conditional one once, for a repeat would meet its own first try', async () => {
    let tries = 0;
    const busy = createServer((request, response) => {
      tries += 1;
      request.resume();
      response.writeHead(503, { 'x-ms-error-code': 'ServerBusy' }).end();
    });
    await new Promise<void>((resolve) => busy.listen(0, '127.0.0.1', resolve));
    const { port } = busy.address() as AddressInfo;
    const store = createStateStore({
      container: 'state',
      connectionString: azurite.connectionString.replace(/127\.0\.0\.1:\d+/, `127.0.0.1:${String(port)}`),
    });
    const triesOf = async (condition?: WriteCondition): Promise<number> => {
      tries = 0;
      await expect(store.write('x', 'y', condition)).rejects.toMatchObject({ code: 'store-unavailable' });
      return tries;
    };
    expect([await triesOf(), await triesOf({ etag: '"1"' }), await triesOf({ absent: true })]).toEqual([3, 1, 1]);
    busy.closeAllConnections();
    busy.close();
  });

  it('nobody there: unavailable', async () => {
    const gone = azurite.connectionString.replace(/127\.0\.0\.1:\d+/, '127.0.0.1:1');
    expect(await errorOf(createStateStore({ container: 'state', connectionString: gone }))).toMatchObject({
      code: 'store-unavailable',
      message:
        'Blob storage did not answer for the write of "x" in blob container "state" of account "devstoreaccount1" (ECONNREFUSED). Check AZURE_BLOB_STORAGE_CONN_STRING and the network; it is tried again.',
    });
  });

  it('a connection string that is none: says which setting, quotes nothing', () => {
    expect(() => createStateStore({ container: 'state', connectionString: 'AccountName=a;AccountKey=verysecret' })).toThrow(
      expect.objectContaining({
        code: 'store-forbidden',
        message:
          'AZURE_BLOB_STORAGE_CONN_STRING cannot be used to open blob storage. Copy it again from the storage account\'s "Access keys" or "Endpoints".',
      }),
    );
  });
});
