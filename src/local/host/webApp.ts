import type { Log, RpcData, RpcHttp } from './coreTypes';
import { PUBLIC_BASE, RPC_BASE } from './clientBinding';
import type { DurableApi } from './durableApi';
import type { Engine } from './engine';
import type { Invoke } from './invoke';
import { findRoute, type Route } from './routes';

export interface WebRequest {
  readonly method: string;
  /** Path and query as sent. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface WebAnswer {
  readonly status: number;
  readonly headers: Record<string, string | string[]>;
  readonly body: Buffer;
}

interface Site {
  readonly engine: Engine;
  readonly api: DurableApi;
  readonly routes: readonly Route[];
  readonly hubName: string;
  readonly origin: () => string;
  readonly runTimer: (name: string) => Promise<boolean>;
}

const EMPTY = Buffer.alloc(0);
const plain = (status: number): WebAnswer => ({ status, headers: {}, body: EMPTY });

/** Everything that the host answers over HTTP, free of sockets. */
export function webApp(site: Site): (request: WebRequest) => Promise<WebAnswer> {
  const key = site.engine.shared.options.functionKey;
  return async (request) => {
    const url = new URL(request.target, site.origin());
    const given = url.searchParams.get('code') ?? request.headers['x-functions-key'];
    const allowed = key === undefined || given === key;
    if (url.pathname.startsWith(`${RPC_BASE}/`)) return durable(site, request, url, RPC_BASE);
    if (url.pathname.startsWith(`${PUBLIC_BASE}/`)) return allowed ? durable(site, request, url, PUBLIC_BASE) : plain(401);
    if (url.pathname === '/') return plain(200);
    const admin = /^\/admin\/functions\/([^/]+)$/.exec(url.pathname);
    if (admin !== null && request.method === 'POST') return allowed ? plain((await site.runTimer(admin[1] ?? '')) ? 202 : 404) : plain(401);
    const found = findRoute(site.routes, request.method, url.pathname);
    if (found === undefined) return plain(404);
    return found.route.needsKey && !allowed ? plain(401) : callRoute(site.engine.shared, request, url, found);
  };
}

function durable({ engine, api, hubName, origin }: Site, request: WebRequest, url: URL, base: string): WebAnswer {
  engine.shared.counters.clientRequests += 1;
  const key = engine.shared.options.functionKey;
  const required = `taskHub=${hubName}&connection=Storage${key === undefined ? '' : `&code=${encodeURIComponent(key)}`}`;
  const path = url.pathname
    .slice(base.length + 1)
    .split('/')
    .map(decodeURIComponent);
  const token = request.headers['x-ms-continuation-token'] ?? '';
  const answer = api.handle({
    method: request.method,
    path,
    query: url.searchParams,
    body: request.body.toString('utf8'),
    base: origin() + PUBLIC_BASE,
    required,
    token,
  });
  const headers: Record<string, string> = { ...answer.headers };
  const text = answer.json ?? (answer.body === undefined ? undefined : JSON.stringify(answer.body));
  if (text === undefined) return { status: answer.status, headers, body: EMPTY };
  headers['content-type'] = 'application/json; charset=utf-8';
  return { status: answer.status, headers, body: Buffer.from(text) };
}

/** Calls an HTTP function as the Functions host does, and turns what it returns into an answer. */
export async function callRoute(
  { invoke, log }: { readonly invoke: Invoke; readonly log: Log },
  request: WebRequest,
  url: URL,
  { route, params }: { route: Route; params: Record<string, string> },
): Promise<WebAnswer> {
  const { method, headers, body } = request;
  const query = Object.fromEntries(url.searchParams);
  const http: RpcHttp = { method, url: url.href, headers: { ...headers }, query, params, body: body.length === 0 ? null : { bytes: body } };
  const { name } = route.fn.metadata;
  try {
    const { response } = await invoke(route.fn, { http });
    const named = response.outputData?.find(({ data }) => data.http !== undefined)?.data;
    return answerOf(response.returnValue ?? named);
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    log({ level: 'error', category: `Function.${name}`, message: text, functionName: name });
    return plain(500);
  }
}

function answerOf(data: RpcData | null | undefined): WebAnswer {
  const http = data?.http;
  if (http === undefined) return plain(204);
  const headers: Record<string, string | string[]> = { ...http.headers };
  const cookies = (http.cookies ?? []).map((cookie) => `${cookie.name}=${cookie.value}; path=${cookie.path?.value ?? '/'}`);
  if (cookies.length > 0) headers['set-cookie'] = cookies;
  const { body } = http;
  const bytes = body?.bytes !== undefined ? Buffer.from(body.bytes) : Buffer.from(body?.string ?? '');
  return { status: Number(http.statusCode ?? 200), headers, body: bytes };
}
