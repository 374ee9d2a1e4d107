import type { Engine } from './engine';
import { event, EVENT, type FailureDetails, type HistoryEvent } from './history';
import { jsonOf } from './invoke';
import { WORKER_EXIT, type Fault } from './options';
import type { ActivityMessage } from './storage';

interface WireFailure {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly isNonRetriable?: boolean;
  readonly properties?: Record<string, unknown>;
  readonly stackTrace?: string;
}

/** Runs one activity and sends the answer to its orchestration. At least once: after a crash it runs again. */
export async function runActivity(engine: Engine, message: ActivityMessage, fault: Fault | undefined): Promise<void> {
  if (fault?.againMs !== undefined) again(engine, message, fault.againMs);
  const answers = [await (fault?.worker === undefined ? answerOf(engine, message) : withoutWorker(engine, message, fault.worker))];
  if (fault?.duplicate === true) answers.push(await answerOf(engine, message));
  if (fault?.crash === 'after') return;
  deliver(engine, message, answers, [message.id]);
}

function deliver(
  engine: Engine,
  { target, executionId }: ActivityMessage,
  answers: readonly HistoryEvent[],
  done: readonly number[],
): void {
  const sent = answers.map((answer) => ({ queue: 'control' as const, target, executionId, event: answer, visibleAt: 0 }));
  engine.commit({ done, sent });
}

/** The worker's end is told like an error that the activity threw, whatever it had done by then. */
async function withoutWorker(engine: Engine, message: ActivityMessage, when: 'before' | 'after'): Promise<HistoryEvent> {
  if (when === 'after') await answerOf(engine, message);
  const Reason = `Activity function '${message.name}' failed: ${WORKER_EXIT}`;
  return event(EVENT.TaskFailed, engine.shared.clock.now(), { TaskScheduledId: message.taskId, Reason, Details: WORKER_EXIT });
}

/** A second run of the same work, as after a lease that was lost: its answer is sent too, and finds its task done. */
function again(engine: Engine, message: ActivityMessage, afterMs: number): void {
  const { clock } = engine.shared;
  clock.at(clock.now() + afterMs, () => {
    if (engine.isDead) return;
    void answerOf(engine, message).then((answer) => deliver(engine, message, [answer], []));
  });
}

async function answerOf(engine: Engine, { name, input, taskId, target }: ActivityMessage): Promise<HistoryEvent> {
  const { core, invoke, counters, clock, log } = engine.shared;
  const failed = (fields: Partial<HistoryEvent>): HistoryEvent =>
    event(EVENT.TaskFailed, clock.now(), { TaskScheduledId: taskId, ...fields });
  const fn = core.find(name, 'activityTrigger');
  if (fn === undefined) {
    return failed({ Reason: `The function '${name}' doesn't exist, is disabled, or is not an activity function.`, Details: '' });
  }
  counters.activities += 1;
  try {
    // A string travels as it is, and the SDK parses what looks like JSON: "123" arrives as a number.
    const value = JSON.parse(input) as unknown;
    const { response } = await invoke(fn, typeof value === 'string' ? { string: value } : { json: input }, target);
    return event(EVENT.TaskCompleted, clock.now(), { TaskScheduledId: taskId, Result: jsonOf(response.returnValue) });
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    const stack = error instanceof Error ? (error.stack ?? '') : '';
    log({
      level: 'error',
      category: `Function.${name}`,
      message: `Activity function '${name}' failed: ${text}`,
      functionName: name,
      instanceId: target,
    });
    const details = typedFailure(text);
    if (details === undefined) return failed({ Reason: `Activity function '${name}' failed: ${text}`, Details: stack });
    return failed({ Reason: `Activity function '${name}' failed with an unhandled exception.`, Details: null, FailureDetails: details });
  }
}

/** With a registered properties provider the SDK puts the whole failure as JSON into the error's message. */
function typedFailure(text: string): FailureDetails | undefined {
  if (!text.startsWith('{"errorType"')) return undefined;
  try {
    const wire = JSON.parse(text) as WireFailure;
    return {
      ErrorType: wire.errorType,
      ErrorMessage: wire.errorMessage,
      StackTrace: wire.stackTrace ?? null,
      IsNonRetriable: wire.isNonRetriable ?? false,
      Properties: wire.properties ?? null,
      InnerFailure: null,
    };
  } catch {
    return undefined;
  }
}
