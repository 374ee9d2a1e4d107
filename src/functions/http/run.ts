import type { HttpRequest, HttpResponseInit, InvocationContext } from '@azure/functions';
import type { DurableClient } from 'durable-functions';
import type { CommandAnswer, FlagOperation } from '../../persist/flags';
import { commandPool } from '../command';
import { loadSettings } from '../environment';
import { json, RequestError } from './answer';

/** The pool of a request. Throws where the settings name none of that name, and {@link SettingsError} where they cannot be used. */
export function poolOf(request: HttpRequest): string {
  const name = request.params['pool'] ?? '';
  const pools = loadSettings().pools.map((each) => each.pool);
  if (pools.includes(name)) return name;
  throw new RequestError(404, 'pool-unknown', `There is no pool "${name.slice(0, 60)}"; there are: ${pools.join(', ')}.`);
}

/** A runner's id or a vmId as it was sent. Ids hold ":" and "/": an encoded slash is the one escape that the host leaves as it is. */
export function idOf(request: HttpRequest, name: 'runner' | 'vmId'): string {
  const id = (request.params[name] ?? '').replaceAll(/%2f/gi, '/');
  if (id.length <= 256) return id;
  throw new RequestError(400, 'bad-id', `The ${name} in the path is longer than 256 characters.`);
}

/** Runs one operation on the pool's entity and waits for its answer. */
export async function run(
  client: DurableClient,
  context: InvocationContext,
  pool: string,
  operation: FlagOperation,
  input: unknown,
): Promise<CommandAnswer> {
  const commanded = await commandPool(client, context, pool, operation, input);
  if (commanded.state === 'answered') return commanded.answer;
  const { id } = commanded;
  if (commanded.state === 'failed') throw new RequestError(502, 'command-failed', `The command did not finish; its instance is "${id}".`);
  throw new RequestError(504, 'command-pending', `The command was accepted and has not finished yet; its instance is "${id}".`);
}

export function fromAnswer(answer: CommandAnswer): HttpResponseInit {
  return answer.ok ? json(200, answer) : json(answer.status, { error: { code: answer.code, message: answer.reason } });
}
