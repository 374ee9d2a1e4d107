import { repeatedTasks, type Action, type OrchestratorResponse } from './actions';
import type { Engine } from './engine';
import { jsonOf } from './invoke';

export type Called =
  | { readonly response: OrchestratorResponse; readonly repeated: readonly Action[] }
  /** Thrown outside the orchestrator's own code, or without a message: nothing it did is kept. */
  | { readonly broken: string };

const LABEL = '\n\n$OutOfProcData$:';

/** Calls the orchestrator function with its history and reads its answer. `rows` and `input` are JSON text. */
export async function callOrchestrator(
  engine: Engine,
  name: string,
  instanceId: string,
  rows: readonly string[],
  input: string | null,
  parentInstanceId: string | null,
): Promise<Called> {
  const { core, invoke, counters } = engine.shared;
  const fn = core.find(name, 'orchestrationTrigger');
  if (fn === undefined) return { broken: `The function '${name}' doesn't exist, is disabled, or is not an orchestrator function.` };
  counters.orchestratorEpisodes += 1;
  const ids = `"instanceId":${JSON.stringify(instanceId)},"parentInstanceId":${JSON.stringify(parentInstanceId)},"sourceInstanceId":null`;
  const limits =
    '"upperSchemaVersion":1,"upperSchemaVersionNew":3,"longRunningTimerIntervalDuration":"3.00:00:00","maximumShortTimerDuration":"6.00:00:00","defaultHttpAsyncRequestSleepTimeMillseconds":30000';
  const json = `{"history":[${rows.join(',')}],"input":${input ?? 'null'},"isReplaying":false,${ids},${limits}}`;
  try {
    const { response, result } = await invoke(fn, { json }, instanceId);
    const actions = (result as OrchestratorResponse | undefined)?.actions ?? [];
    return { response: JSON.parse(jsonOf(response.returnValue)) as OrchestratorResponse, repeated: repeatedTasks(actions.flat()) };
  } catch (error) {
    return fromError(error);
  }
}

/** The SDK throws when the orchestrator's code threw, and appends what the code did before to the message. */
function fromError(error: unknown): Called {
  const text = error instanceof Error ? error.message : String(error);
  const cut = text.lastIndexOf(LABEL);
  if (cut === -1) return { broken: text };
  const response = JSON.parse(text.slice(cut + LABEL.length)) as OrchestratorResponse;
  return response.error ? { response, repeated: [] } : { broken: text.slice(0, cut) };
}
