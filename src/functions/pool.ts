import * as df from 'durable-functions';
import { emptyMemory, type PoolMemory } from '../model/pool';
import { FUNCTIONS } from '../names';
import { operate } from '../persist/poolEntity';
import { packResult, unpackInput } from './crossing';
import { clock } from './environment';

/**
 * The pool entity: every change of a pool's memory goes through here, one at a time. Nothing is thrown; the SDK parses the state anew for
 * each operation, so that one that fails leaves no trace where its state is not set.
 */
df.app.entity(FUNCTIONS.pool, (context) => {
  const { df: entity } = context;
  const now = clock.now();
  const memory = (entity.getState(() => undefined) as PoolMemory | undefined) ?? emptyMemory(entity.entityKey, now);
  const operation = entity.operationName ?? '';
  const input = unpackInput(operation, entity.getInput());
  const { isDone, result } = operate(memory, operation, input, now);
  if (isDone) entity.setState(memory);
  entity.return(packResult(operation, result, input));
});
