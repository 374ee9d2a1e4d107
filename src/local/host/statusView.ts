import type { Instance } from './engine';
import { EVENT, type HistoryEvent } from './history';
import type { InstanceRow } from './storage';

export interface View {
  readonly showInput: boolean;
  readonly showHistory: boolean;
  readonly showHistoryOutput: boolean;
}

/** Status times have whole seconds on the real host. */
const seconds = (time: number): string => `${new Date(time).toISOString().slice(0, 19)}Z`;

const parsed = (text: string | null): unknown => (text === null ? null : (JSON.parse(text) as unknown));

/** The status payload of one instance, as the HTTP API gives it. An entity shows its state as input. */
export function statusOf({ row, rows }: Instance, view: View): Record<string, unknown> {
  return {
    name: row.name,
    instanceId: row.id,
    ...(row.version === '' ? {} : { version: row.version }),
    ...(row.parent === null ? {} : { parentInstanceId: row.parent.OrchestrationInstance.InstanceId }),
    runtimeStatus: row.status,
    input: view.showInput ? inputOf(row) : null,
    customStatus: parsed(row.customStatus),
    output: parsed(row.output),
    createdTime: seconds(row.createdAt),
    lastUpdatedTime: seconds(row.updatedAt),
    ...(view.showHistory ? { historyEvents: historyOf(rows, view.showHistoryOutput) } : {}),
  };
}

function inputOf(row: InstanceRow): unknown {
  if (!row.id.startsWith('@')) return parsed(row.input);
  return { exists: row.state !== null, state: row.state };
}

const NAMES = new Map<number, string>(Object.entries(EVENT).map(([name, type]) => [type, name]));
const SHOWN: Readonly<Record<number, string>> = {
  [EVENT.SubOrchestrationCompleted]: 'SubOrchestrationInstanceCompleted',
  [EVENT.SubOrchestrationFailed]: 'SubOrchestrationInstanceFailed',
};

/** Folded as the extension folds it: a task's scheduling into its completion, the turns of the engine left out. */
function historyOf(rows: readonly string[], withOutput: boolean): object[] {
  const events = rows.map((text) => JSON.parse(text) as HistoryEvent);
  const scheduled = new Map(events.filter((item) => item.EventId >= 0).map((item) => [item.EventId, item]));
  const ended = new Set(events.map((item) => item.TaskScheduledId ?? item.TimerId));
  const hidden: readonly number[] = [EVENT.OrchestratorStarted, EVENT.OrchestratorCompleted];
  return events
    .filter((item) => !hidden.includes(item.EventType) && !(item.EventId >= 0 && ended.has(item.EventId)))
    .map((item) => {
      const origin = scheduled.get(item.TaskScheduledId ?? item.TimerId ?? -1);
      const name =
        item.EventType === EVENT.ExecutionStarted ? { FunctionName: item.Name } : item.Name === undefined ? {} : { Name: item.Name };
      return {
        EventType: SHOWN[item.EventType] ?? NAMES.get(item.EventType),
        Timestamp: item.Timestamp,
        ...name,
        ...(origin === undefined ? {} : { ScheduledTime: origin.Timestamp, FunctionName: origin.Name }),
        ...(item.FireAt === undefined ? {} : { FireAt: item.FireAt }),
        ...(item.InstanceId === undefined ? {} : { InstanceId: item.InstanceId }),
        ...(item.Reason === undefined ? {} : { Reason: item.Reason, Details: item.Details }),
        ...(withOutput && item.Result !== undefined ? { Result: parsed(item.Result) } : {}),
        ...(withOutput && item.Input !== undefined ? { Input: item.Input } : {}),
      };
    });
}
