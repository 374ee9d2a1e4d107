import { randomUUID } from 'node:crypto';
import { READY } from '../crash/life';
import { PUBLIC_BASE } from '../host/clientBinding';
import { realClock } from '../host/clock';
import type { Core, RegisteredFunction } from '../host/core';
import type { Log, RpcData } from '../host/coreTypes';
import { Counters } from '../host/counters';
import { listen } from '../host/httpServer';
import { invoker, type Invoke } from '../host/invoke';
import { loadApp, readHostFile } from '../host/loadApp';
import { findRoute, routesOf, type Route } from '../host/routes';
import { callRoute, type WebAnswer, type WebRequest } from '../host/webApp';

/** What the host sends for one call. `trigger` is text, as the Functions host sends it; the SDK parses it. */
interface Call {
  readonly name: string;
  readonly trigger: string;
  readonly client: string | null;
}

const TIMER_MS = 60_000;

/**
 * The Node worker of the host in `host/`: loads the built app, answers the extension's calls, and serves what the Functions host would serve
 * itself, the HTTP functions and the timers. Its first line of output is JSON, the second {@link READY}; then come the app's log lines.
 */
export async function work(appDirectory: string): Promise<never> {
  process.stdin.on('close', () => process.exit()).resume();
  const say = (text: string): void => void process.stdout.write(`${text}\n`);
  const log: Log = ({ message }) => say(message);
  const core = await loadApp({ appDirectory }, log);
  const worker = new Worker(core, log, readHostFile(appDirectory).extensions?.http?.routePrefix ?? 'api');
  const serve = async (answer: (request: WebRequest) => Promise<WebAnswer>): Promise<string> =>
    `http://127.0.0.1:${String((await listen(0, realClock(), answer)).port)}`;
  const workerUrl = await serve((request) => worker.answer(request));
  const siteUrl = await serve((request) => worker.answerSite(request));
  worker.onClient = () => say(READY + siteUrl);
  const functions = [...core.functions.values()].map(({ metadata, trigger }) => ({
    name: metadata.name,
    trigger: trigger.type,
    client: Object.values(metadata.bindings).some(({ type }) => type === 'durableClient'),
  }));
  say(JSON.stringify({ workerUrl, siteUrl, functions }));
  return new Promise(() => undefined);
}

class Worker {
  readonly #core: Core;
  readonly #routes: readonly Route[];
  readonly #log: Log;
  readonly #counters = new Counters();
  #client: string | undefined;
  onClient: () => void = () => undefined;

  constructor(core: Core, log: Log, routePrefix: string) {
    this.#core = core;
    this.#log = log;
    this.#routes = routesOf(core, routePrefix);
  }

  /** `client`: a client binding's data, the same for every function; the first one starts the timers. */
  async answer({ target, body }: WebRequest): Promise<WebAnswer> {
    const text = body.toString('utf8');
    if (target === '/client') {
      this.#client = text;
      for (const fn of this.#core.functions.values()) if (fn.trigger.type === 'timerTrigger') this.#every(fn);
      this.onClient();
      return plain(200);
    }
    const { name, trigger, client } = JSON.parse(text) as Call;
    const fn = this.#core.functions.get(name.toLowerCase());
    try {
      if (fn === undefined) throw new Error(`The app has no function "${name}".`);
      const { response } = await this.#invoke(fn, { string: trigger }, client);
      return jsonAnswer({ data: response.returnValue ?? null });
    } catch (error) {
      const { message, stack = '' } = error instanceof Error ? error : new Error(String(error));
      return jsonAnswer({ error: { message, stack } });
    }
  }

  /** The app's routes, without keys, and the extension's public API. */
  async answerSite(request: WebRequest): Promise<WebAnswer> {
    const url = new URL(request.target, 'http://localhost');
    if (url.pathname.startsWith(PUBLIC_BASE)) return this.#pass(request, url);
    const found = findRoute(this.#routes, request.method, url.pathname);
    if (found === undefined) return plain(404);
    return callRoute({ invoke: (fn, trigger) => this.#invoke(fn, trigger, undefined), log: this.#log }, request, url, found);
  }

  /** On to where the extension listens for the SDK's client. */
  async #pass({ method, body }: WebRequest, url: URL): Promise<WebAnswer> {
    const { rpcBaseUrl } = JSON.parse(this.#client ?? '{}') as { rpcBaseUrl?: string };
    const target = `${(rpcBaseUrl ?? '').replace(/\/$/, '')}${url.pathname.slice(PUBLIC_BASE.length)}${url.search}`;
    const answer = await fetch(target, { method, redirect: 'manual', ...(method === 'GET' ? {} : { body: new Uint8Array(body) }) });
    return { status: answer.status, headers: {}, body: Buffer.from(await answer.arrayBuffer()) };
  }

  /** At once, as the Functions host runs a timer that is past due, and then each minute. */
  #every(fn: RegisteredFunction): void {
    const run = (isPastDue: boolean): void => {
      const now = new Date().toISOString();
      const timer = { schedule: { adjustForDST: true }, scheduleStatus: { last: now, next: now, lastUpdated: now }, isPastDue };
      this.#invoke(fn, { json: JSON.stringify(timer) }, undefined).catch((error: unknown) => process.stderr.write(`${String(error)}\n`));
    };
    run(true);
    setInterval(() => run(false), TIMER_MS);
  }

  #invoke(fn: RegisteredFunction, trigger: RpcData, client: string | null | undefined): ReturnType<Invoke> {
    return invoker(this.#core, this.#log, this.#counters, client ?? this.#client ?? '', randomUUID)(fn, trigger);
  }
}

const plain = (status: number): WebAnswer => ({ status, headers: {}, body: Buffer.alloc(0) });
const jsonAnswer = (value: unknown): WebAnswer => ({ ...plain(200), body: Buffer.from(JSON.stringify(value)) });
