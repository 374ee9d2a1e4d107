import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TraceJob } from '../traces';
import { answerArm } from './arm';
import type { Place } from './armBodies';
import { createCertificate } from './certificate';
import type { WorldAnswer, WorldRequest, Service } from './exchange';
import { feed } from './feed';
import { createIdentity, type Identity } from './identity';
import { measure, type WorldMetrics } from './measure';
import { createMishaps, type Mishaps } from './mishaps';
import { createModel, type ModelOptions } from './model';
import { BASE36, createRandom } from './random';
import { type Counters, createServe } from './serve';
import { listen, type Socket } from './sockets';
import { answerStackGuardian } from './stackguardian';
import type { PoolState } from './state';

export type WorldOptions = ModelOptions;

/** The simulated StackGuardian and Azure over one model, reached by {@link World.handle} alone; {@link startWorld} adds sockets. */
export interface World {
  readonly pools: readonly PoolState[];
  /** App settings that point the app here. */
  readonly settings: Readonly<Record<string, string>>;
  readonly identity: Identity;
  /** StackGuardian keys that are accepted; change it to rotate. */
  readonly keys: Set<string>;
  /** Requests by "service kind": `stackguardian group`, `azure GET virtualmachinescalesets/{scaleSet}`, … */
  readonly counters: Counters;
  handle(service: Service, request: WorldRequest): Promise<WorldAnswer>;
  /** Lets a trace's jobs arrive, counted from now (or `from`, epoch ms); in the first pool unless one is named. */
  addJobs(trace: readonly TraceJob[], options?: { readonly pool?: string; readonly from?: number }): void;
  mishaps(pool?: string): Mishaps;
  metrics(): WorldMetrics;
}

export interface RunningWorld extends World {
  /** The authority that signed Azure's certificate, as a PEM file and as text (see trustCa). */
  readonly caFile: string;
  readonly ca: string;
  /** The certificate itself, for a storage emulator beside it. */
  readonly https: { readonly certFile: string; readonly keyFile: string };
  stop(): Promise<void>;
}

export interface Ports {
  readonly azure?: number;
  readonly stackguardian?: number;
  readonly identity?: number;
}

const ORG = 'simulated-org';
const RESOURCE_GROUP = 'rg-runners';

/** Origins of the services when no socket is opened. */
export const IN_PROCESS: Readonly<Record<Service, string>> = {
  azure: 'https://azure.world.invalid',
  stackguardian: 'http://stackguardian.world.invalid',
  identity: 'http://identity.world.invalid',
};

/** The world alone, without sockets: all in this process, in the order of the requests. */
export function createWorld(options: WorldOptions): World {
  return build(options, IN_PROCESS);
}

interface BuiltWorld extends World {
  halt(): void;
}

/** `origins` is read at each use: sockets learn their ports after the world is made. */
function build(options: WorldOptions, origins: Readonly<Record<Service, string>>): BuiltWorld {
  const model = createModel(options);
  const { clock, faults } = model.env;
  const random = createRandom(options.seed).fork('secrets');
  const identity = createIdentity(random.fork('identity'), clock, faults);
  const apiKey = `sgu_${random.text(BASE36, 32)}`;
  const subscriptionId = random.uuid();
  const keys = new Set([apiKey]);
  const counters: Counters = {};
  const place = (): Place => ({ endpoint: origins.azure, subscriptionId, resourceGroup: RESOURCE_GROUP });
  const skewMs = (service: Service): number => faults.skewMs?.(service) ?? 0;
  const arm = { place, pools: model.pools, knows: identity.knows, now: clock.now, skewMs: () => skewMs('azure') };
  const handle = createServe(
    clock,
    faults,
    {
      azure: (call) => answerArm(arm, call),
      stackguardian: (call) => answerStackGuardian({ org: ORG, keys, pools: model.pools }, call),
      identity: (call) => identity.answer(call, skewMs('identity')),
    },
    counters,
  );
  const poolOf = (name?: string): PoolState => {
    const pool = name === undefined ? model.pools[0] : model.pools.find((each) => each.name === name);
    if (pool === undefined) throw new RangeError(`The simulated world has no pool "${name ?? ''}".`);
    return pool;
  };
  const feeds: (() => void)[] = [];
  return {
    pools: model.pools,
    identity,
    keys,
    counters,
    handle,
    addJobs: (trace, { pool, from = clock.now() } = {}) => void feeds.push(feed(poolOf(pool), trace, from)),
    mishaps: (pool) => createMishaps(poolOf(pool)),
    metrics: () => measure(model.pools, clock.now(), model.startedAt),
    halt: () => feeds.forEach((stop) => stop()),
    get settings() {
      return {
        AZURE_SUBSCRIPTION_ID: subscriptionId,
        AZURE_RESOURCE_GROUP_NAME: RESOURCE_GROUP,
        AZURE_RESOURCE_MANAGER_ENDPOINT: origins.azure,
        SG_BASE_URI: origins.stackguardian,
        SG_API_KEY: apiKey,
        SG_ORG: ORG,
        IDENTITY_ENDPOINT: `${origins.identity}/msi/token`,
        IDENTITY_HEADER: identity.header,
        ...poolSettings(model.pools),
      };
    },
  };
}

/** One pool `default` by the plain variables, several by POOLS. */
function poolSettings(pools: readonly PoolState[]): Record<string, string> {
  const [only] = pools;
  if (only !== undefined && pools.length === 1 && only.name === 'default')
    return { AZURE_VMSS_NAME: only.vmssName, SG_RUNNER_GROUP: only.group };
  return { POOLS: JSON.stringify(pools.map((pool) => ({ name: pool.name, AZURE_VMSS_NAME: pool.vmssName, SG_RUNNER_GROUP: pool.group }))) };
}

/** The world on local ports: StackGuardian and the token endpoint over HTTP, Azure over HTTPS with a certificate of this start. */
export async function startWorld(options: WorldOptions & { readonly ports?: Ports }): Promise<RunningWorld> {
  const origins: Record<Service, string> = { ...IN_PROCESS };
  const world = build(options, origins);
  const certificate = await createCertificate();
  const folder = mkdtempSync(join(tmpdir(), 'runner-world-'));
  const caFile = join(folder, 'ca.pem');
  writeFileSync(caFile, certificate.ca);
  const https = { certFile: join(folder, 'cert.pem'), keyFile: join(folder, 'key.pem') };
  writeFileSync(https.certFile, certificate.cert);
  writeFileSync(https.keyFile, certificate.key, { mode: 0o600 });
  const sockets: Socket[] = [];
  const stop = async (): Promise<void> => {
    world.halt();
    await Promise.all(sockets.map((socket) => socket.close()));
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    for (const service of ['azure', 'stackguardian', 'identity'] as const) {
      const socket = await listen(service, world.handle, options.ports?.[service] ?? 0, service === 'azure' ? certificate : undefined);
      sockets.push(socket);
      origins[service] = socket.origin;
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    ...world,
    settings: { ...world.settings, NODE_EXTRA_CA_CERTS: caFile },
    caFile,
    ca: certificate.ca,
    https,
    stop,
  };
}
