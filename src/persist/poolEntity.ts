import { emptyMemory, type PoolMemory } from '../model/pool';
import { admit, type AdmitInput } from './admit';
import { deletionTurn, deletionTurnOver, type TurnOver } from './deletion';
import { askDrain, commitDrain, deregisteredDrain, endDrain, markedDrain, type DrainAsk } from './drainOperations';
import { applyFlagOperation, isFlagOperation } from './flags';
import { settle, type SettleInput } from './settle';

/** Operations that the loop and its drains call; the operators' are in flags.ts. */
export const OPERATIONS = {
  get: 'get',
  admit: 'admit',
  settle: 'settle',
  ask: 'drainAsk',
  marked: 'drainMarked',
  commit: 'drainCommit',
  deregistered: 'drainDeregistered',
  end: 'drainEnd',
  turn: 'deletionTurn',
  turnOver: 'deletionTurnOver',
} as const;

export interface Applied {
  readonly memory: PoolMemory;
  readonly result: unknown;
}

export interface Operated {
  /** Not: the memory may be half changed and is to be dropped. */
  readonly isDone: boolean;
  readonly result: unknown;
}

/** The pool entity as a pure reducer, on a copy of its memory. */
export function applyOperation(before: PoolMemory | undefined, pool: string, operation: string, input: unknown, now: number): Applied {
  const start = before ?? emptyMemory(pool, now);
  const memory = structuredClone(start);
  const { isDone, result } = operate(memory, operation, input, now);
  return { memory: isDone ? memory : start, result };
}

/** The same for who owns the memory: mutates it. Answers with a value, never throws (an entity's error reaches its caller without a word). */
export function operate(memory: PoolMemory, operation: string, input: unknown, now: number): Operated {
  try {
    return { isDone: true, result: run(memory, operation, input, now) };
  } catch (error) {
    const reason = `"${operation}" failed in the pool entity: ${error instanceof Error ? error.message : String(error)}`;
    return { isDone: false, result: { ok: false, status: 400, code: 'entity-failed', reason } };
  }
}

function run(memory: PoolMemory, operation: string, input: unknown, now: number): unknown {
  switch (operation) {
    case OPERATIONS.get:
      return memory;
    case OPERATIONS.admit:
      return admit(memory, input as AdmitInput, now);
    case OPERATIONS.settle:
      return settle(memory, input as SettleInput, now);
    case OPERATIONS.ask:
      return askDrain(memory, input as DrainAsk, now);
    case OPERATIONS.marked:
      return markedDrain(memory, input as Parameters<typeof markedDrain>[1], now);
    case OPERATIONS.commit:
      return commitDrain(memory, input as DrainAsk, now);
    case OPERATIONS.deregistered:
      return deregisteredDrain(memory, input as Parameters<typeof deregisteredDrain>[1], now);
    case OPERATIONS.end:
      return endDrain(memory, input as Parameters<typeof endDrain>[1], now);
    case OPERATIONS.turn:
      return deletionTurn(memory, input as Parameters<typeof deletionTurn>[1], now);
    case OPERATIONS.turnOver:
      return deletionTurnOver(memory, input as TurnOver, now);
    default:
      if (isFlagOperation(operation)) return applyFlagOperation(memory, operation, input, now);
      return { ok: false, status: 400, code: 'unknown-operation', reason: `The pool entity has no operation "${operation}".` };
  }
}
