import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { HostClock } from './clock';
import type { WebAnswer, WebRequest } from './webApp';

export interface HttpServer {
  readonly port: number;
  close(): Promise<void>;
}

type Answer = (request: WebRequest) => Promise<WebAnswer>;

/** Serves on real sockets, whatever the clock; a request in progress keeps virtual time still. */
export async function listen(port: number, clock: HostClock, answer: Answer): Promise<HttpServer> {
  const server = createServer((incoming, outgoing) => {
    const rest = clock.busy();
    serve(incoming, outgoing, answer)
      .catch(() => outgoing.destroy())
      .finally(rest);
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port, close: () => close(server) };
}

async function serve(incoming: IncomingMessage, outgoing: ServerResponse, answer: Answer): Promise<void> {
  const parts: Buffer[] = [];
  for await (const part of incoming) parts.push(part as Buffer);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(incoming.headers))
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  const {
    status,
    headers: sent,
    body,
  } = await answer({ method: incoming.method ?? 'GET', target: incoming.url ?? '/', headers, body: Buffer.concat(parts) });
  outgoing.writeHead(status, { ...sent, 'content-length': body.length });
  outgoing.end(incoming.method === 'HEAD' ? undefined : body);
}

async function close(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
