import * as df from 'durable-functions';
import type { OrchestrationContext, Task } from 'durable-functions';

/** Orchestrators that do what one must not do; each is named after what happens. */

const after = (context: OrchestrationContext, ms: number): df.TimerTask =>
  context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + ms));
const HOUR = 3_600_000;

df.app.activity('echo', { handler: (input: unknown) => input });
const begun: unknown[] = [];
df.app.activity('count', { handler: (input: unknown) => begun.push(input) });
df.app.activity('typedFailure', {
  handler: () => {
    throw Object.assign(new TypeError('typed'), { code: 'E_TYPED' });
  },
});
df.app.setExceptionPropertiesProvider({
  getExceptionProperties: (error: unknown) => {
    const { code } = error as { code?: string };
    return code === undefined ? undefined : { code };
  },
});

df.app.orchestration('forgetsTimer', function* (context: OrchestrationContext) {
  yield context.df.Task.any([after(context, 1000), after(context, HOUR)]);
  return 'done';
});
df.app.orchestration('forgetsChild', function* (context: OrchestrationContext) {
  const { round = 0 } = context.df.getInput<{ round?: number }>() ?? {};
  if (round === 1) return 'second generation';
  const timer = after(context, 1000);
  yield context.df.Task.any([context.df.callSubOrchestrator('sleeper', { ms: HOUR }, 'slow-child'), timer]);
  context.df.continueAsNew({ round: 1 });
  return undefined;
});
df.app.orchestration('sleeper', function* (context: OrchestrationContext) {
  yield after(context, context.df.getInput<{ ms: number }>()?.ms ?? 1000);
  return 'slept';
});
df.app.orchestration('yieldsTwice', function* (context: OrchestrationContext) {
  const child = context.df.callSubOrchestrator('sleeper', { ms: 90_000 }, 'twice-child');
  for (;;) {
    const winner = (yield context.df.Task.any([child, after(context, 60_000)])) as Task;
    if (winner === child) return child.result;
  }
});
df.app.orchestration('losesWait', function* (context: OrchestrationContext) {
  const lost = context.df.waitForExternalEvent('go');
  yield context.df.Task.any([lost, after(context, 1000)]);
  yield context.df.callActivity('echo', 1);
  yield after(context, 10_000);
  const timer = after(context, HOUR);
  const second = context.df.waitForExternalEvent('go');
  const winner = (yield context.df.Task.any([second, timer])) as Task;
  if (!timer.isCompleted) timer.cancel();
  return winner === second ? second.result : 'swallowed';
});
df.app.orchestration('losesBuffered', function* (context: OrchestrationContext) {
  const { round = 0 } = context.df.getInput<{ round?: number }>() ?? {};
  if (round === 0) {
    yield after(context, 10_000);
    context.df.continueAsNew({ round: 1 });
    return undefined;
  }
  const timer = after(context, 10_000);
  const wait = context.df.waitForExternalEvent('go');
  const winner = (yield context.df.Task.any([wait, timer])) as Task;
  if (winner !== timer) timer.cancel();
  return winner === wait ? 'kept' : 'lost';
});
/** `step`: a durable step in front of the wait, or `before`: one between the race and continueAsNew, or `plain`: no timer. */
df.app.orchestration('eventWins', function* (context: OrchestrationContext) {
  const input = context.df.getInput<{ mode: string; woken?: number }>() ?? { mode: 'spin' };
  const { mode, woken = 0 } = input;
  context.df.setCustomStatus({ woken });
  if (mode === 'step') yield context.df.callActivity('echo', 1);
  if (mode === 'plain') yield context.df.waitForExternalEvent('go');
  else {
    const timer = after(context, HOUR);
    const wait = context.df.waitForExternalEvent('go');
    const winner = (yield context.df.Task.any([wait, timer])) as Task;
    if (winner === wait) timer.cancel();
    if (mode === 'before') yield context.df.callActivity('echo', 1);
  }
  context.df.continueAsNew({ mode, woken: woken + 1 });
});
df.app.orchestration('parentOf', function* (context: OrchestrationContext) {
  const { child, ms = HOUR } = context.df.getInput<{ child: string; ms?: number }>() ?? { child: 'c' };
  try {
    return (yield context.df.callSubOrchestrator('sleeper', { ms }, child)) as unknown;
  } catch {
    return 'caught';
  }
});
df.app.orchestration('retryTimeout', function* (context: OrchestrationContext) {
  const options = new df.RetryOptions(1000, 10);
  Object.assign(options, { retryTimeoutInMilliseconds: 1500 });
  try {
    yield context.df.callActivityWithRetry('typedFailure', options);
  } catch {
    return 'caught';
  }
  return undefined;
});
df.app.orchestration('bigStatus', function* (context: OrchestrationContext) {
  context.df.setCustomStatus('x'.repeat(context.df.getInput<number>() ?? 0));
  yield after(context, 1000);
  return 'fits';
});
df.app.orchestration('statusOnce', function* (context: OrchestrationContext) {
  const { round = 0 } = context.df.getInput<{ round?: number }>() ?? {};
  if (round === 0) context.df.setCustomStatus('first');
  yield after(context, 1000);
  if (round === 0) context.df.continueAsNew({ round: 1 });
  else yield after(context, HOUR);
});
df.app.orchestration('typed', function* (context: OrchestrationContext) {
  try {
    yield context.df.callActivity('typedFailure');
  } catch (error) {
    const { failureDetails } = error as df.TaskFailedError;
    return { type: failureDetails.errorType, properties: failureDetails.properties };
  }
  return undefined;
});
df.app.orchestration('counts', function* (context: OrchestrationContext) {
  return (yield context.df.callActivity('count', context.df.instanceId)) as unknown;
});
let calls = 0;
df.app.orchestration('changes', function* (context: OrchestrationContext) {
  calls += 1;
  yield calls === 1 ? context.df.callActivity('echo', 1) : after(context, 1000);
  return 'never';
});
df.app.orchestration('fireAndForget', function* (context: OrchestrationContext) {
  context.df.callActivity('count', 'never scheduled');
  yield after(context, 1000);
  return 'done';
});
df.app.orchestration('nap', function* (context: OrchestrationContext) {
  const from = context.df.currentUtcDateTime.getTime();
  yield after(context, 10_500);
  return context.df.currentUtcDateTime.getTime() - from;
});
df.app.orchestration('listens', function* (context: OrchestrationContext) {
  const got: unknown[] = [];
  for (let round = 0; round < 3; round += 1) {
    got.push(yield context.df.waitForExternalEvent('go'));
    yield context.df.callActivity('echo', round);
  }
  return got;
});

df.app.entity('box', (context: df.EntityContext<number>) => {
  context.df.setState((context.df.getState(() => 0) ?? 0) + 1);
  if (context.df.operationName === 'signalsAndThrows') context.df.signalEntity(new df.EntityId('box', 'signalled'), 'touch', 1);
  if (context.df.operationName !== 'touch') throw new Error('entity broke');
  context.df.return('ok');
});
df.app.orchestration('callsBox', function* (context: OrchestrationContext) {
  try {
    return (yield context.df.callEntity(new df.EntityId('box', 'one'), context.df.getInput<string>() ?? 'touch')) as unknown;
  } catch (error) {
    return (error as Error).message;
  }
});
