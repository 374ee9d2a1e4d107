import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One scripted answer; `reset` breaks the connection, `hang` never answers, `stall` stops in the middle of the body. */
export type Reply =
  { readonly status: number; readonly body?: string; readonly headers?: Record<string, string> } | 'reset' | 'hang' | 'stall';

export interface Received {
  readonly method: string;
  readonly url: string;
  readonly authorization: string | undefined;
  readonly body: unknown;
}

/** The runner group API on a real socket: a group that can be edited, and answers that can be scripted. */
export interface StackGuardianServer {
  readonly baseUri: string;
  readonly received: Received[];
  /** As the API sends it, with the API's field names. */
  group: Record<string, unknown> & { ContainerInstances?: unknown };
  readonly replies: Reply[];
  openConnections(): Promise<number>;
  close(): Promise<void>;
}

interface Entry {
  runnerId?: string;
  status?: string;
  runningTasksCount?: number;
}

export async function startStackGuardianServer(): Promise<StackGuardianServer> {
  const server = createServer((request, response) => {
    void readBody(request).then((text) => {
      const body: unknown = text === '' ? undefined : JSON.parse(text);
      const url = request.url ?? '';
      state.received.push({ method: request.method ?? '', url, authorization: request.headers.authorization, body });
      const reply = state.replies.shift() ?? answer(url, body as Record<string, unknown> | undefined);
      if (reply === 'hang') return;
      if (reply === 'stall') {
        response.writeHead(200).write('{"msg":');
        return;
      }
      if (reply === 'reset') {
        request.socket.destroy();
        return;
      }
      response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers });
      response.end(reply.body ?? '');
    });
  });

  const answer = (url: string, body: Record<string, unknown> | undefined): Reply => {
    if (body === undefined) return json(200, { msg: state.group });
    const entries = (state.group.ContainerInstances ?? []) as Entry[];
    const entry = entries.find((each) => each.runnerId === body['RunnerId']);
    if (entry === undefined) return json(404, { msg: 'no such runner' });
    if (url.endsWith('/runner_status/')) entry.status = String(body['Status']);
    else if ((entry.runningTasksCount ?? 0) > 0 && body['ForceDeregister'] !== true)
      return json(400, { msg: 'the runner has running tasks' });
    else state.group.ContainerInstances = entries.filter((each) => each !== entry);
    return json(200, { msg: 'ok' });
  };

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const state: StackGuardianServer = {
    baseUri: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    received: [],
    group: { QueuedWorkflowsCount: 0, ContainerInstances: [] },
    replies: [],
    openConnections: () =>
      new Promise((resolve, reject) => server.getConnections((error, count) => (error === null ? resolve(count) : reject(error)))),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return state;
}

const json = (status: number, body: unknown): Reply => ({ status, body: JSON.stringify(body) });

async function readBody(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}
