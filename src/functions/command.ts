import type { InvocationContext } from '@azure/functions';
import { OrchestrationRuntimeStatus, type DurableClient } from 'durable-functions';
import { BLOBS, commandId, FUNCTIONS } from '../names';
import { storedFlags, type CommandAnswer, type FlagOperation } from '../persist/flags';
import type { PoolMemory } from '../model/pool';
import { emit } from '../observe/log';
import { engineOf } from './engine';
import { clock, store } from './environment';
import { isOver, statusOf } from './loopStatus';

/** A command that has not ended yet, or ended without an answer. */
export type Commanded = { readonly id: string } & (
  { readonly state: 'answered'; readonly answer: CommandAnswer } | { readonly state: 'pending' } | { readonly state: 'failed' }
);

const LOOKS = 100;
const LOOK_MS = 200;

/**
 * Runs one operation on the pool's entity and waits up to 20 s for its answer. In a task hub that has not ticked yet, what an operator
 * said in the former one is taken over first: otherwise the mirror would be overwritten by an empty one.
 */
export async function commandPool(
  client: DurableClient,
  context: InvocationContext,
  pool: string,
  operation: FlagOperation,
  input: unknown,
): Promise<Commanded> {
  const restored = await restoreFlags(client, context, pool, await engineOf(context).readMemory(pool));
  return restored === undefined || restored.state === 'answered' ? runCommand(client, pool, operation, input) : restored;
}

/** Undefined: there is nothing to restore. */
export async function restoreFlags(
  client: DurableClient,
  context: InvocationContext,
  pool: string,
  memory: PoolMemory | undefined,
): Promise<Commanded | undefined> {
  if (memory?.tick !== undefined || memory?.flagsRestored === true) return undefined;
  const blob = await store().read(BLOBS.flags(pool));
  if (blob === undefined) return undefined;
  const flags = parseFlags(blob.text);
  if (flags === undefined) {
    emit(context, 'warning', 'error', {
      pool,
      code: 'flags-unreadable',
      text: `The blob "${BLOBS.flags(pool)}" holds no flags; it is ignored.`,
    });
    return undefined;
  }
  return runCommand(client, pool, 'restoreFlags', { flags });
}

function parseFlags(text: string): PoolMemory['flags'] | undefined {
  try {
    return storedFlags.safeParse(JSON.parse(text)).data;
  } catch {
    // No JSON: a torn mirror is no flags.
    return undefined;
  }
}

async function runCommand(client: DurableClient, pool: string, operation: FlagOperation, input: unknown): Promise<Commanded> {
  const id = commandId(pool, `${clock.now().toString(36)}-${crypto.randomUUID().slice(0, 8)}`);
  await client.startNew(FUNCTIONS.command, { instanceId: id, input: { pool, operation, input } });
  for (let look = 0; look < LOOKS; look += 1) {
    const status = await statusOf(client, id);
    if (status?.runtimeStatus === OrchestrationRuntimeStatus.Completed)
      return { id, state: 'answered', answer: status.output as CommandAnswer };
    if (isOver(status)) return { id, state: 'failed' };
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  return { id, state: 'pending' };
}
