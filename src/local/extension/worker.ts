import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { READY } from '../crash/life';
import type { Core, RegisteredFunction } from '../host/core';
import type { RpcData, RpcHttp } from '../host/coreTypes';
import { Counters } from '../host/counters';
import { invoker } from '../host/invoke';
import { loadApp } from '../host/loadApp';
import { findRoute, routesOf, type Route } from '../host/routes';

/** What the host sends for one call. `trigger` is text, as the Functions host sends it; the SDK parses it. */
interface Call {
  readonly name: string;
  readonly trigger: string;
  readonly client: string | null;
}

const PUBLIC_BASE = '/runtime/webhooks/durabletask';
const TIMER_MS = 60_000;

/**
 * The Node worker of the host in `host/`: loads the built app, answers the extension's calls, and serves what the Functions host would serve
 * itself, the HTTP functions and the timers. Its first line of output is JSON, the second {@link READY}; then come the app's log lines.
 */
export async function work(appDirectory: string): Promise<never> {
  process.stdin.on('close', () => process.exit()).resume();
  const say = (text: string): void => void process.stdout.write(`${text}\n`);
  const core = await loadApp({ appDirectory }, ({ message }) => say(message));
  const worker = new Worker(core);
  const workerUrl = await serve((request, response) => worker.answer(request, response));
  const siteUrl = await serve((request, response) => worker.answerSite(request, response));
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
  readonly #counters = new Counters();
  #client: string | undefined;
  onClient: () => void = () => undefined;

  constructor(core: Core) {
    this.#core = core;
    this.#routes = routesOf(core, 'api');
  }

  /** `client`: a client binding's data, the same for every function; the first one starts the timers. */
  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = (await bodyOf(request)).toString('utf8');
    if (request.url === '/client') {
      this.#client = text;
      for (const fn of this.#core.functions.values()) if (fn.trigger.type === 'timerTrigger') this.#every(fn);
      response.end();
      this.onClient();
      return;
    }
    const { name, trigger, client } = JSON.parse(text) as Call;
    const fn = this.#core.functions.get(name.toLowerCase());
    try {
      if (fn === undefined) throw new Error(`The app has no function "${name}".`);
      const { response: answer } = await this.#invoke(fn, { string: trigger }, client);
      response.end(JSON.stringify({ data: answer.returnValue ?? null }));
    } catch (error) {
      const { message, stack = '' } = error instanceof Error ? error : new Error(String(error));
      response.end(JSON.stringify({ error: { message, stack } }));
    }
  }

  /** The app's routes, without keys, and the extension's public API. */
  async answerSite(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const body = await bodyOf(request);
    if (url.pathname.startsWith(PUBLIC_BASE)) {
      const { rpcBaseUrl } = JSON.parse(this.#client ?? '{}') as { rpcBaseUrl?: string };
      const target = `${(rpcBaseUrl ?? '').replace(/\/$/, '')}${url.pathname.slice(PUBLIC_BASE.length)}${url.search}`;
      const { method = 'GET' } = request;
      const answer = await fetch(target, { method, redirect: 'manual', ...(method === 'GET' ? {} : { body: new Uint8Array(body) }) });
      response.writeHead(answer.status).end(Buffer.from(await answer.arrayBuffer()));
      return;
    }
    const found = findRoute(this.#routes, request.method ?? 'GET', url.pathname);
    if (found === undefined) return void response.writeHead(404).end();
    const http = await this.#callRoute(found.route.fn, request, { url, body, params: found.params });
    const { body: sent } = http ?? {};
    response.writeHead(Number(http?.statusCode ?? 200), { ...http?.headers });
    response.end(sent?.bytes === undefined ? (sent?.string ?? '') : Buffer.from(sent.bytes));
  }

  async #callRoute(
    fn: RegisteredFunction,
    { method = 'GET', headers }: IncomingMessage,
    { url, body, params }: { readonly url: URL; readonly body: Buffer; readonly params: Record<string, string> },
  ): Promise<RpcHttp | undefined> {
    const flat = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
    const http: RpcHttp = {
      ...{ method, url: url.href, headers: flat, query: Object.fromEntries(url.searchParams), params },
      body: body.length === 0 ? null : { bytes: body },
    };
    const { response } = await this.#invoke(fn, { http }, undefined);
    const named = response.outputData?.find(({ data }) => data.http !== undefined)?.data;
    return (response.returnValue ?? named)?.http;
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

  #invoke(fn: RegisteredFunction, trigger: RpcData, client: string | null | undefined): ReturnType<ReturnType<typeof invoker>> {
    const log = ({ message }: { readonly message: string }): void => void process.stdout.write(`${message}\n`);
    return invoker(this.#core, log, this.#counters, client ?? this.#client ?? '', randomUUID)(fn, trigger);
  }
}

async function serve(answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>): Promise<string> {
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', () => resolve()));
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
