import path from 'node:path';
import { memoryStorage, startHost, type Hang, type Host, type HostStorage, type LogLine } from '../host';
import { createRandom, type Random } from '../world/random';
import { createWorld, type World } from '../world/world';
import type { PoolSpec, WorldEvent } from '../world/state';
import { simulationClock } from './clock';
import { createEventLog, type EventLog } from './eventLog';
import { mergeWorldFaults, type FaultSite, type Injector } from './injector';
import { memoryStore, type MemoryStore } from './memoryStore';
import { createLife, type Life } from './life';
import { createTransport } from './transport';

/**
 * The whole built app (dist/app) on the local host, the simulated services, blobs in memory: one process, no socket, one clock. It moves
 * only in {@link Stage.runUntil}, and the same options give the same run to the byte. For scripted stories as for seeded runs:
 *
 *   const stage = await createStage({ seed: 1, pools: [{ name: 'default' }] });
 *   stage.world.addJobs([{ arrivalSeconds: 60, durationSeconds: 300 }]);
 *   await stage.runUntil(stage.startedAt + HOUR);
 *   stage.world.metrics(); stage.world.mishaps().evict(…); await stage.crash(); await stage.request('POST', 'pools/default/wake');
 */
export interface StageOptions {
  readonly seed: number | string;
  readonly pools?: readonly PoolSpec[];
  /** Flags of the simulated world by name (see world/flags.ts). */
  readonly flags?: Readonly<Partial<Record<string, number>>>;
  /** App settings over the world's own. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly injectors?: readonly Injector[];
  /** Which of the injectors' kinds are switched on; default all. */
  readonly kinds?: (kind: string) => boolean;
  /** Faults begin and cease so long after the start, in ms; default from the start, for ever. */
  readonly faultsFrom?: number;
  readonly faultsUntil?: number;
  readonly onEvent?: (event: WorldEvent) => void;
  /** The app's log lines and the host's. */
  readonly onLog?: (line: LogLine) => void;
  readonly onHang?: (hang: Hang) => void;
  readonly onLine?: (line: string) => void;
  /** Ready before the first event; for judges. */
  readonly onWorld?: (world: World) => void;
  /** The entry file of the app; default dist/app/index.js. */
  readonly entry?: string;
}

export interface Stage {
  readonly startedAt: number;
  readonly clock: ReturnType<typeof simulationClock>;
  readonly world: World;
  readonly store: MemoryStore;
  readonly log: EventLog;
  /** How often each kind of fault was injected. */
  readonly faults: Readonly<Record<string, number>>;
  readonly random: Random;
  host(): Host;
  storage(): HostStorage;
  runUntil(time: number): Promise<void>;
  /** Kills the host as SIGKILL does and starts another on the same storage (or on `storage`), `downMs` later, perhaps with other code. */
  crash(options?: { readonly downMs?: number; readonly storage?: HostStorage; readonly entry?: string }): Promise<void>;
  request(method: string, path: string, body?: unknown): Promise<{ readonly status: number; readonly body: unknown } | undefined>;
  changeSettings(changes: Readonly<Record<string, string | undefined>>): void;
  /** The app's durable host and all its timers end; nothing moves any more. */
  stop(): Promise<void>;
}

/** A Monday morning, so that a seed gives the same day on any date. */
export const STARTED_AT = Date.UTC(2025, 3, 7, 6);
const CONTAINER = 'autoscaler-state';
export const TRANSPORT = Symbol.for('stackguardian-runner-autoscaler.transport');

export async function createStage(options: StageOptions): Promise<Stage> {
  const clock = simulationClock(STARTED_AT);
  const random = createRandom(options.seed);
  const log = createEventLog(options.onLine);
  const say = (source: string, text: string): void => log.add(clock.now(), source, text);
  const faults: Record<string, number> = {};
  const injectors = options.injectors ?? [];
  const enabled = options.kinds ?? ((): boolean => true);
  for (const kind of injectors.flatMap((each) => each.kinds)) if (enabled(kind)) faults[kind] = 0;
  const from = STARTED_AT + (options.faultsFrom ?? 0);
  const until = STARTED_AT + (options.faultsUntil ?? Infinity);
  let host: Host | undefined;
  let storage: HostStorage = memoryStorage();
  let entry = options.entry ?? path.resolve('dist', 'app', 'index.js');
  let settings: Record<string, string | undefined> = {};
  let life: Life | undefined;
  let restart: Promise<void> | undefined;

  const site = (injector: Injector): FaultSite => ({
    random: random.fork(`faults ${injector.kinds.join(' ')}`),
    clock,
    from,
    until,
    world: () => world,
    on: (kind) => enabled(kind) && clock.now() >= from && clock.now() < until,
    count: (kind, note = '') => {
      faults[kind] = (faults[kind] ?? 0) + 1;
      say('fault', `${kind} ${note}`);
    },
    excuse: (vmId, why) => say('excuse', `${vmId} ${why}`),
    request,
    changeSettings,
    settings: () => settings,
  });
  const injected = injectors.map((injector) => injector.start(site(injector)));

  const world: World = createWorld({
    clock,
    seed: options.seed,
    ...(options.pools === undefined ? {} : { pools: options.pools }),
    ...(options.flags === undefined ? {} : { flags: options.flags }),
    faults: mergeWorldFaults(injected.flatMap((each) => each.world ?? [])),
    onEvent: (event) => {
      say('world', `${event.pool} ${event.kind} ${event.subject} ${event.vmId ?? ''} ${event.note ?? ''}`.trimEnd());
      options.onEvent?.(event);
    },
  });
  options.onWorld?.(world);
  const wait = (ms: number): Promise<void> => new Promise((resolve) => clock.at(clock.now() + ms, resolve));
  const store = memoryStore({
    wait,
    onCall: (call, name) => {
      for (const each of injected) {
        const fault = each.store?.(call, name);
        if (fault !== undefined) return fault;
      }
      return undefined;
    },
  });
  const latency = random.fork('latency');
  const ways = { ...createTransport({ world, clock, latencyMs: () => 5 + latency.below(120) }), store: () => store };
  settings = {
    ...world.settings,
    AZURE_BLOB_STORAGE_CONN_STRING: 'UseDevelopmentStorage=true',
    AZURE_BLOB_CONTAINER_NAME: CONTAINER,
    WEBSITE_SITE_NAME: 'simulated-app',
    ...options.settings,
  };
  const hostRandom = random.fork('host');

  async function start(): Promise<void> {
    life = createLife(clock, ways);
    host = await startHost({
      appDirectory: process.cwd(),
      entry,
      env: Object.fromEntries(Object.entries(settings).filter((each): each is [string, string] => each[1] !== undefined)),
      clock: life.clock,
      storage,
      random: hostRandom.next,
      timersEarlyByMs: 1_000,
      sandbox: { globals: { [TRANSPORT]: life.transport } },
      hooks: {
        beforeStep: (step) => {
          for (const each of injected) {
            const fault = each.engine?.beforeStep?.(step);
            if (fault !== undefined) return fault;
          }
          return undefined;
        },
      },
      log: (line) => {
        say('app', `${line.level} ${line.message}`);
        options.onLog?.(line);
      },
      onHang: (hang) => {
        say('hang', `${hang.kind} ${hang.instanceId} ${hang.cause}`);
        options.onHang?.(hang);
      },
    });
  }

  async function crash(how: Parameters<Stage['crash']>[0] = {}): Promise<void> {
    const dying = host;
    host = undefined;
    life?.end();
    await dying?.kill();
    say('host', 'killed');
    if (how.storage !== undefined) storage = how.storage;
    if (how.entry !== undefined) entry = how.entry;
    restart = wait(how.downMs ?? 5_000).then(start);
    restart.then(
      () => say('host', 'started'),
      () => undefined,
    );
  }

  async function request(method: string, target: string, body?: unknown): ReturnType<Stage['request']> {
    const answer = await host?.request({
      method,
      target: `/api/${target}`,
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body)),
    });
    if (answer === undefined) return undefined;
    const text = answer.body.toString('utf8');
    return { status: answer.status, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
  }

  function changeSettings(changes: Readonly<Record<string, string | undefined>>): void {
    settings = { ...settings, ...changes };
    say('host', `settings ${JSON.stringify(changes)}`);
    void crash();
  }

  await start();
  return {
    startedAt: STARTED_AT,
    clock,
    world,
    store,
    log,
    faults,
    random,
    host: () => {
      if (host === undefined) throw new Error('The host is down at the moment.');
      return host;
    },
    storage: () => storage,
    runUntil: async (time) => {
      do await clock.idle();
      while (clock.advance(time));
      if (restart !== undefined && host !== undefined) await restart;
    },
    crash,
    request,
    changeSettings,
    stop: async () => {
      life?.end();
      await host?.kill();
      host = undefined;
    },
  };
}
