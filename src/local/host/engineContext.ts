import { ACTION, describe, type Action, type RetryOptions } from './actions';
import { EVENT, type FailureDetails, type HistoryEvent } from './history';
import { Wait } from './wait';

export type Scheduled =
  | { readonly kind: 'activity'; readonly id: number; readonly name: string; readonly input: unknown }
  | {
      readonly kind: 'child';
      readonly id: number;
      readonly name: string;
      readonly input: unknown;
      readonly instanceId?: string;
      readonly version?: string;
    }
  | { readonly kind: 'timer'; readonly id: number; readonly name: ''; readonly fireAt: number }
  | {
      readonly kind: 'message';
      readonly id: number;
      readonly name: string;
      readonly target: string;
      readonly input: unknown;
      readonly requestId: string;
      readonly isSignal: boolean;
    };

/** The extension's limits for long timers, which SDK and engine must split alike. */
const LONGEST_TIMER = 6 * 86_400_000;
const TIMER_STEP = 3 * 86_400_000;

export class UnsupportedAction extends Error {}

/**
 * The engine's own view of one execution: it invokes the SDK's list of actions, gives out sequence ids, and settles tasks
 * as events come. Everything runs synchronously, as on the real engine's single-threaded scheduler; several hazards come
 * from exactly that order.
 */
export class EngineContext {
  /** Called for but not yet seen in history: at the end of the episode, the new work. */
  pending = new Map<number, Scheduled>();
  /** Activities, children and uncancelled timers without an answer: these hold completion back. */
  readonly open = new Map<number, { readonly wait: Wait; readonly what: string }>();
  continueAsNew: { readonly input: unknown } | undefined;
  now = 0;
  private nextId = 0;
  private readonly waiters = new Map<string, Wait[]>();
  private readonly buffered = new Map<string, number>();
  private readonly executionId: string;

  constructor(executionId: string) {
    this.executionId = executionId;
  }

  invoke(action: Action): Wait {
    switch (action.actionType) {
      case ACTION.CallActivity:
        return this.activity(action);
      case ACTION.CallActivityWithRetry:
        return this.retried(action, () => this.activity(action));
      case ACTION.CallSubOrchestrator:
        return this.child(action);
      case ACTION.CallSubOrchestratorWithRetry:
        return this.retried(action, () => this.child(action));
      case ACTION.CreateTimer:
        return this.timer(action);
      case ACTION.WaitForExternalEvent:
        return this.waitFor(action.externalEventName ?? '');
      case ACTION.CallEntity:
        return this.waitFor(this.send(action, false));
      case ACTION.SignalEntity:
        this.send(action, true);
        return Wait.over();
      case ACTION.ContinueAsNew:
        this.continueAsNew = { input: action.input };
        return Wait.over();
      case ACTION.WhenAny:
        return Wait.any((action.compoundActions ?? []).map((child) => this.invoke(child)));
      case ACTION.WhenAll:
        return Wait.all((action.compoundActions ?? []).map((child) => this.invoke(child)));
      default:
        throw new UnsupportedAction(`The local host does not support this action: ${JSON.stringify(action).slice(0, 200)}`);
    }
  }

  /** Buffered while nobody waits, first in first out; of several waiters the youngest gets it. */
  raise(name: string): void {
    const waiters = this.waiters.get(name);
    const youngest = waiters?.pop();
    if (waiters?.length === 0) this.waiters.delete(name);
    if (youngest === undefined) this.buffered.set(name, (this.buffered.get(name) ?? 0) + 1);
    else youngest.settle();
  }

  settle(id: number, failure?: FailureDetails | true): void {
    const task = this.open.get(id);
    this.open.delete(id);
    task?.wait.settle(failure);
  }

  /** Names of events that came and that nobody awaited: lost at continueAsNew. */
  unawaited(): string[] {
    return [...this.buffered.keys()];
  }

  private task(scheduled: Scheduled, what: string): Wait {
    const wait = new Wait();
    this.pending.set(scheduled.id, scheduled);
    this.open.set(scheduled.id, { wait, what });
    return wait;
  }

  private activity(action: Action): Wait {
    return this.task({ kind: 'activity', id: this.nextId++, name: action.functionName ?? '', input: action.input }, describe(action));
  }

  private child(action: Action): Wait {
    const { functionName: name = '', input, instanceId, version } = action;
    const named = { ...(instanceId ? { instanceId } : {}), ...(version === undefined ? {} : { version }) };
    return this.task({ kind: 'child', id: this.nextId++, name, input, ...named }, describe(action));
  }

  /** A cancelled timer keeps its id and its place, is over at once, and holds nothing back. */
  private timer(action: Action): Wait {
    const fireAt = Date.parse(action.fireAt ?? '');
    const long = fireAt - this.now > LONGEST_TIMER;
    const id = this.nextId++;
    const step = this.task({ kind: 'timer', id, name: '', fireAt: long ? this.now + TIMER_STEP : fireAt }, describe(action));
    if (action.isCanceled === true) {
      this.open.delete(id);
      return Wait.over();
    }
    if (!long) return step;
    const whole = new Wait();
    step.then(() => this.timer(action).then(() => whole.settle()));
    return whole;
  }

  private send(action: Action, isSignal: boolean): string {
    const id = this.nextId++;
    const hex = id.toString(16).padStart(12, '0');
    const requestId = this.executionId.replace(/^(.{8})(.{4})(.{4})(.{4}).*$/, `$1-$2-$3-$4-${hex}`);
    const { instanceId: target = '', operation: name = '', input } = action;
    this.pending.set(id, { kind: 'message', id, name, target, input, requestId, isSignal });
    return requestId;
  }

  private waitFor(name: string): Wait {
    const wait = new Wait();
    this.waiters.set(name, [...(this.waiters.get(name) ?? []), wait]);
    const early = this.buffered.get(name);
    if (early !== undefined) {
      if (early > 1) this.buffered.set(name, early - 1);
      else this.buffered.delete(name);
      this.raise(name);
    }
    return wait;
  }

  /**
   * Attempt, pause, attempt …; after the last failed attempt one more timer of no length, which the SDK counts on.
   * When retryTimeout has run out there is no such timer: the SDK then waits for ever, as it does in Azure.
   */
  private retried(action: Action, attempt: () => Wait): Wait {
    const options = action.retryOptions as RetryOptions;
    const whole = new Wait();
    const first = this.now;
    const once = (count: number): void => {
      attempt().then((failure) => {
        if (failure === undefined) return whole.settle();
        const late = options.retryTimeoutInMilliseconds !== undefined && this.now >= first + options.retryTimeoutInMilliseconds;
        if (late || (failure !== true && failure.IsNonRetriable === true)) return whole.settle(failure);
        const last = count >= options.maxNumberOfAttempts;
        const grown = options.firstRetryIntervalInMilliseconds * (options.backoffCoefficient ?? 1) ** (count - 1);
        const pause = last ? 0 : Math.min(grown, options.maxRetryIntervalInMilliseconds ?? Infinity);
        const timer: Action = { actionType: ACTION.CreateTimer, fireAt: new Date(this.now + pause).toISOString() };
        this.timer(timer).then(() => (last ? whole.settle(failure) : once(count + 1)));
      });
    };
    once(1);
    return whole;
  }
}

/** History rows that mirror a scheduled item, by kind. */
export const MIRROR: Readonly<Record<number, Scheduled['kind']>> = {
  [EVENT.TaskScheduled]: 'activity',
  [EVENT.SubOrchestrationCreated]: 'child',
  [EVENT.TimerCreated]: 'timer',
  [EVENT.EventSent]: 'message',
};

/** Why a row of history does not fit what the current code called for, or undefined when it fits. */
export function misfit(row: HistoryEvent, pending: ReadonlyMap<number, Scheduled>): string | undefined {
  const kind = MIRROR[row.EventType];
  const now = pending.get(row.EventId);
  const name = kind === 'message' ? undefined : row.Name;
  const was = `a previous execution of this orchestration scheduled: ${kind} with sequence ID ${row.EventId}${name ? ` and name '${name}'` : ''}`;
  const hint = 'Was a change made to the orchestrator code after this instance had already started running?';
  const prefix = 'Non-Deterministic workflow detected: ';
  if (now === undefined) return `${prefix}${was}, but the current replay execution hasn't (yet?) scheduled this task. ${hint}`;
  if (now.kind !== kind)
    return `${prefix}${was}, but the current execution scheduled: ${now.kind} ${now.name} with this sequence ID instead. ${hint}`;
  if (name !== undefined && now.name.toLowerCase() !== name.toLowerCase())
    return `${prefix}${was}, but the current execution scheduled '${now.name}' with this sequence ID instead. ${hint}`;
  return undefined;
}
