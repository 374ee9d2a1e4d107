import type { Engine, NewMessage } from './engine';
import type { Scheduled } from './engineContext';
import { event, EVENT, iso, type HistoryEvent } from './history';
import type { Outcome } from './replay';
import type { InstanceRow } from './storage';

interface Made {
  readonly record: HistoryEvent;
  readonly message: NewMessage;
}

/** New work of an episode: the rows of history that record it, and the messages that bring it about. */
export function outbox(
  engine: Engine,
  row: InstanceRow,
  scheduled: readonly Scheduled[],
  now: number,
): { records: HistoryEvent[]; messages: NewMessage[] } {
  const made = scheduled.map((item) => make(engine, row, item, now));
  return { records: made.map(({ record }) => record), messages: made.map(({ message }) => message) };
}

function make(engine: Engine, row: InstanceRow, item: Scheduled, now: number): Made {
  switch (item.kind) {
    case 'activity':
      return activity(row, item, now);
    case 'child':
      return child(engine, row, item, now);
    case 'timer':
      return timer(engine, row, item, now);
    case 'message':
      return message(row, item, now);
  }
}

type Of<K extends Scheduled['kind']> = Extract<Scheduled, { kind: K }>;

/** The SDK sends an activity's string input as JSON already. */
const activityInput = (input: unknown): string => (typeof input === 'string' ? input : JSON.stringify(input ?? null));

function activity(row: InstanceRow, { id, name, input }: Of<'activity'>, now: number): Made {
  const text = activityInput(input);
  return {
    record: event(EVENT.TaskScheduled, now, { EventId: id, Name: name, Version: '' }),
    message: { queue: 'work', target: row.id, executionId: row.executionId, name, input: text, taskId: id, visibleAt: 0 },
  };
}

function child(engine: Engine, row: InstanceRow, { id, name, input, instanceId, version = '' }: Of<'child'>, now: number): Made {
  const InstanceId = instanceId ?? `${row.executionId}:${id.toString(16).padStart(4, '0')}`;
  const ExecutionId = engine.newId();
  const parent = { Name: row.name, OrchestrationInstance: { InstanceId: row.id, ExecutionId: row.executionId }, TaskScheduleId: id };
  const Input = JSON.stringify(input ?? null);
  const start = event(EVENT.ExecutionStarted, now, {
    Name: name,
    Version: version,
    Input,
    OrchestrationInstance: { InstanceId, ExecutionId },
    ParentInstance: parent,
  });
  return {
    record: event(EVENT.SubOrchestrationCreated, now, { EventId: id, Name: name, InstanceId, Version: version }),
    message: { queue: 'control', target: InstanceId, executionId: ExecutionId, event: start, visibleAt: 0 },
  };
}

/** From the orchestrator's `now` to the message of its timer. */
const MOMENT_MS = { least: 20, most: 100 };

/** In Azure a timer's visibility is cut to whole seconds: one of ten seconds fires after nine, one of a second at once. */
function visibleFrom(engine: Engine, fireAt: number, now: number): number {
  const { options, random } = engine.shared;
  if (options.wholeSecondTimers !== true) return Math.max(now, fireAt);
  const sentAt = now + MOMENT_MS.least + Math.floor(random() * (MOMENT_MS.most - MOMENT_MS.least));
  return sentAt + Math.max(0, Math.floor((fireAt - sentAt) / 1_000)) * 1_000;
}

function timer(engine: Engine, row: InstanceRow, { id, fireAt }: Of<'timer'>, now: number): Made {
  engine.shared.counters.timers += 1;
  const visibleAt = visibleFrom(engine, fireAt, now);
  const FireAt = iso(fireAt);
  return {
    record: event(EVENT.TimerCreated, now, { EventId: id, FireAt }),
    message: {
      queue: 'control',
      target: row.id,
      executionId: row.executionId,
      event: event(EVENT.TimerFired, visibleAt, { TimerId: id, FireAt }),
      visibleAt,
    },
  };
}

function message(row: InstanceRow, { id, name, target, input, requestId, isSignal }: Of<'message'>, now: number): Made {
  const text = input === undefined || input === null ? null : JSON.stringify(input);
  const caller = { instanceId: row.id, executionId: row.executionId };
  const request = JSON.stringify({
    op: name,
    signal: isSignal,
    input: text,
    id: requestId,
    parent: row.id,
    parentExecution: row.executionId,
  });
  return {
    record: event(EVENT.EventSent, now, { EventId: id, InstanceId: target, Name: 'op', Input: request }),
    message: { queue: 'entity', target, operation: name, input: text, isSignal, requestId, visibleAt: 0, ...(isSignal ? {} : { caller }) },
  };
}

/** A parent learns of its child's end; of a terminated child without details, which its SDK cannot digest: it fails, uncatchably. */
export function tellParent(row: InstanceRow, outcome: Outcome, now: number): NewMessage[] {
  const { parent } = row;
  if (parent === null || outcome.kind === 'running' || outcome.kind === 'continued') return [];
  const { InstanceId: target, ExecutionId: executionId } = parent.OrchestrationInstance;
  const TaskScheduledId = parent.TaskScheduleId;
  const send = (type: number, fields: Partial<HistoryEvent>): NewMessage[] => [
    { queue: 'control', target, executionId, visibleAt: 0, event: event(type, now, { TaskScheduledId, ...fields }) },
  ];
  if (outcome.kind === 'completed') return send(EVENT.SubOrchestrationCompleted, { Result: row.output });
  if (outcome.kind === 'terminated') return send(EVENT.SubOrchestrationFailed, { Reason: outcome.reason, Details: null });
  const details = outcome.details === undefined ? {} : { FailureDetails: outcome.details };
  return send(EVENT.SubOrchestrationFailed, { Reason: outcome.reason, Details: outcome.reason, ...details });
}
