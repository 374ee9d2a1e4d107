import type { Action, OrchestratorResponse } from './actions';
import { EngineContext, misfit, MIRROR, UnsupportedAction, type Scheduled } from './engineContext';
import { EVENT, type FailureDetails, type HistoryEvent } from './history';

export type Outcome =
  | { readonly kind: 'running' }
  | { readonly kind: 'completed'; readonly output: unknown }
  | { readonly kind: 'failed'; readonly reason: string; readonly details?: FailureDetails }
  | { readonly kind: 'terminated'; readonly reason: string }
  | { readonly kind: 'continued'; readonly input: unknown; readonly carried: readonly HistoryEvent[] };

export interface Replayed {
  readonly outcome: Outcome;
  readonly scheduled: readonly Scheduled[];
  readonly suspended: boolean;
  /** Set when the code is over but these tasks are not: completion is withheld until they are. */
  readonly withheldBy: readonly string[];
  /** The engine has worked off every action, while the SDK still waits for something: nothing will ever come. */
  readonly diverged: boolean;
  readonly unawaited: readonly string[];
}

/**
 * The engine's half of an episode: the same history again, this time with the actions that the SDK answered.
 * Order matters throughout. Actions are invoked one by one, each awaited, so a cancelled timer lets the coroutine run ahead
 * of the event that beat it; a continueAsNew reached that way comes before the event, which is then carried over
 * to the next generation although the code has already had it.
 */
export function replay(
  executionId: string,
  events: readonly HistoryEvent[],
  response: OrchestratorResponse,
  describeError: (text: string) => string,
): Replayed {
  const turn = new Turn(executionId, response, describeError);
  for (const row of events) turn.process(row);
  return turn.close();
}

class Turn {
  private readonly context: EngineContext;
  private readonly actions: readonly Action[];
  private readonly response: OrchestratorResponse;
  private readonly describeError: (text: string) => string;
  private readonly carried: HistoryEvent[] = [];
  private readonly heldEvents: HistoryEvent[] = [];
  private heldActions = new Map<number, Scheduled>();
  private suspended = false;
  private coroutineOver = false;
  private terminated: string | undefined;
  private fault: string | undefined;

  constructor(executionId: string, response: OrchestratorResponse, describeError: (text: string) => string) {
    this.context = new EngineContext(executionId);
    this.response = response;
    this.describeError = describeError;
    this.actions = response.actions.flat();
  }

  process(row: HistoryEvent): void {
    if (this.fault !== undefined) return;
    const { context } = this;
    if (row.EventType === EVENT.OrchestratorStarted) {
      context.now = Math.max(context.now, Date.parse(row.Timestamp));
      return;
    }
    if (row.EventType === EVENT.ExecutionTerminated) this.terminated ??= row.Input ?? '';
    else if (row.EventType === EVENT.ExecutionResumed) this.resume();
    else if (this.suspended) this.heldEvents.push(row);
    else if (row.EventType === EVENT.ExecutionSuspended) this.suspend();
    else this.live(row);
  }

  private live(row: HistoryEvent): void {
    const { context } = this;
    switch (row.EventType) {
      case EVENT.ExecutionStarted:
        return this.run(0);
      case EVENT.TaskCompleted:
      case EVENT.SubOrchestrationCompleted:
        return context.settle(row.TaskScheduledId ?? -1);
      case EVENT.TaskFailed:
      case EVENT.SubOrchestrationFailed:
        return context.settle(row.TaskScheduledId ?? -1, row.FailureDetails ?? true);
      case EVENT.TimerFired:
        return context.settle(row.TimerId ?? -1);
      case EVENT.EventRaised:
        if (context.continueAsNew === undefined) context.raise(row.Name ?? '');
        else this.carried.push(row);
        return;
    }
    if (MIRROR[row.EventType] === undefined) return;
    this.fault = misfit(row, context.pending);
    context.pending.delete(row.EventId);
  }

  /** The coroutine: one action, then whatever it waits for, then the next. */
  private run(from: number): void {
    for (let at = from; at < this.actions.length; at += 1) {
      try {
        const wait = this.context.invoke(this.actions[at] as Action);
        if (!wait.done) {
          wait.then(() => this.run(at + 1));
          return;
        }
      } catch (error) {
        if (!(error instanceof UnsupportedAction)) throw error;
        this.fault = error.message;
        return;
      }
    }
    this.coroutineOver = true;
  }

  /** What the code called for in the same turn as a suspension is put aside, or it would be scheduled again each turn. */
  private suspend(): void {
    this.suspended = true;
    this.heldActions = new Map([...this.heldActions, ...this.context.pending]);
    this.context.pending.clear();
  }

  private resume(): void {
    if (!this.suspended) return;
    this.suspended = false;
    for (const [id, held] of this.heldActions) this.context.pending.set(id, held);
    this.heldActions.clear();
    for (const row of this.heldEvents.splice(0)) this.process(row);
  }

  close(): Replayed {
    const { context, response } = this;
    const said = response.isDone || Boolean(response.error);
    const over = this.coroutineOver && said && !this.suspended;
    return {
      outcome: this.outcome(over && context.open.size === 0),
      scheduled: [...context.pending.values()],
      suspended: this.suspended,
      withheldBy: over ? [...context.open.values()].map(({ what }) => what) : [],
      diverged: this.coroutineOver && !said && !this.suspended && this.fault === undefined,
      unawaited: context.unawaited(),
    };
  }

  private outcome(complete: boolean): Outcome {
    const { context, response } = this;
    if (this.fault !== undefined) return { kind: 'failed', reason: this.fault };
    if (complete && response.error) {
      const details = response.failureDetails;
      return { kind: 'failed', reason: this.describeError(response.error), ...(details === undefined ? {} : { details }) };
    }
    // The decision to continue comes after the one to terminate, and the engine carries both out: the terminate is lost.
    if (complete && context.continueAsNew !== undefined)
      return { kind: 'continued', input: context.continueAsNew.input, carried: this.carried };
    if (this.terminated !== undefined) return { kind: 'terminated', reason: this.terminated };
    if (complete) return { kind: 'completed', output: response.output };
    return { kind: 'running' };
  }
}
