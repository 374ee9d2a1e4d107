import type { OrchestrationContext, Task } from 'durable-functions';
import { drain, type DrainInput } from '../../src/functions/orchestrators/drain';

/** What a drain waits for. */
export type Pending =
  | { readonly kind: 'activity'; readonly input: Record<string, unknown> }
  | { readonly kind: 'entity'; readonly operation: string; readonly input: unknown }
  | { readonly kind: 'timer'; readonly until: number }
  | { readonly kind: 'race'; readonly until: number }
  | { readonly kind: 'again'; readonly input: DrainInput }
  | { readonly kind: 'over'; readonly output: unknown };

/** What came of each wait, in order. event: a nudge won its race. */
export interface Happened {
  readonly at: number;
  readonly value?: unknown;
  readonly error?: string;
  readonly event?: boolean;
}

interface Made {
  readonly kind: 'activity' | 'entity' | 'timer' | 'event' | 'any';
  readonly [more: string]: unknown;
}

/** Runs the real drain orchestrator over what happened so far, as the durable engine does, and says what it waits for now. */
export function replay(input: DrainInput, startedAt: number, history: readonly Happened[]): Pending {
  let now = startedAt;
  let again: DrainInput | undefined;
  const made = (task: Made): Task => task as unknown as Task;
  const df = {
    getInput: () => structuredClone(input),
    setCustomStatus: () => undefined,
    get currentUtcDateTime() {
      return new Date(now);
    },
    callActivity: (_name: string, given: unknown) => made({ kind: 'activity', input: given }),
    callEntity: (_id: unknown, operation: string, given: unknown) => made({ kind: 'entity', operation, input: given }),
    createTimer: (at: Date) => made({ kind: 'timer', until: at.getTime(), cancel: () => undefined }),
    waitForExternalEvent: () => made({ kind: 'event' }),
    Task: { any: (tasks: unknown) => made({ kind: 'any', tasks }) },
    continueAsNew: (next: DrainInput) => {
      again = next;
    },
  };
  const run = drain({ df } as unknown as OrchestrationContext);
  let step = run.next();
  for (const happened of history) {
    now = happened.at;
    const task = step.value as Made;
    if (happened.error !== undefined) step = run.throw(new Error(happened.error));
    else if (task.kind === 'any') step = run.next(winner(task, happened));
    else step = run.next(structuredClone(happened.value));
  }
  if (again !== undefined) return { kind: 'again', input: again };
  if (step.done === true) return { kind: 'over', output: step.value };
  return pendingOf(step.value as unknown as Made);
}

function winner(task: Made, { event, value }: Happened): unknown {
  const [wait, timer] = task['tasks'] as readonly Record<string, unknown>[];
  if (event !== true) return timer;
  Object.assign(wait as object, { isCompleted: true, result: value });
  return wait;
}

function pendingOf(task: Made): Pending {
  switch (task.kind) {
    case 'activity':
      return { kind: 'activity', input: task['input'] as Record<string, unknown> };
    case 'entity':
      return { kind: 'entity', operation: String(task['operation']), input: task['input'] };
    case 'timer':
      return { kind: 'timer', until: Number(task['until']) };
    default:
      return { kind: 'race', until: Number((task['tasks'] as readonly { until?: number }[])[1]?.until) };
  }
}
