import type { TokenCredential } from '@azure/identity';
import { ContainerClient, type StoragePipelineOptions } from '@azure/storage-blob';
import { ServiceError } from '../../errors';
import type { StateStore, StoreWrite, WriteCondition } from '../../ports/stateStore';
import { containerMissing, type StorePlace, toStoreError } from './blobErrors';
import { within } from '../deadline';
import { failureOf } from './errors';

export interface StateStoreOptions {
  readonly container: string;
  /** One of the two; the connection string wins. */
  readonly connectionString?: string;
  /** https://<account>.blob.core.windows.net, opened with `credential`. */
  readonly accountUrl?: string;
  readonly credential?: TokenCredential;
}

/** The whole of one call, retries included, in ms. */
const CALL_MS = 30_000;
const RETRYING: StoragePipelineOptions = { retryOptions: { maxTries: 3, retryDelayInMs: 500, tryTimeoutInMs: 10_000 } };
/** A line of the ledger must not hold up a tick: it is worth a few seconds, retries included. */
const APPEND_MS = 5_000;
/** For conditional writes: a repeat after a lost answer would meet our own write and report a conflict that is none. */
const ONCE: StoragePipelineOptions = { retryOptions: { maxTries: 1, tryTimeoutInMs: 10_000 } };

/** One blob container as {@link StateStore}. Throws `store-forbidden` when the connection string cannot be read. */
export function createStateStore(options: StateStoreOptions): StateStore {
  const retrying = open(options, RETRYING);
  const once = open(options, ONCE);
  const place: StorePlace = {
    container: options.container,
    account: retrying.accountName,
    setting: options.connectionString === undefined ? 'AZURE_BLOB_ACCOUNT_URL' : 'AZURE_BLOB_STORAGE_CONN_STRING',
  };

  /** A missing container is made and the work done again, once; the original expects somebody to have made it. */
  const run = async <T>(doing: string, work: (abortSignal: AbortSignal) => Promise<T>, ms = CALL_MS): Promise<T> => {
    try {
      return await within(ms, async (signal) => {
        try {
          return await work(signal);
        } catch (error) {
          if (failureOf(error).code !== 'ContainerNotFound') throw error;
          await makeContainer(signal);
          return await work(signal);
        }
      });
    } catch (error) {
      throw toStoreError(error, doing, place);
    }
  };

  const makeContainer = async (abortSignal: AbortSignal): Promise<void> => {
    try {
      await retrying.createIfNotExists({ abortSignal });
    } catch (error) {
      const { status, code } = failureOf(error);
      throw status !== undefined && status < 500 ? containerMissing(code, place) : error;
    }
  };

  return {
    read: (name) =>
      run(`read of "${name}"`, async (abortSignal) => {
        try {
          const found = await retrying.getBlobClient(name).download(undefined, undefined, { abortSignal, maxRetryRequests: 2 });
          return { text: await drain(found.readableStreamBody), etag: found.etag ?? '' };
        } catch (error) {
          if (failureOf(error).code === 'BlobNotFound') return undefined;
          throw error;
        }
      }),

    tail: (name, from) =>
      run(`read of "${name}"`, async (abortSignal) => {
        try {
          const found = await retrying.getBlobClient(name).download(from, undefined, { abortSignal, maxRetryRequests: 2 });
          return await drain(found.readableStreamBody);
        } catch (error) {
          const { code, status } = failureOf(error);
          if (code === 'BlobNotFound') return undefined;
          // From its end on there is nothing, which the service calls no range.
          if (code === 'InvalidRange' || status === 416) return '';
          throw error;
        }
      }),

    write: (name, text, condition) =>
      run(`write of "${name}"`, async (abortSignal): Promise<StoreWrite> => {
        const container = condition === undefined ? retrying : once;
        try {
          const { etag } = await container.getBlockBlobClient(name).upload(text, Buffer.byteLength(text), {
            abortSignal,
            conditions: conditionsOf(condition),
            blobHTTPHeaders: { blobContentType: contentType(name) },
          });
          return { kind: 'written', etag: etag ?? '' };
        } catch (error) {
          if (condition !== undefined && isConflict(error)) return { kind: 'conflict' };
          throw error;
        }
      }),

    append: (name, line) =>
      run(
        `append to "${name}"`,
        async (abortSignal) => {
          const blob = retrying.getAppendBlobClient(name);
          const text = line.endsWith('\n') ? line : `${line}\n`;
          const append = () => blob.appendBlock(text, Buffer.byteLength(text), { abortSignal });
          try {
            await append();
          } catch (error) {
            if (failureOf(error).code !== 'BlobNotFound') throw error;
            await blob.createIfNotExists({ abortSignal, blobHTTPHeaders: { blobContentType: contentType(name) } });
            await append();
          }
        },
        APPEND_MS,
      ),

    list: (prefix, limit) =>
      run(`list of "${prefix}"`, async (abortSignal) => {
        const names: string[] = [];
        if (limit <= 0) return names;
        const pages = retrying.listBlobsFlat({ prefix, abortSignal }).byPage({ maxPageSize: Math.min(limit, 5_000) });
        for await (const page of pages) {
          names.push(...page.segment.blobItems.map((item) => item.name));
          if (names.length >= limit) break;
        }
        return names.slice(0, limit);
      }),

    delete: (name) =>
      run(`delete of "${name}"`, async (abortSignal) => {
        await retrying.getBlobClient(name).deleteIfExists({ abortSignal, deleteSnapshots: 'include' });
      }),
  };
}

function open(options: StateStoreOptions, pipeline: StoragePipelineOptions): ContainerClient {
  const { container, connectionString, accountUrl = '', credential } = options;
  try {
    if (connectionString !== undefined) return new ContainerClient(connectionString, container, pipeline);
    return new ContainerClient(`${accountUrl.replace(/\/+$/, '')}/${encodeURIComponent(container)}`, credential, pipeline);
  } catch {
    // The SDK's text may quote the string, and with it the account key.
    const setting = connectionString === undefined ? 'AZURE_BLOB_ACCOUNT_URL' : 'AZURE_BLOB_STORAGE_CONN_STRING';
    throw new ServiceError(
      'store-forbidden',
      `${setting} cannot be used to open blob storage. Copy it again from the storage account's "Access keys" or "Endpoints".`,
    );
  }
}

const conditionsOf = (condition: WriteCondition) =>
  condition === undefined ? {} : 'etag' in condition ? { ifMatch: condition.etag } : { ifNoneMatch: '*' };

function isConflict(error: unknown): boolean {
  const { status, code } = failureOf(error);
  return (status === 412 && !code.startsWith('Lease')) || code === 'BlobAlreadyExists';
}

const contentType = (name: string): string => (name.endsWith('.json') ? 'application/json' : 'text/plain; charset=utf-8');

async function drain(stream: NodeJS.ReadableStream | undefined): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream ?? []) chunks.push(Buffer.from(chunk as Buffer));
  return Buffer.concat(chunks).toString('utf8');
}
