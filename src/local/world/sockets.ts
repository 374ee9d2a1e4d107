import { createServer as createHttp, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Certificate } from './certificate';
import type { Service, WorldAnswer, WorldRequest } from './exchange';

export type Handle = (service: Service, request: WorldRequest) => Promise<WorldAnswer>;

/** A simulated service on a local port, over TLS where a certificate is given; nothing but transport happens here. */
export interface Socket {
  readonly origin: string;
  close(): Promise<void>;
}

export async function listen(service: Service, handle: Handle, port: number, certificate?: Certificate): Promise<Socket> {
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    // A client that hangs up in the middle of a request has nothing to be told.
    relay(service, handle, request, response).catch(() => request.socket.destroy());
  };
  const server: Server =
    certificate === undefined ? createHttp(onRequest) : createHttps({ key: certificate.key, cert: certificate.cert }, onRequest);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const bound = (server.address() as AddressInfo).port;
  return {
    origin: `${certificate === undefined ? 'http' : 'https'}://127.0.0.1:${String(bound)}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function relay(service: Service, handle: Handle, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const answer = await handle(service, {
    method: request.method ?? 'GET',
    url: request.url ?? '/',
    headers: Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
    ),
    body: Buffer.concat(chunks).toString(),
  });
  if (answer === 'hang') return;
  if (answer === 'reset') {
    request.socket.destroy();
    return;
  }
  response.writeHead(answer.status, answer.headers);
  response.end(answer.body);
}
