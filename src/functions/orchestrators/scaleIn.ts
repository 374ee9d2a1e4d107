import type { OrchestrationContext, Task } from 'durable-functions';
import type { ScaleInInput } from '../../act/engine';
import { FUNCTIONS } from '../../names';
import type { DrainInput } from './drain';

/** The durable record of one scale-in decision: owns one drain per runner and collects each outcome on its own. */
export function* scaleIn(context: OrchestrationContext): Generator<Task, unknown, unknown> {
  const { target, timing, drains } = context.df.getInput<ScaleInInput>();
  context.df.setCustomStatus({ pool: target.pool, drains: drains.map((record) => record.id) });
  const children = drains.map((record) =>
    context.df.callSubOrchestrator(FUNCTIONS.drain, { record, target, timing } satisfies DrainInput, record.id),
  );
  try {
    yield context.df.Task.all(children);
  } catch {
    // One failed child ends Task.all at once and would hide the others: each is asked alone below.
  }
  const outcomes: Record<string, unknown> = {};
  for (const [index, child] of children.entries()) {
    const id = drains[index]?.id ?? String(index);
    try {
      outcomes[id] = yield child;
    } catch (error) {
      outcomes[id] = { failed: error instanceof Error ? error.message.slice(0, 200) : 'failed' };
    }
  }
  return outcomes;
}
