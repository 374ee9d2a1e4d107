import path from 'node:path';
import type { HostHooks, HostStorage } from '../host';
import type { Service, WorldAnswer, WorldRequest } from '../world/exchange';
import type { WorldFaults } from '../world/faults';
import { createRandom, type Random } from '../world/random';
import type { PoolSpec, WorldEvent } from '../world/state';
import { createWorld, type World } from '../world/world';
import { openApp, type App, type AppOptions } from './app';
import { simulationClock } from './clock';
import { createEventLog, type EventLog } from './eventLog';
import { memoryStore, type MemoryStore, type MemoryStoreOptions } from './memoryStore';
import { createTransport } from './transport';

/**
 * The whole built app (dist/app) on the local host, the simulated services, blobs in memory: one process, no socket, one clock. It moves
 * only in {@link Stage.runUntil}, and the same options give the same run to the byte. For scripted stories as for seeded runs:
 *
 *   const stage = await createStage({ seed: 1 });
 *   stage.world.addJobs([{ arrivalSeconds: 60, durationSeconds: 300 }]);
 *   await stage.runUntil(stage.startedAt + HOUR);
 *   stage.world.mishaps().evict(vmId); await stage.app.crash(); await stage.app.request('POST', 'pools/default/wake');
 *   stage.world.metrics();
 */
export interface StageOptions {
  readonly seed: number | string;
  readonly pools?: readonly PoolSpec[];
  /** Flags of the simulated world by name. */
  readonly flags?: Readonly<Partial<Record<string, number>>>;
  /** App settings over the world's own. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly worldFaults?: WorldFaults;
  readonly storeFaults?: MemoryStoreOptions['onCall'];
  readonly hooks?: HostHooks;
  /** The task hub of the first app. */
  readonly storage?: HostStorage;
  readonly onEvent?: (event: WorldEvent) => void;
  /** The app's log lines and the host's. */
  readonly onLog?: AppOptions['onLog'];
  readonly onHang?: AppOptions['onHang'];
  /** Every line of the run's log. */
  readonly onLine?: (line: string) => void;
  /** The world, before anything moves; for judges. */
  readonly onWorld?: (world: World, now: () => number) => void;
  /** Every request of an app as it reaches the services, and every answer as it leaves them; the first app is 0. */
  readonly onRequest?: (service: Service, request: WorldRequest, app: number) => void;
  readonly onAnswer?: (service: Service, request: WorldRequest, answer: WorldAnswer, app: number) => void;
  /** The built entry file; default dist/app/index.js. */
  readonly entry?: string;
}

export interface Stage {
  readonly startedAt: number;
  readonly clock: ReturnType<typeof simulationClock>;
  readonly world: World;
  /** The container of all apps. */
  readonly store: MemoryStore;
  readonly log: EventLog;
  readonly random: Random;
  readonly app: App;
  /** Another app with a task hub of its own beside the first: a slot, a forgotten one. */
  join(settings: Readonly<Record<string, string>>, entry?: string): Promise<App>;
  runUntil(time: number): Promise<void>;
  stop(): Promise<void>;
}

/** A Monday morning, so that a seed gives the same day on any date. */
const STARTED_AT = Date.UTC(2025, 3, 7, 6);

export async function createStage(options: StageOptions): Promise<Stage> {
  const clock = simulationClock(STARTED_AT);
  const random = createRandom(options.seed);
  const log = createEventLog(options.onLine);
  const say = (source: string, text: string): void => log.add(clock.now(), source, text);
  const world = createWorld({
    clock,
    seed: options.seed,
    ...(options.pools === undefined ? {} : { pools: options.pools }),
    ...(options.flags === undefined ? {} : { flags: options.flags }),
    ...(options.worldFaults === undefined ? {} : { faults: options.worldFaults }),
    onEvent: (event) => {
      say('world', `${event.pool} ${event.kind} ${event.subject} ${event.vmId ?? ''} ${event.note ?? ''}`.trimEnd());
      options.onEvent?.(event);
    },
  });
  options.onWorld?.(world, clock.now);
  const store = memoryStore({
    wait: (ms) => new Promise((resolve) => clock.at(clock.now() + ms, resolve)),
    ...(options.storeFaults === undefined ? {} : { onCall: options.storeFaults }),
  });
  const handleFor =
    (app: number) =>
    async (service: Service, request: WorldRequest): Promise<WorldAnswer> => {
      options.onRequest?.(service, request, app);
      const answer = await world.handle(service, request);
      options.onAnswer?.(service, request, answer, app);
      return answer;
    };
  const latency = random.fork('latency');
  const settings = {
    ...world.settings,
    AZURE_BLOB_STORAGE_CONN_STRING: 'UseDevelopmentStorage=true',
    AZURE_BLOB_CONTAINER_NAME: 'autoscaler-state',
    WEBSITE_SITE_NAME: 'simulated-app',
    ...options.settings,
  };
  const apps: App[] = [];
  const open = async (own: Readonly<Record<string, string>>, entry = options.entry): Promise<App> => {
    const handle = handleFor(apps.length);
    const ways = { ...createTransport({ world: { handle }, clock, latencyMs: () => 5 + latency.below(120) }), store: () => store };
    const app = await openApp({
      ...{ clock, ways, say },
      settings: { ...settings, ...own },
      random: random.fork(`host ${String(apps.length)}`).next,
      entry: entry ?? path.resolve('dist', 'app', 'index.js'),
      ...(options.hooks === undefined ? {} : { hooks: options.hooks }),
      ...(options.storage === undefined || apps.length > 0 ? {} : { storage: options.storage }),
      ...(options.onLog === undefined ? {} : { onLog: options.onLog }),
      ...(options.onHang === undefined ? {} : { onHang: options.onHang }),
    });
    apps.push(app);
    return app;
  };

  return {
    startedAt: STARTED_AT,
    ...{ clock, world, store, log, random },
    app: await open({}),
    join: open,
    runUntil: async (time) => {
      do await clock.idle();
      while (clock.advance(time));
    },
    stop: async () => {
      for (const app of apps) await app.stop();
    },
  };
}
