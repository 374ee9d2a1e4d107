import { appendFileSync } from 'node:fs';
import * as df from 'durable-functions';
import type { OrchestrationContext } from 'durable-functions';

/** Each tick: an activity that leaves a note, an entity that adds the tick, a timer, continueAsNew. */

df.app.activity('note', {
  handler: async (tick: number) => {
    appendFileSync(process.env['NOTES'] ?? '', `tick ${tick}\n`);
    await new Promise((resolve) => setTimeout(resolve, 10));
    return tick;
  },
});
df.app.entity('ledger', (context: df.EntityContext<number[]>) => {
  const ticks = [...(context.df.getState(() => []) ?? []), context.df.getInput<number>() ?? -1];
  context.df.setState(ticks);
  context.df.return(ticks.length);
});
df.app.orchestration('bookkeeper', function* (context: OrchestrationContext) {
  const { goal = 1, tick = 1 } = context.df.getInput<{ goal?: number; tick?: number }>() ?? {};
  yield context.df.callActivity('note', tick);
  const length: unknown = yield context.df.callEntity(new df.EntityId('ledger', 'main'), 'add', tick);
  if (tick === goal) return { length };
  yield context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 500));
  context.df.continueAsNew({ goal, tick: tick + 1 });
  return undefined;
});
