import { BlobServiceClient, type ContainerClient } from '@azure/storage-blob';
import { startAzurite } from '../../src/local/azurite';
import { startHost, virtualClock, type Host, type HostStorage, type VirtualClock } from '../../src/local/host';
import { startWorld, trustCa, type RunningWorld } from '../../src/local/world';
import { worldFlags } from '../../src/local/world/flags';
import type { WorldFaults } from '../../src/local/world/faults';
import { pauseVirtually } from '../../src/local/virtualPause';

export const CONTAINER = 'autoscaler-state';
export const FUNCTION_KEY = 'planted-function-key-3f1c';

export interface Simulated {
  readonly clock: VirtualClock;
  readonly world: RunningWorld;
  readonly host: Host;
  readonly container: ContainerClient;
  readonly connectionString: string;
  readonly logs: string[];
  request(method: string, path: string, body?: unknown): Promise<{ status: number; text: string; body: Record<string, unknown> }>;
  stop(): Promise<void>;
}

export interface SimulatedOptions {
  /** Folder with package.json, host.json and the bundle. */
  readonly appDirectory: string;
  readonly start: number;
  readonly seed: number;
  readonly faults?: WorldFaults;
  readonly storage?: HostStorage;
  readonly initialRunners?: number;
  /** App settings, made of what the world and Azurite say. */
  readonly env: (known: Readonly<Record<string, string>>) => Record<string, string>;
  /** Before the app starts: what an earlier autoscaler left in the container. */
  readonly blobs?: Readonly<Record<string, string>>;
}

/** A built app on the local host against the simulated services and a real Azurite, on a virtual clock. */
export async function simulate(options: SimulatedOptions): Promise<Simulated> {
  pauseVirtually();
  const clock = virtualClock(options.start);
  const azurite = await startAzurite();
  const { faults, initialRunners = 0 } = options;
  const flags = worldFlags({ initialRunners });
  const world = await startWorld({ clock, seed: options.seed, mode: 'Uniform', flags, ...(faults === undefined ? {} : { faults }) });
  trustCa(world.ca);
  const container = BlobServiceClient.fromConnectionString(azurite.connectionString).getContainerClient(CONTAINER);
  await container.createIfNotExists();
  for (const [name, text] of Object.entries(options.blobs ?? {}))
    await container.getBlockBlobClient(name).upload(text, Buffer.byteLength(text));
  const logs: string[] = [];
  const { connectionString } = azurite;
  const env = options.env({ ...world.settings, AZURE_BLOB_STORAGE_CONN_STRING: connectionString, AZURE_BLOB_CONTAINER_NAME: CONTAINER });
  const outside = { ...process.env };
  const host = await startHost({
    appDirectory: options.appDirectory,
    env,
    clock,
    functionKey: FUNCTION_KEY,
    transport: 'in-process',
    ...(options.storage === undefined ? {} : { storage: options.storage }),
    log: ({ message }) => logs.push(message),
  });
  return {
    clock,
    world,
    host,
    container,
    connectionString,
    logs,
    request: async (method, path, body) => {
      const response = await fetch(`${host.url}/${path}`, {
        method,
        headers: { 'x-functions-key': FUNCTION_KEY },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, text, body: text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {} };
    },
    stop: async () => {
      await host.stop();
      process.env = outside;
      await world.stop();
      await azurite.stop();
    },
  };
}

/** Every blob of the container with its text. */
export async function readBlobs(container: ContainerClient): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for await (const { name } of container.listBlobsFlat()) {
    found.set(name, (await container.getBlobClient(name).downloadToBuffer()).toString());
  }
  return found;
}
