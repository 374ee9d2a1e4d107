import type { OrchestrationContext, Task } from 'durable-functions';
import { FUNCTIONS } from '../../names';
import type { CommandAnswer, FlagOperation } from '../../persist/flags';
import { callPool, run } from './task';

export interface CommandInput {
  readonly pool: string;
  readonly operation: FlagOperation;
  readonly input: unknown;
}

/** One operator's command: calls the entity – a route that signalled it would never learn the answer – and mirrors the flags. */
export function* command(context: OrchestrationContext): Generator<Task, unknown, unknown> {
  const { pool, operation, input } = context.df.getInput<CommandInput>();
  const answer = yield* callPool<CommandAnswer>(context, pool, operation, input);
  if (answer.ok) yield* run(context, FUNCTIONS.commandStep, { pool });
  return answer;
}
