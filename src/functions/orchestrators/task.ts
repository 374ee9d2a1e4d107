import type { OrchestrationContext, Task } from 'durable-functions';
import * as df from 'durable-functions';
import { ENGINE_PACE } from '../../model/engineTime';
import { FUNCTIONS } from '../../names';

/** An orchestrator step: yields the engine's tasks, returns a typed value. */
export type Step<T> = Generator<Task, T, unknown>;

export const entityOf = (pool: string): df.EntityId => new df.EntityId(FUNCTIONS.pool, pool);

/** An activity without an answer. */
export function* run(context: OrchestrationContext, activity: string, input: unknown): Step<void> {
  yield context.df.callActivity(activity, input);
}

/**
 * An activity's answer; throws where it is none. The engine matches what ends to what was begun by a number alone: after a turn whose
 * checkpoint was torn, the host killed between its messages and its history, the next turn may begin something else under the same number,
 * and a timer or an activity of the torn one ends it.
 */
export function* call<T extends object>(context: OrchestrationContext, activity: string, input: unknown): Step<T> {
  const answer = yield context.df.callActivity(activity, input);
  if (typeof answer !== 'object' || answer === null) throw new Error(`The activity "${activity}" ended without an answer.`);
  return answer as T;
}

/** Always a call, never a signal: a signal at the end of a generation and a call at the start of the next can hang the instance for good. */
export function* callPool<T>(context: OrchestrationContext, pool: string, operation: string, input: unknown): Step<T> {
  const answer = yield context.df.callEntity(entityOf(pool), operation, input);
  if (isFailure(answer)) throw new Error(answer.reason);
  return answer as T;
}

/** The entity throws nothing, for that would reach us without a word: it answers so where it is broken. */
const isFailure = (answer: unknown): answer is { readonly reason: string } =>
  typeof answer === 'object' && answer !== null && 'code' in answer && answer.code === 'entity-failed';

export const nowOf = (context: OrchestrationContext): number => context.df.currentUtcDateTime.getTime();

/** Sleeps `ms`, at least {@link ENGINE_PACE}. */
export function* sleep(context: OrchestrationContext, ms: number): Step<void> {
  yield context.df.createTimer(new Date(nowOf(context) + Math.max(ms, ENGINE_PACE)));
}

/**
 * One open wait for one event name within a generation: a second wait beside a lost one would let the lost one swallow the next event.
 * `orTimer` cancels the timer that loses, since an open timer holds continueAsNew back.
 */
export class EventWait {
  private readonly context: OrchestrationContext;
  private readonly name: string;
  private open: Task | undefined;

  constructor(context: OrchestrationContext, name: string) {
    this.context = context;
    this.name = name;
  }

  /** The event's value, or undefined when the time came first. */
  *orTimer(until: number): Step<{ readonly value: unknown } | undefined> {
    this.open ??= this.context.df.waitForExternalEvent(this.name);
    const wait = this.open;
    if (wait.isCompleted) {
      this.open = undefined;
      return { value: wait.result };
    }
    const timer = this.context.df.createTimer(new Date(Math.max(until, nowOf(this.context) + ENGINE_PACE)));
    const winner = (yield this.context.df.Task.any([wait, timer])) as Task;
    if (winner !== wait) return undefined;
    timer.cancel();
    this.open = undefined;
    return { value: wait.result };
  }
}
