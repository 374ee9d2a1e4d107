import type { Client } from './client';
import { instanceUrls } from './clientBinding';
import type { Engine } from './engine';
import { entityList, instanceList, purgeBy } from './instanceQueries';
import { statusOf, type View } from './statusView';
import { isOver } from './storage';

export interface ApiRequest {
  readonly method: string;
  /** Below the base, decoded: ['instances', 'main', 'terminate']. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  readonly body: string;
  /** Header x-ms-continuation-token, or empty. */
  readonly token: string;
  /** The base's full address, for the links in answers. */
  readonly base: string;
  /** Query that the links carry: task hub, connection, key. */
  readonly required: string;
}

export interface ApiAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** In place of a body: what is stored as JSON goes out as it is. */
  readonly json?: string;
}

/** The extension's HTTP API, free of sockets: the SDK's client and `curl` both end here. */
export class DurableApi {
  private readonly engine: Engine;
  private readonly client: Client;

  constructor(engine: Engine, client: Client) {
    this.engine = engine;
    this.client = client;
  }

  handle(request: ApiRequest): ApiAnswer {
    const { method, path } = request;
    const [resource, first, operation, detail] = path;
    if (resource === 'orchestrators' && method === 'POST' && first !== undefined) return this.start(request, first, operation);
    if (resource === 'entities') return this.entities(request, first, operation);
    if (resource !== 'instances') return { status: 404 };
    if (first === undefined || first === '') return this.all(request);
    if (operation === undefined) return this.one(request, first);
    if (method !== 'POST') return { status: 404 };
    return this.operate(request, first, operation, detail);
  }

  private start({ query, body, base, required }: ApiRequest, name: string, given: string | undefined): ApiAnswer {
    const id = given === undefined || given === '' ? this.engine.newId() : given;
    if (id.startsWith('@') || id.length > 256 || /[/\\#?\u0000-\u001f\u007f-\u009f]/.test(id))
      return { status: 400, body: { Message: `Invalid instance id: ${id}` } };
    const input = body === '' ? '""' : body;
    if (!isJson(input)) return { status: 400, body: { Message: 'Invalid JSON content' } };
    const answer = this.client.start(name, id, input, query.get('version') ?? '');
    if (answer === 'running')
      return { status: 409, body: { Message: `An Orchestration instance with the status ${this.client.row(id)?.status} already exists.` } };
    const links = instanceUrls(base, id, required);
    return { status: 202, body: links, headers: { Location: links['statusQueryGetUri'] ?? '', 'Retry-After': '10' } };
  }

  private one({ method, query, base, required }: ApiRequest, id: string): ApiAnswer {
    if (method === 'DELETE') {
      const answer = this.client.purge(id);
      if (answer === 'over') return { status: 412, body: { Message: `Instance ${id} is not in a terminal state.` } };
      return answer === 'unknown' ? { status: 404 } : { status: 200, body: { instancesDeleted: 1 } };
    }
    const instance = this.engine.instances.get(id);
    if (method !== 'GET' || instance === undefined) return { status: 404 };
    const body = statusOf(instance, viewOf(query));
    const { status } = instance.row;
    if (status === 'Failed' && query.get('returnInternalServerErrorOnFailure') === 'true') return { status: 500, body };
    if (isOver(status)) return { status: 200, body };
    return { status: 202, body, headers: { Location: instanceUrls(base, id, required)['statusQueryGetUri'] ?? '', 'Retry-After': '5' } };
  }

  private all({ method, query, token }: ApiRequest): ApiAnswer {
    if (method === 'DELETE') return purgeBy(this.engine, this.client, query);
    return method === 'GET' ? instanceList(this.engine, query, viewOf(query), token) : { status: 404 };
  }

  private operate({ query, body }: ApiRequest, id: string, operation: string, detail: string | undefined): ApiAnswer {
    const reason = query.get('reason') ?? '';
    switch (operation.toLowerCase()) {
      case 'raiseevent':
        if (detail === undefined || !isJson(body)) return { status: 400, body: { Message: 'Invalid JSON content' } };
        return answered(this.client.raise(id, detail, body));
      case 'terminate':
        return answered(this.client.terminate(id, reason));
      case 'suspend':
        return answered(this.client.suspend(id, reason));
      case 'resume':
        return answered(this.client.resume(id, reason));
      case 'restart':
        return this.restart(id, query);
      case 'rewind':
        return { status: this.client.row(id) === undefined ? 404 : 501, body: { Message: 'The local host does not rewind.' } };
      default:
        return { status: 404 };
    }
  }

  private restart(id: string, query: URLSearchParams): ApiAnswer {
    const row = this.client.row(id);
    if (row === undefined) return { status: 404 };
    const next = query.get('restartWithNewInstanceId') === 'false' ? id : this.engine.newId();
    const answer = this.client.start(row.name, next, row.input ?? '""', row.version);
    return answer === 'running' ? { status: 409 } : { status: 202, body: { id: next } };
  }

  private entities({ method, query, body }: ApiRequest, name: string | undefined, givenKey: string | undefined): ApiAnswer {
    if (name === undefined || name === '' || givenKey === undefined)
      return method === 'GET' ? entityList(this.engine, name, query) : { status: 404 };
    const key = givenKey === '$' ? '' : givenKey;
    if (method === 'GET') {
      const state = this.client.entityState(name, key);
      return state === undefined ? { status: 404 } : { status: 200, json: state };
    }
    if (method !== 'POST') return { status: 404 };
    if (body !== '' && !isJson(body)) return { status: 400, body: { Message: 'Invalid JSON content' } };
    this.client.signal(name, key, query.get('op') ?? '', body === '' ? null : body);
    return { status: 202 };
  }
}

const answered = (answer: ReturnType<Client['raise']>): ApiAnswer => ({ status: { accepted: 202, unknown: 404, over: 410 }[answer] });

const viewOf = (query: URLSearchParams): View => ({
  showInput: query.get('showInput') !== 'false',
  showHistory: query.get('showHistory') === 'true',
  showHistoryOutput: query.get('showHistoryOutput') === 'true',
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
