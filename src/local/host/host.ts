import { runActivity } from './activities';
import { Client } from './client';
import { clientBinding } from './clientBinding';
import { realClock, type HostClock, type VirtualClock } from './clock';
import { Counters } from './counters';
import { installDate } from './dateOverride';
import { Dispatcher } from './dispatcher';
import { DurableApi } from './durableApi';
import { Engine, idOf } from './engine';
import { runEntity } from './entities';
import { listen, type HttpServer } from './httpServer';
import { localHttp, serveInProcess } from './inProcessHttp';
import { invoker } from './invoke';
import { loadApp, readHostFile } from './loadApp';
import { memoryStorage } from './memoryStorage';
import type { HostOptions } from './options';
import { routesOf } from './routes';
import { statusOf } from './statusView';
import { TimerFunctions } from './timers';
import { runTurn } from './turn';
import { webApp, type WebAnswer, type WebRequest } from './webApp';

export interface Status {
  readonly name: string;
  readonly instanceId: string;
  readonly runtimeStatus: string;
  readonly input: unknown;
  readonly output: unknown;
  readonly customStatus: unknown;
  readonly createdTime: string;
  readonly lastUpdatedTime: string;
}

export type Host = Awaited<ReturnType<typeof startHost>>;

const NO_SERVER: HttpServer = { port: 80, close: () => Promise.resolve() };

const isVirtual = (clock: HostClock): clock is VirtualClock => 'advance' in clock;

/** Loads the app and serves it. One at a time per process when the app reads process.env or the Date is patched. */
// eslint-disable-next-line @typescript-eslint/explicit-module-boundary-types -- the type Host is read off this function
export async function startHost(options: HostOptions) {
  const clock = options.clock ?? realClock();
  const log = options.log ?? (() => undefined);
  const random = options.random ?? Math.random;
  const storage = options.storage ?? memoryStorage();
  const hostFile = readHostFile(options.appDirectory);
  const hubName = hostFile.extensions?.durableTask?.hubName ?? 'LocalHub';
  const counters = new Counters();
  const { sandbox } = options;
  const env = sandbox === undefined ? Object.assign(process.env, options.env) : { ...options.env };

  // The port comes first: the app may read WEBSITE_HOSTNAME while it loads.
  let site: Parameters<typeof listen>[2] = () => Promise.resolve({ status: 503, headers: {}, body: Buffer.alloc(0) });
  const server = sandbox === undefined ? await listen(options.port ?? 0, clock, (request) => site(request)) : NO_SERVER;
  const url = `http://127.0.0.1:${server.port}`;
  env['WEBSITE_HOSTNAME'] = `localhost:${server.port}`;
  const undo: (() => void)[] = [];
  if (sandbox === undefined && (options.patchDate ?? options.clock !== undefined)) undo.push(installDate(clock));

  const close = async (): Promise<void> => {
    await server.close();
    for (const step of undo.splice(0)) step();
  };
  const inside = sandbox === undefined ? undefined : { clock, random, env, globals: sandbox.globals ?? {} };
  const http = localHttp((request) => site(request));
  const modules = new Map<string, unknown>([
    ['http', http],
    ['node:http', http],
  ]);
  const core = await loadApp(options, log, inside, modules).catch(async (error: unknown) => {
    await close();
    throw error;
  });

  const binding = clientBinding(url, hubName, options.functionKey);
  const invoke = invoker(core, log, counters, JSON.stringify(binding), () => idOf(random));
  const engine = new Engine({ options, clock, core, invoke, counters, log, random, env }, storage);
  const client = new Client(engine);
  const timers = new TimerFunctions(engine);
  const dispatcher = new Dispatcher(
    engine,
    {
      orchestrator: (id, batch, fault) => runTurn(engine, id, batch, fault),
      entity: (id, batch, fault) => runEntity(engine, id, batch, fault),
      activity: (message, fault) => runActivity(engine, message, fault),
    },
    hostFile.extensions?.durableTask?.maxConcurrentActivityFunctions ?? 10,
  );
  const routes = routesOf(core, hostFile.extensions?.http?.routePrefix ?? 'api');
  site = webApp({ engine, api: new DurableApi(engine, client), routes, hubName, origin: () => url, runTimer: (name) => timers.run(name) });
  if (sandbox === undefined && options.transport === 'in-process') undo.push(serveInProcess(server.port, site));
  engine.start(dispatcher.deliver);
  timers.start();

  const status = (id: string): Status | undefined => {
    const instance = engine.instances.get(id);
    return instance && (statusOf(instance, { showInput: true, showHistory: false, showHistoryOutput: false }) as unknown as Status);
  };

  /** Until the time or the condition has come. Virtual time is driven; otherwise it is waited for. False: nothing is left that could bring it about. */
  async function runUntil(goal: number | (() => boolean)): Promise<boolean> {
    const reached = typeof goal === 'number' ? () => clock.now() >= goal : goal;
    const limit = typeof goal === 'number' ? goal : Infinity;
    for (;;) {
      if (isVirtual(clock)) await clock.idle();
      if (reached() && (typeof goal === 'function' || !isVirtual(clock))) return true;
      if (!isVirtual(clock)) await new Promise((resolve) => setTimeout(resolve, 5));
      else if (!clock.advance(limit)) return reached();
    }
  }

  return {
    url,
    port: server.port,
    clock,
    counters,
    client,
    engine,
    status,
    runUntil,
    /** Starts an orchestration; throws when one of this id is at work. */
    startNew(name: string, id: string = engine.newId(), input?: unknown): string {
      if (client.start(name, id, JSON.stringify(input ?? ''), '') === 'running') throw new Error(`409: ${id} is at work`);
      return id;
    },
    raiseEvent: (id: string, name: string, data: unknown = null) => client.raise(id, name, JSON.stringify(data)),
    terminate: (id: string, reason = '') => client.terminate(id, reason),
    suspend: (id: string, reason = '') => client.suspend(id, reason),
    resume: (id: string, reason = '') => client.resume(id, reason),
    signalEntity: (name: string, key: string, operation: string, input?: unknown) =>
      client.signal(name, key, operation, input === undefined ? null : JSON.stringify(input)),
    readEntity(name: string, key: string): unknown {
      const state = client.entityState(name, key);
      return state === undefined ? undefined : (JSON.parse(state) as unknown);
    },
    /** One request to the host's HTTP side, answered in process. */
    request: (request: WebRequest): Promise<WebAnswer> => site(request),
    runTimer: (name: string) => timers.run(name),
    listInstances: (prefix = ''): Status[] =>
      [...engine.instances.keys()].filter((id) => id.startsWith(prefix)).flatMap((id) => status(id) ?? []),
    /** Rows and bytes of an instance's current history. */
    historySize(id: string): { rows: number; bytes: number } {
      const rows = engine.instances.get(id)?.rows ?? [];
      return { rows: rows.length, bytes: rows.reduce((sum, text) => sum + text.length, 0) };
    },
    /** Ends gracefully: steps in progress are finished and stored. The storage stays open, for its owner to close. */
    async stop(): Promise<void> {
      timers.stop();
      dispatcher.stop();
      await Promise.all([dispatcher.drained(), timers.drained()]);
      engine.die();
      await core.runHooks('appTerminate', { hookData: {}, appHookData: core.appHookData });
      await close();
    },
    /** Ends as a killed process does: what is in progress is neither stored nor delivered. */
    async kill(): Promise<void> {
      engine.die();
      timers.stop();
      dispatcher.abandon();
      await close();
    },
  };
}
