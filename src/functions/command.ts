import type { InvocationContext } from '@azure/functions';
import { OrchestrationRuntimeStatus, type DurableClient } from 'durable-functions';
import { BLOBS, commandId, FUNCTIONS } from '../names';
import { readMirror } from '../persist/flagMirror';
import { isLater, type CommandAnswer, type FlagOperation } from '../persist/flags';
import type { Flags, PoolMemory } from '../model/pool';
import { ServiceError } from '../errors';
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
 * Runs one operation on the pool's entity and waits up to 20 s for its answer. In a task hub that has not ticked yet, or is older than the
 * mirror, what an operator said in the former one is taken over first: otherwise the mirror would be overwritten by less.
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

/** Pools whose flags were compared with their mirror: a hub is restored from an older state while the app is down. */
const compared = new Set<string>();

/** Undefined: there is nothing to restore. */
export async function restoreFlags(
  client: DurableClient,
  context: InvocationContext,
  pool: string,
  memory: PoolMemory | undefined,
): Promise<Commanded | undefined> {
  const isFresh = memory?.tick === undefined && memory?.flagsRestored !== true;
  if (!isFresh && compared.has(pool)) return undefined;
  const flags = await mirrorOf(context, pool, isFresh);
  const restored =
    typeof flags === 'object' && (isFresh || isLater(flags, memory?.flags))
      ? await runCommand(client, pool, 'restoreFlags', { flags })
      : undefined;
  if (flags !== 'away' && (restored === undefined || restored.state === 'answered')) compared.add(pool);
  return restored;
}

/** A hub that has its own flags does not wait for storage that is away: it is asked again with the next word or minute. */
async function mirrorOf(context: InvocationContext, pool: string, isFresh: boolean): Promise<Flags | 'away' | undefined> {
  try {
    const flags = await readMirror(store(), pool);
    if (flags !== 'unreadable') return flags;
    const text = `The blob "${BLOBS.flags(pool)}" holds no flags; it is ignored.`;
    emit(context, 'warning', 'error', { pool, code: 'flags-unreadable', text });
    return undefined;
  } catch (error) {
    if (isFresh || !(error instanceof ServiceError)) throw error;
    return 'away';
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
