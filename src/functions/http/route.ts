import * as df from 'durable-functions';
import type { HttpRequest, HttpResponseInit, InvocationContext } from '@azure/functions';
import type { DurableClient } from 'durable-functions';
import { answering } from './answer';

export type Handler = (request: HttpRequest, client: DurableClient, context: InvocationContext) => Promise<HttpResponseInit>;

/** One route below /api/, open to who holds a function key. */
export function route(name: string, path: string, methods: ('GET' | 'POST')[], handler: Handler): void {
  df.app.client.http(name, {
    route: path,
    methods,
    authLevel: 'function',
    handler: (request: HttpRequest, client: DurableClient, context: InvocationContext) =>
      answering(() => handler(request, client, context)),
  });
}
