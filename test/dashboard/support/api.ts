import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Day } from './day';

/** A stand-in for the app behind the page: answers from values that a test sets, fails as it is told to, and keeps what it was sent. */
export interface FakeApi {
  readonly url: string;
  /** Undefined: no key is asked for. */
  key: string | undefined;
  pools: Record<string, unknown>[];
  day: Day;
  /** The first whose `path` matches answers instead. */
  faults: { readonly path: RegExp; readonly status: number; readonly body: string }[];
  /** Answers are held back until it is over. */
  before: (url: string) => Promise<void>;
  readonly requests: { readonly method: string; readonly url: string; readonly key: string | undefined; readonly body: string }[];
  /** Of the POSTs alone: path below /api/ and body. */
  sent(): readonly { readonly path: string; readonly body: unknown }[];
  close(): Promise<void>;
}

export interface Page {
  readonly html: string;
  readonly policy: string;
}

export async function startFakeApi(page: Page, day: Day, pools: Record<string, unknown>[]): Promise<FakeApi> {
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const api: FakeApi = {
    ...{
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      key: undefined,
      pools,
      day,
      faults: [],
      requests: [],
      before: async () => {},
    },
    sent: () =>
      api.requests
        .filter(({ method }) => method === 'POST')
        .map(({ url, body }) => ({ path: url.replace('/api/', ''), body: JSON.parse(body) })),
    close: () => close(server),
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = request.url ?? '/';
    if (url === '/api/dashboard') {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': page.policy }).end(page.html);
      return;
    }
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const key = request.headers['x-functions-key'] as string | undefined;
    api.requests.push({ method: request.method ?? '', url, key, body: Buffer.concat(parts).toString() });
    await api.before(url);
    const fault = api.faults.find(({ path }) => path.test(url));
    if (fault !== undefined) {
      if (fault.status === 0) response.destroy();
      else response.writeHead(fault.status).end(fault.body);
      return;
    }
    if (api.key !== undefined && key !== api.key) {
      response.writeHead(401).end();
      return;
    }
    const body = bodyOf(api, request.method ?? '', new URL(url, api.url));
    response.writeHead(body === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body ?? { error: { code: 'pool-unknown', message: 'There is no such pool.' } }));
  }
  return api;
}

function bodyOf({ pools, day }: FakeApi, method: string, url: URL): unknown {
  const [, , , pool, what, ...rest] = url.pathname.split('/');
  const status = pools.find((each) => each['pool'] === pool);
  if (method === 'POST') return status === undefined ? undefined : { ok: true, what, rest };
  if (pool === undefined) return { pools };
  if (status === undefined || what === undefined) return status;
  const [from, to] = [url.searchParams.get('from') ?? '', url.searchParams.get('to') ?? '9'];
  const inRange = (at: string): boolean => at >= from && at <= to;
  const common = { pool, from, to, next: null, lost: 0 };
  switch (what) {
    case 'history':
      return { ...common, resolution: 60, buckets: day.buckets.filter(({ at }) => inRange(at)) };
    case 'decisions':
      return { ...common, decisions: day.decisions.filter(({ at }) => inRange(at)) };
    case 'drains':
      return { ...common, drains: day.drains.filter(({ startedAt }) => inRange(startedAt)) };
    case 'runners':
      return { pool, at: to, total: day.runners.length, next: null, runners: day.runners };
    default:
      return undefined;
  }
}

async function close(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
