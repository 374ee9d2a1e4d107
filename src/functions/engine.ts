import * as df from 'durable-functions';
import type { InvocationContext } from '@azure/functions';
import type { DurableClient } from 'durable-functions';
import type { Engine, InstanceState } from '../act/engine';
import { ServiceError } from '../errors';
import type { PoolMemory } from '../model/pool';
import { EVENTS, FUNCTIONS } from '../names';

export const clientInput = df.input.durableClient();

let known: { readonly binding: string; readonly client: DurableClient } | undefined;

/** The SDK builds an HTTP client each time it is asked; one stands for as long as the binding says the same. */
export function clientOf(context: InvocationContext): DurableClient {
  const binding = JSON.stringify(context.extraInputs.get(clientInput));
  if (known?.binding !== binding) known = { binding, client: df.getClient(context) };
  return known.client;
}

/** The durable engine as activities see it. */
export function engineOf(context: InvocationContext): Engine {
  const client = clientOf(context);
  return {
    async readMemory(pool): Promise<PoolMemory | undefined> {
      try {
        const { entityExists, entityState } = await client.readEntityState<PoolMemory>(new df.EntityId(FUNCTIONS.pool, pool));
        return entityExists ? entityState : undefined;
      } catch (error) {
        throw new ServiceError('engine-unavailable', `The pool's entity could not be read: ${textOf(error)}`);
      }
    },
    async startScaleIn(id, input): Promise<void> {
      // Only an id that was never seen is started: the engine accepts a start over a finished instance, which would run an old decision again.
      if ((await stateOf(client, id)) !== 'absent') return;
      try {
        await client.startNew(FUNCTIONS.scaleIn, { instanceId: id, input });
      } catch (error) {
        if (!textOf(error).includes('409'))
          throw new ServiceError('engine-unavailable', `scaleIn "${id}" could not be started: ${textOf(error)}`);
      }
    },
    instanceState: (id) => stateOf(client, id),
    async nudge(id, news): Promise<'sent' | 'over' | 'absent'> {
      try {
        await client.raiseEvent(id, EVENTS.nudge, news);
        return 'sent';
      } catch (error) {
        // 404: unknown, or recorded and not started yet. Whatever else: a nudge is a hint, the drain's own timer is the fallback.
        return textOf(error).includes('410') ? 'over' : 'absent';
      }
    },
  };
}

async function stateOf(client: DurableClient, id: string): Promise<InstanceState> {
  try {
    const { runtimeStatus } = await client.getStatus(id);
    return LIVING.has(String(runtimeStatus)) ? 'alive' : 'over';
  } catch (error) {
    const text = textOf(error);
    if (text.includes('404')) return 'absent';
    throw new ServiceError('engine-unavailable', `The state of "${id}" could not be read: ${text}`);
  }
}

const LIVING = new Set(['Pending', 'Running', 'Suspended', 'ContinuedAsNew']);

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error)).slice(0, 300);
