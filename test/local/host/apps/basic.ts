import { app } from '@azure/functions';
import * as df from 'durable-functions';
import type { OrchestrationContext } from 'durable-functions';

/** A small app on the real SDK: one orchestrator, activity, entity, route and timer of each sort. */

df.app.entity('counter', (context: df.EntityContext<number>) => {
  const value = context.df.getState(() => 0) ?? 0;
  const by = context.df.getInput<number>() ?? 1;
  switch (context.df.operationName) {
    case 'add':
      context.df.setState(value + by);
      context.df.return(value + by);
      return;
    case 'throwAfterSet':
      context.df.setState(value + by);
      throw new Error('entity broke');
    case 'forward':
      context.df.signalEntity(new df.EntityId('counter', 'other'), 'add', by);
      return;
    case 'destroy':
      context.df.destructOnExit();
      return;
    default:
      context.df.return(value);
  }
});

const entity = (key = 'main'): df.EntityId => new df.EntityId('counter', key);

df.app.activity('echo', { handler: (input: unknown) => input });
df.app.activity('fail', {
  handler: (input: { message?: string } | undefined) => {
    throw new Error(input?.message ?? 'broke');
  },
});
df.app.activity('readCounter', {
  extraInputs: [df.input.durableClient()],
  handler: async (_input: unknown, context) => {
    const state = await df.getClient(context).readEntityState<number>(entity());
    return state.entityState ?? 0;
  },
});
df.app.activity('time', { handler: () => ({ date: new Date(), now: Date.now(), lost: undefined }) });

df.app.orchestration('ticker', function* (context: OrchestrationContext) {
  const { ticks = 0, every = 60_000 } = context.df.getInput<{ ticks?: number; every?: number }>() ?? {};
  context.df.setCustomStatus({ ticks });
  yield context.df.callActivity('readCounter', {});
  yield context.df.callEntity(entity(), 'add', 1);
  yield context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + every));
  context.df.continueAsNew({ ticks: ticks + 1, every });
});

df.app.orchestration('chain', function* (context: OrchestrationContext) {
  const a: unknown = yield context.df.callActivity('echo', { text: 'a', when: 1 });
  const b: unknown = yield context.df.Task.all([context.df.callActivity('echo', 'x'), context.df.callActivity('echo', '123')]);
  const c: unknown = yield context.df.callSubOrchestrator('child', { n: 1 }, `${context.df.instanceId}-child`);
  return { a, b, c, input: context.df.getInput() };
});
df.app.orchestration('child', function* (context: OrchestrationContext) {
  yield context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 1000));
  return { child: context.df.getInput() };
});
df.app.orchestration('retrying', function* (context: OrchestrationContext) {
  const options = new df.RetryOptions(1000, 3);
  options.backoffCoefficient = 2;
  try {
    yield context.df.callActivityWithRetry('fail', options, { message: 'again' });
  } catch (error) {
    return (error as Error).message;
  }
  return undefined;
});
df.app.orchestration('failing', function* (context: OrchestrationContext) {
  yield context.df.callActivity('echo', 1);
  throw new Error('gave up');
});
df.app.orchestration('timing', function* (context: OrchestrationContext) {
  return (yield context.df.callActivity('time', {})) as unknown;
});
df.app.orchestration('waiting', function* (context: OrchestrationContext) {
  return (yield context.df.waitForExternalEvent('go')) as unknown;
});

app.http('hello', {
  route: 'hello/{name}/{rest?}',
  methods: ['GET', 'POST'],
  authLevel: 'function',
  handler: async (request) => ({ jsonBody: { name: request.params['name'], q: request.query.get('q'), body: await request.text() } }),
});
app.http('open', { route: 'open', methods: ['GET'], authLevel: 'anonymous', handler: () => ({ status: 201, body: 'yes' }) });
df.app.client.http('clientHttp', {
  route: 'start/{name}/{id}',
  methods: ['POST'],
  authLevel: 'function',
  handler: async (request, client) => {
    const id = await client.startNew(request.params['name'] ?? '', { instanceId: request.params['id'] ?? '', input: await request.json() });
    return client.createCheckStatusResponse(request, id);
  },
});
df.app.client.timer('minute', {
  schedule: '0 */1 * * * *',
  handler: async (_timer, client) => {
    await client.signalEntity(entity('minutes'), 'add', 1);
  },
});
