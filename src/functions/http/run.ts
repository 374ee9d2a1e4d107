import type { HttpResponseInit } from '@azure/functions';
import type { DurableClient } from 'durable-functions';
import type { CommandAnswer, FlagOperation } from '../../persist/flags';
import { loadSettings } from '../environment';
import { commandTo } from '../keeper';
import { statusOf } from '../loopStatus';
import { json, RequestError } from './answer';

const LOOKS = 100;
const LOOK_MS = 200;

/** Refuses a pool that the settings do not name. Throws {@link SettingsError} where they cannot be used. */
export function knownPool(name: string | undefined): string {
  const pools = loadSettings().pools.map((each) => each.pool);
  if (name !== undefined && pools.includes(name)) return name;
  throw new RequestError(404, 'pool-unknown', `There is no pool "${name ?? ''}"; there are: ${pools.join(', ')}.`);
}

/** Runs one operation on the pool's entity and waits for its answer. */
export async function run(client: DurableClient, pool: string, operation: FlagOperation, input: unknown): Promise<CommandAnswer> {
  const id = await commandTo(client, pool, operation, input);
  for (let look = 0; look < LOOKS; look += 1) {
    const status = await statusOf(client, id);
    if (status?.runtimeStatus === 'Completed') return status.output as CommandAnswer;
    if (status?.runtimeStatus === 'Failed' || status?.runtimeStatus === 'Terminated')
      throw new RequestError(502, 'command-failed', `The command did not finish (${status.runtimeStatus}); its instance is "${id}".`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  throw new RequestError(504, 'command-pending', `The command was accepted and has not finished yet; its instance is "${id}".`);
}

export function fromAnswer(answer: CommandAnswer): HttpResponseInit {
  return answer.ok ? json(200, answer) : json(answer.status, { error: { code: answer.code, message: answer.reason } });
}
