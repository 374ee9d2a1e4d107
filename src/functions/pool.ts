import * as df from 'durable-functions';
import type { PoolMemory } from '../model/pool';
import { FUNCTIONS } from '../names';
import { applyOperation } from '../persist/poolEntity';
import { packResult, unpackInput } from './crossing';
import { clock } from './environment';

/** The pool entity: every change of a pool's memory goes through here, one at a time. State is set last, nothing is thrown. */
df.app.entity(FUNCTIONS.pool, (context) => {
  const { df: entity } = context;
  const before = entity.getState(() => undefined) as PoolMemory | undefined;
  const operation = entity.operationName ?? '';
  const input = unpackInput(operation, entity.getInput());
  const { memory, result } = applyOperation(before, entity.entityKey, operation, input, clock.now());
  entity.setState(memory);
  entity.return(packResult(operation, result, input));
});
