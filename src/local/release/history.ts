import type { Host } from '../host';
import { callOrchestrator } from '../host/orchestratorCall';
import { replay, type Outcome } from '../host/replay';
import type { HistoryEvent } from '../host/history';

/** The whole history of one generation of an orchestration, as the engine sends it for the last time, and how it ended. */
export interface GoldenHistory {
  readonly name: string;
  readonly instanceId: string;
  readonly parentInstanceId: string | null;
  readonly input: unknown;
  readonly ends: 'continued' | 'completed';
  readonly history: readonly HistoryEvent[];
}

/**
 * Runs a stored history on the code that `host` has loaded, by the real SDK, and compares its actions with what was scheduled then, as the
 * engine does. `failed` with "Non-Deterministic workflow detected" is what a live instance would meet after a deploy of this code.
 */
export async function replayHistory(host: Host, golden: Omit<GoldenHistory, 'ends'>): Promise<Outcome> {
  const { name, instanceId, parentInstanceId, history } = golden;
  const rows = history.map((row) => JSON.stringify(row));
  const called = await callOrchestrator(host.engine, name, instanceId, rows, JSON.stringify(golden.input), parentInstanceId);
  if ('broken' in called) return { kind: 'failed', reason: called.broken };
  const executionId = history.find((row) => row.OrchestrationInstance !== undefined)?.OrchestrationInstance?.ExecutionId ?? '';
  return replay(executionId, history, called.response, (text) => text).outcome;
}

/** What crosses to an orchestrator function; the SDK changes it, so it is copied at once. */
interface Trigger {
  readonly history: readonly HistoryEvent[];
  readonly input: unknown;
  readonly instanceId: string;
  readonly parentInstanceId: string | null;
}

export type Recorded = Omit<GoldenHistory, 'ends'>;

/** Keeps the last call of each generation from now on. */
export function recordCalls(host: Host): { all(): readonly Recorded[] } {
  const calls = new Map<string, Recorded>();
  host.engine.shared.core.registerHook('preInvocation', (context) => {
    const trigger = (context['inputs'] as unknown[])[0] as Partial<Trigger> | undefined;
    if (!Array.isArray(trigger?.history)) return;
    const { history, input, instanceId, parentInstanceId } = JSON.parse(JSON.stringify(trigger)) as Trigger;
    const name = (context['invocationContext'] as { readonly functionName: string }).functionName;
    const started = history.find((row) => row.OrchestrationInstance !== undefined);
    calls.set(`${instanceId} ${started?.OrchestrationInstance?.ExecutionId ?? ''}`, { name, instanceId, parentInstanceId, input, history });
  });
  return { all: () => [...calls.values()] };
}
