import type { Instance } from './engine';
import { EVENT, type HistoryEvent } from './history';
import { isOver, type ControlMessage, type InstanceRow } from './storage';

export interface Inbox {
  readonly row: InstanceRow;
  readonly past: { rows: string[]; events: HistoryEvent[] };
  readonly news: HistoryEvent[];
  /** Answers to what this execution has not recorded yet: to be delivered again later. */
  readonly early: readonly ControlMessage[];
  /** Whether the history so far is thrown away. */
  readonly replaced: boolean;
}

/** Sorts a batch: what belongs to the running execution, what starts one, what is to be dropped, what is too early. */
export function inbox(
  instance: Instance | undefined,
  batch: readonly ControlMessage[],
  now: number,
): Inbox | { readonly row: undefined; readonly early: readonly ControlMessage[] } {
  let row = instance?.row;
  let past = { rows: instance?.rows ?? [], events: instance?.events ?? [] };
  let news: HistoryEvent[] = [];
  const early: ControlMessage[] = [];
  let replaced = false;
  const starting = (executionId: string): boolean =>
    row?.executionId === executionId && (past.rows.length > 0 || news.some((item) => item.EventType === EVENT.ExecutionStarted));
  for (const message of batch) {
    const { event, executionId } = message;
    if (event.EventType === EVENT.ExecutionStarted) {
      const begun = event.OrchestrationInstance?.ExecutionId ?? '';
      // The same start delivered twice is swallowed; another start replaces a running instance, whose first parent never hears of it.
      if (starting(begun)) continue;
      row = startedRow(row, event, begun, now);
      replaced = past.rows.length > 0;
      past = { rows: [], events: [] };
      news = [event];
    } else if (row !== undefined && !isOver(row.status) && (executionId === undefined || executionId === row.executionId)) {
      if (isEarly(event, past.events)) early.push(message);
      else news.push(event);
    }
  }
  if (row === undefined || news.length === 0) return { row: undefined, early };
  const begun = past.rows.length > 0 || news.some((item) => item.EventType === EVENT.ExecutionStarted);
  return begun ? { row, past, news: inOrder(news), replaced, early } : { row: undefined, early };
}

const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * A checkpoint's messages go out before its history is written. Where the host dies in between, the answer may come before the turn that
 * asked is run again: the extension puts such an answer back until its request is on record.
 */
function isEarly({ EventType, TaskScheduledId, TimerId, Name = '' }: HistoryEvent, past: readonly HistoryEvent[]): boolean {
  const asked = TaskScheduledId ?? TimerId;
  if (asked !== undefined) return !past.some(({ EventId }) => EventId === asked);
  // An entity's answer bears the id of its request, other events a name of the app's.
  if (EventType !== EVENT.EventRaised || !GUID.test(Name)) return false;
  return !past.some((row) => row.EventType === EVENT.EventSent && row.Input?.includes(Name) === true);
}

/** An event may overtake the start of its instance; the engine wants the start first. */
function inOrder(news: HistoryEvent[]): HistoryEvent[] {
  const start = news.findIndex((item) => item.EventType === EVENT.ExecutionStarted);
  if (start <= 0) return news;
  const first = news[start] as HistoryEvent;
  return [first, ...news.filter((item) => item !== first)];
}

function startedRow(known: InstanceRow | undefined, event: HistoryEvent, executionId: string, now: number): InstanceRow {
  const createdAt = known?.executionId === executionId ? known.createdAt : now;
  return {
    id: event.OrchestrationInstance?.InstanceId ?? '',
    name: event.Name ?? '',
    version: event.Version ?? '',
    executionId,
    status: 'Running',
    input: event.Input ?? null,
    output: null,
    customStatus: null,
    createdAt,
    updatedAt: now,
    parent: event.ParentInstance ?? null,
    generation: event.Generation ?? 0,
    state: null,
  };
}
