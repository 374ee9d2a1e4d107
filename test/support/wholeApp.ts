import { buildSync } from 'esbuild';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BlobServiceClient, type ContainerClient } from '@azure/storage-blob';
import { startAzurite } from '../../src/local/azurite';
import { memoryStorage, startHost, virtualClock, type HostHooks, type HostStorage, type VirtualClock } from '../../src/local/host';
import { startWorld, trustCa, type RunningWorld } from '../../src/local/world';
import { pauseVirtually } from '../../src/local/virtualPause';

export const START = Date.UTC(2025, 3, 7, 6);
export const MINUTE = 60_000;
export const CONTAINER = 'autoscaler-state';
export const FUNCTION_KEY = 'test-key';

export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** The whole app as it is built, on the local host in virtual time, with simulated services on real sockets and real Azurite. */
export interface WholeApp {
  readonly clock: VirtualClock;
  readonly world: RunningWorld;
  readonly container: ContainerClient;
  readonly logs: string[];
  host(): Awaited<ReturnType<typeof startHost>>;
  /** As {@link requestOn}. */
  request(method: string, path: string, body?: unknown): Promise<Answer>;
  pass(ms: number): Promise<void>;
  /** Ends the host and starts it again: other settings, the same or a fresh task hub. */
  restart(env?: Record<string, string>, storage?: HostStorage): Promise<void>;
  stop(): Promise<void>;
}

export interface WholeAppOptions {
  readonly env?: Record<string, string>;
  readonly hooks?: HostHooks;
  readonly world?: Partial<Parameters<typeof startWorld>[0]>;
  /** How the app opens blob storage: by the connection string (the default), or by its managed identity over HTTPS. */
  readonly storage?: 'connection-string' | 'identity';
}

const bundles = new Map<string, string>();
/** The identity SDK keeps the token endpoint that it saw first in a process, so each world of a file has the same. */
let identityPort: number | undefined;

/** One file with all that it needs, in a folder of its own: tests that run at once share no dist/. */
export function bundled(source: string): string {
  const known = bundles.get(source);
  if (known !== undefined) return known;
  const outfile = join(mkdtempSync(join(tmpdir(), 'whole-app-')), 'index.js');
  buildSync({
    entryPoints: [source],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    outfile,
    external: ['@azure/functions-core'],
    define: { 'import.meta.url': '__importMetaUrl' },
    banner: { js: "const __importMetaUrl = require('node:url').pathToFileURL(__filename).href;" },
    logLevel: 'error',
  });
  bundles.set(source, outfile);
  return outfile;
}

/** Requests a route below /api/, or an absolute URL; virtual time goes on meanwhile. */
export async function requestOn(
  { url }: { readonly url: string },
  clock: VirtualClock,
  method: string,
  path: string,
  body?: unknown,
): Promise<Answer> {
  let over = false;
  const answer = fetch(/^https?:/.test(path) ? path : `${url}/api/${path}`, {
    method,
    headers: { 'x-functions-key': FUNCTION_KEY },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  }).finally(() => (over = true));
  while (!over) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    // A route that waits for its command is at work itself, so time is pushed on rather than waited for.
    if (!over) clock.advance(clock.now() + 250);
  }
  const response = await answer;
  const text = await response.text();
  return { status: response.status, body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) };
}

export async function startWholeApp(options: WholeAppOptions = {}): Promise<WholeApp> {
  pauseVirtually();
  const clock = virtualClock(START);
  const world = await startWorld({
    clock,
    seed: 7,
    mode: 'Uniform',
    ...(identityPort === undefined ? {} : { ports: { identity: identityPort } }),
    ...options.world,
  });
  identityPort = Number(new URL(world.settings['IDENTITY_ENDPOINT'] ?? '').port);
  trustCa(world.ca);
  const byIdentity = options.storage === 'identity';
  const azurite = await startAzurite(byIdentity ? { https: world.https } : {});
  const container = BlobServiceClient.fromConnectionString(azurite.connectionString).getContainerClient(CONTAINER);
  const logs: string[] = [];
  const settings: Record<string, string> = {
    ...world.settings,
    ...(byIdentity ? { AZURE_BLOB_ACCOUNT_URL: azurite.blobUrl } : { AZURE_BLOB_STORAGE_CONN_STRING: azurite.connectionString }),
    AZURE_BLOB_CONTAINER_NAME: CONTAINER,
    ...options.env,
  };
  const outside = { ...process.env };
  const start = (env: Record<string, string>, storage: HostStorage) => {
    process.env = { ...outside };
    return startHost({
      appDirectory: process.cwd(),
      entry: bundled('src/index.ts'),
      env: { ...settings, ...env },
      clock,
      storage,
      functionKey: FUNCTION_KEY,
      ...(options.hooks === undefined ? {} : { hooks: options.hooks }),
      log: ({ message }) => logs.push(message),
    });
  };
  let storage = memoryStorage();
  let host = await start({}, storage);

  return {
    clock,
    world,
    container,
    logs,
    host: () => host,
    request: (method, path, body) => requestOn(host, clock, method, path, body),
    pass: async (ms) => void (await host.runUntil(clock.now() + ms)),
    async restart(env = {}, other = storage) {
      await host.stop();
      storage = other;
      host = await start(env, storage);
    },
    async stop() {
      await host.stop();
      process.env = outside;
      await world.stop();
      await azurite.stop();
    },
  };
}
