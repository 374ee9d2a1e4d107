/** One request to a simulated service and its answer: plain data, so that sockets and an in-process transport share all behaviour. */

export type Service = 'stackguardian' | 'azure' | 'identity';

export interface WorldRequest {
  readonly method: string;
  /** Absolute, or path and query. */
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body?: string | undefined;
}

export interface WorldResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** reset: the connection breaks. hang: no answer ever comes. */
export type WorldAnswer = WorldResponse | 'reset' | 'hang';

/** What a handler works with. */
export interface Call {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: WorldRequest['headers'];
  /** Parsed JSON; undefined where there was none. */
  readonly body: unknown;
}

/** A handler's answer, with the template under which the request is counted. */
export interface Reply {
  readonly kind: string;
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** Undefined: the body is no JSON. */
export function toCall(request: WorldRequest): Call | undefined {
  const url = new URL(request.url, 'http://world.invalid');
  const text = request.body ?? '';
  try {
    const body: unknown = text === '' ? undefined : JSON.parse(text);
    return {
      method: request.method.toUpperCase(),
      path: decodeURIComponent(url.pathname),
      query: url.searchParams,
      headers: request.headers,
      body,
    };
  } catch {
    // Half a JSON, or a path that is no UTF-8: the caller answers 400.
    return undefined;
  }
}

export function toResponse(reply: Reply): WorldResponse {
  return {
    status: reply.status,
    headers: { 'content-type': 'application/json', ...reply.headers },
    body: reply.body === undefined ? '' : JSON.stringify(reply.body),
  };
}

export const field = (from: unknown, key: string): unknown =>
  typeof from === 'object' && from !== null ? Reflect.get(from, key) : undefined;
