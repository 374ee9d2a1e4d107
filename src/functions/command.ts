import * as df from 'durable-functions';
import type { InvocationContext } from '@azure/functions';
import type { OrchestrationContext, Task } from 'durable-functions';
import { BLOBS, FUNCTIONS } from '../names';
import type { CommandAnswer, FlagOperation } from '../persist/flags';
import { clientInput, engineOf } from './engine';
import { store } from './environment';
import { call, callPool } from './orchestrators/task';

export interface CommandInput {
  readonly pool: string;
  readonly operation: FlagOperation;
  readonly input: unknown;
}

/** One operator's command: calls the entity – a route that signalled it would never learn the answer – and mirrors the flags. */
export function* command(context: OrchestrationContext): Generator<Task, unknown, unknown> {
  const { pool, operation, input } = context.df.getInput<CommandInput>() as CommandInput;
  const answer = yield* callPool<CommandAnswer>(context, pool, operation, input);
  if (answer.ok) yield* call(context, FUNCTIONS.commandStep, { pool });
  return answer;
}

df.app.orchestration(FUNCTIONS.command, command);

/** Flags and protected ids are copied to a blob, so that a new task hub keeps them. */
df.app.activity(FUNCTIONS.commandStep, {
  extraInputs: [clientInput],
  handler: async ({ pool }: { pool: string }, context: InvocationContext): Promise<void> => {
    const memory = await engineOf(context).readMemory(pool);
    if (memory !== undefined) await store().write(BLOBS.flags(pool), JSON.stringify(memory.flags));
  },
});
