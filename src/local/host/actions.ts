import type { FailureDetails } from './history';

/** Actions as the SDK returns them, one list per generation. */
export const ACTION = {
  CallActivity: 0,
  CallActivityWithRetry: 1,
  CallSubOrchestrator: 2,
  CallSubOrchestratorWithRetry: 3,
  ContinueAsNew: 4,
  CreateTimer: 5,
  WaitForExternalEvent: 6,
  CallEntity: 7,
  CallHttp: 8,
  SignalEntity: 9,
  WhenAny: 11,
  WhenAll: 12,
  LockEntities: 13,
  ReleaseEntities: 14,
} as const;

export interface RetryOptions {
  readonly firstRetryIntervalInMilliseconds: number;
  readonly maxNumberOfAttempts: number;
  readonly backoffCoefficient?: number;
  readonly maxRetryIntervalInMilliseconds?: number;
  readonly retryTimeoutInMilliseconds?: number;
}

export interface Action {
  readonly actionType: number;
  readonly functionName?: string;
  readonly input?: unknown;
  readonly instanceId?: string;
  readonly version?: string;
  readonly retryOptions?: RetryOptions;
  readonly fireAt?: string;
  readonly isCanceled?: boolean;
  readonly externalEventName?: string;
  readonly operation?: string;
  readonly compoundActions?: readonly Action[];
}

/** What the orchestrator function answers in one episode. */
export interface OrchestratorResponse {
  readonly isDone: boolean;
  readonly actions: readonly (readonly Action[])[];
  readonly output?: unknown;
  readonly error?: string;
  readonly customStatus?: unknown;
  readonly failureDetails?: FailureDetails;
}

const LABELS: Readonly<Record<number, string>> = { 5: 'timer', 7: 'call of entity', 9: 'signal to entity' };

/** For reports: "activity poll", "timer until …". */
export function describe(action: Action): string {
  if (action.actionType <= 1) return `activity ${action.functionName ?? '?'}`;
  if (action.actionType <= 3) return `sub-orchestration ${action.functionName ?? '?'}${action.instanceId ? ` (${action.instanceId})` : ''}`;
  return `${LABELS[action.actionType] ?? `action ${action.actionType}`} ${action.fireAt ?? action.instanceId ?? ''}`.trim();
}

const SCHEDULING: readonly number[] = [0, 1, 2, 3, 5, 7, 8];

/**
 * Tasks that one generation put into more than one yield. Found by object identity, so `actions` must be the SDK's own
 * objects, not their JSON. Waits for events may be repeated without harm.
 */
export function repeatedTasks(actions: readonly Action[], seen = new Set<Action>(), found: Action[] = []): readonly Action[] {
  for (const action of actions) {
    if (action.compoundActions !== undefined) repeatedTasks(action.compoundActions, seen, found);
    else if (SCHEDULING.includes(action.actionType) && seen.has(action)) found.push(action);
    else seen.add(action);
  }
  return found;
}
