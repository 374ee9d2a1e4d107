import http, { type ClientRequest, type RequestOptions } from 'node:http';
import { Readable, Writable } from 'node:stream';
import type { WebAnswer, WebRequest } from './webApp';

type Answer = (request: WebRequest) => Promise<WebAnswer>;

const answers = new Map<string, Answer>();
let realRequest: typeof http.request | undefined;

/**
 * Answers requests to one local port within the process: the SDK's client goes through node:http, and this takes the sockets
 * out from under it. Other ports are left alone. Returns what undoes it.
 */
export function serveInProcess(port: number, answer: Answer): () => void {
  answers.set(String(port), answer);
  if (realRequest === undefined) {
    const real = http.request;
    realRequest = real;
    const patched = (...given: unknown[]): ClientRequest => {
      const options = given.find((item): item is RequestOptions => typeof item === 'object' && item !== null && !(item instanceof URL));
      const found =
        options === undefined || given[0] instanceof URL || typeof given[0] === 'string' ? undefined : answers.get(String(options.port));
      if (found === undefined || options === undefined) return Reflect.apply(real, http, given) as ClientRequest;
      const callback = given.find((item): item is (response: Readable) => void => typeof item === 'function');
      return new LocalRequest(options, found, callback) as unknown as ClientRequest;
    };
    http.request = patched;
  }
  return () => {
    answers.delete(String(port));
    if (answers.size > 0 || realRequest === undefined) return;
    http.request = realRequest;
    realRequest = undefined;
  };
}

/** node:http for an app in a sandbox: every request of it ends in `answer`. */
export function localHttp(answer: Answer): typeof http {
  const request = (...given: unknown[]): ClientRequest => {
    const options = given.find((item): item is RequestOptions => typeof item === 'object' && item !== null && !(item instanceof URL));
    const callback = given.find((item): item is (response: Readable) => void => typeof item === 'function');
    return new LocalRequest(options ?? {}, answer, callback) as unknown as ClientRequest;
  };
  // Own properties all of them: bundles copy a module's own ones alone.
  return { ...http, request: request };
}

/** As much of a ClientRequest as HTTP clients use. */
class LocalRequest extends Writable {
  reusedSocket = false;
  private readonly sent = new Map<string, string>();
  private readonly parts: Buffer[] = [];
  private readonly options: RequestOptions;
  private readonly answer: Answer;

  constructor(options: RequestOptions, answer: Answer, callback: ((response: Readable) => void) | undefined) {
    super();
    this.options = options;
    this.answer = answer;
    for (const [name, value] of Object.entries(options.headers ?? {})) if (value !== undefined) this.setHeader(name, String(value));
    if (callback !== undefined) this.once('response', callback);
  }

  setHeader(name: string, value: string): this {
    this.sent.set(name.toLowerCase(), value);
    return this;
  }
  getHeader(name: string): string | undefined {
    return this.sent.get(name.toLowerCase());
  }
  removeHeader(name: string): void {
    this.sent.delete(name.toLowerCase());
  }
  setTimeout(): this {
    return this;
  }
  setNoDelay(): void {
    // There is no socket.
  }
  setSocketKeepAlive(): void {
    // There is no socket.
  }
  flushHeaders(): void {
    // Nothing is sent before the end.
  }
  abort(): void {
    this.destroy();
  }

  override _write(part: Buffer | string, encoding: BufferEncoding, done: () => void): void {
    this.parts.push(typeof part === 'string' ? Buffer.from(part, encoding) : part);
    done();
  }

  override _final(done: () => void): void {
    done();
    const method = this.options.method ?? 'GET';
    const path = this.options.path ?? '/';
    this.answer({ method, target: path, headers: Object.fromEntries(this.sent), body: Buffer.concat(this.parts) }).then(
      ({ status, headers, body }) => {
        if (this.destroyed) return;
        const response = Object.assign(Readable.from(body.length === 0 ? [] : [body], { objectMode: false }), {
          statusCode: status,
          statusMessage: http.STATUS_CODES[status] ?? '',
          headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
          rawHeaders: [],
          req: this,
          complete: true,
        });
        this.emit('response', response);
      },
      (error: unknown) => this.emit('error', error),
    );
  }
}
