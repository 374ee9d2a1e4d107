import { describe, expect, it } from 'vitest';
import { run } from './support';

const json = (body: unknown): RequestInit => ({
  method: 'POST',
  body: JSON.stringify(body),
  headers: { 'content-type': 'application/json' },
});
const post: RequestInit = { method: 'POST' };
const remove: RequestInit = { method: 'DELETE' };
const codeOf = async (url: string, init?: RequestInit): Promise<number> => (await fetch(url, init)).status;

describe('routes of the app', () => {
  it('take parameters, query and body, and answer 404 to other methods and paths', async () => {
    const { host } = await run('basic');
    const answer = await fetch(`${host.url}/api/hello/Ann%20B?q=1`, { method: 'POST', body: 'text' });
    expect(await answer.json()).toEqual({ name: 'Ann B', q: '1', body: 'text' });
    expect(await codeOf(`${host.url}/api/open`)).toBe(201);
    expect(await codeOf(`${host.url}/api/open`, post)).toBe(404);
    expect(await codeOf(`${host.url}/api/nothing`)).toBe(404);
    expect(await codeOf(`${host.url}/hello/x`)).toBe(404);
  });

  it('of authLevel function need the key, by query or header, where there is one', async () => {
    const { host } = await run('basic', { functionKey: 'secret' });
    expect(await codeOf(`${host.url}/api/hello/x`)).toBe(401);
    expect(await codeOf(`${host.url}/api/hello/x?code=wrong`)).toBe(401);
    expect(await codeOf(`${host.url}/api/hello/x?code=secret`)).toBe(200);
    expect(await codeOf(`${host.url}/api/hello/x`, { headers: { 'x-functions-key': 'secret' } })).toBe(200);
    expect(await codeOf(`${host.url}/api/open`)).toBe(201);
    expect(await codeOf(`${host.url}/runtime/webhooks/durabletask/instances/x`)).toBe(401);
    expect(await codeOf(`${host.url}/runtime/webhooks/durabletask/instances/x?code=secret`)).toBe(404);
  });

  it('start orchestrations through the SDK client, over sockets as well, with links that work', async () => {
    const { host, pass, output } = await run('basic', { transport: 'socket', functionKey: 'secret' });
    const answer = await fetch(`${host.url}/api/start/chain/one?code=secret`, json({ of: 'start' }));
    expect(answer.status).toBe(202);
    const { statusQueryGetUri } = (await answer.json()) as { statusQueryGetUri: string };
    await pass(60_000);
    const status = await fetch(statusQueryGetUri);
    expect(status.status).toBe(200);
    expect(await status.json()).toMatchObject({ instanceId: 'one', runtimeStatus: 'Completed', input: { of: 'start' } });
    expect(output('one')).toEqual({ a: { text: 'a', when: 1 }, b: ['x', 123], c: { child: { n: 1 } }, input: { of: 'start' } });
  });
});

describe('the durable API', () => {
  it.each(['/runtime/webhooks/durabletask', '/durabletask'])(
    'starts, refuses a running id, accepts it again when over (%s)',
    async (base) => {
      const { host, pass } = await run('basic');
      const start = `${host.url}${base}/orchestrators/waiting/w`;
      const answer = await fetch(start, json({ n: 1 }));
      expect(answer.status).toBe(202);
      expect(answer.headers.get('retry-after')).toBe('10');
      expect(await codeOf(start, json({ n: 2 }))).toBe(409);
      await pass(1_000);
      expect(await codeOf(start, json({ n: 2 }))).toBe(409);
      host.suspend('w');
      await pass(1_000);
      expect(await codeOf(start, json({ n: 2 }))).toBe(409);
      host.terminate('w');
      await pass(1_000);
      expect(await codeOf(start, json({ n: 3 }))).toBe(202);
      await pass(1_000);
      expect(host.status('w')).toMatchObject({ runtimeStatus: 'Running', input: { n: 3 }, output: null });
      expect(await codeOf(start, { method: 'POST', body: '{' })).toBe(400);
      expect(await codeOf(`${host.url}${base}/orchestrators/waiting/@x`, json(1))).toBe(400);
    },
  );

  it('raises events: 202, 404 when unknown, 410 when over, 400 without JSON', async () => {
    const { host, pass, output } = await run('basic');
    const base = `${host.url}/durabletask/instances`;
    host.startNew('waiting', 'w');
    await pass(1_000);
    expect(await codeOf(`${base}/none/raiseEvent/go`, json(1))).toBe(404);
    expect(await codeOf(`${base}/w/raiseEvent/go`, post)).toBe(400);
    expect(await codeOf(`${base}/w/raiseEvent/go`, json({ n: 5 }))).toBe(202);
    await pass(1_000);
    expect(output('w')).toEqual({ n: 5 });
    expect(await codeOf(`${base}/w/raiseEvent/go`, json(1))).toBe(410);
    expect(await codeOf(`${base}/w/terminate?reason=x`, post)).toBe(410);
    expect(await codeOf(`${base}/none/suspend`, post)).toBe(404);
    expect(await codeOf(`${base}/w/rewind`, post)).toBe(501);
  });

  it('shows history on demand', async () => {
    const { host, pass } = await run('basic');
    host.startNew('chain', 'c');
    await pass(60_000);
    const at = `${host.url}/durabletask/instances/c`;
    expect(await (await fetch(at)).json()).not.toHaveProperty('historyEvents');
    const { historyEvents } = (await (await fetch(`${at}?showHistory=true&showHistoryOutput=true`)).json()) as {
      historyEvents: { EventType: string; FunctionName?: string; Result?: unknown }[];
    };
    expect(historyEvents.map(({ EventType }) => EventType)).toEqual([
      'ExecutionStarted',
      'TaskCompleted',
      'TaskCompleted',
      'TaskCompleted',
      'SubOrchestrationInstanceCompleted',
    ]);
    expect(historyEvents[1]).toMatchObject({ FunctionName: 'echo', Result: { text: 'a', when: 1 } });
  });

  it('lists in pages, with filters', async () => {
    const { host, pass } = await run('basic');
    const early = host.clock.now();
    for (let n = 0; n < 130; n += 1) host.startNew('timing', `t-${String(n).padStart(3, '0')}`);
    await pass(60_000);
    host.startNew('waiting', 'w');
    await pass(1_000);
    const at = `${host.url}/durabletask/instances/`;
    const first = await fetch(`${at}?runtimeStatus=Completed`);
    const token = first.headers.get('x-ms-continuation-token') ?? '';
    expect((await first.json()) as unknown[]).toHaveLength(100);
    const second = await fetch(`${at}?runtimeStatus=Completed`, { headers: { 'x-ms-continuation-token': token } });
    expect((await second.json()) as unknown[]).toHaveLength(30);
    expect(second.headers.get('x-ms-continuation-token')).toBeNull();
    expect(
      await (await fetch(`${at}?createdTimeFrom=${new Date(early + 30_000).toISOString()}&runtimeStatus=Running`)).json(),
    ).toMatchObject([{ instanceId: '@counter@minutes' }, { instanceId: 'w' }]);
    expect((await (await fetch(`${at}?instanceIdPrefix=t-00&top=3`)).json()) as unknown[]).toHaveLength(3);
  });

  it('purges one (200, 404, 412) and by time of creation, only what is over', async () => {
    const { host, pass } = await run('basic');
    const at = `${host.url}/durabletask/instances/`;
    host.startNew('waiting', 'w');
    host.startNew('timing', 'one');
    host.startNew('timing', 'two');
    await pass(1_000);
    expect(await codeOf(`${at}w`, remove)).toBe(412);
    expect(await codeOf(`${at}one`, remove)).toBe(200);
    expect(await codeOf(`${at}one`, remove)).toBe(404);
    expect(await codeOf(at, remove)).toBe(400);
    const old = await fetch(`${at}?createdTimeFrom=2020-01-01T00:00:00Z`, remove);
    expect(await old.json()).toEqual({ instancesDeleted: 1 });
    expect(await codeOf(`${at}?createdTimeFrom=2020-01-01T00:00:00Z`, remove)).toBe(404);
    expect(host.listInstances().map(({ instanceId }) => instanceId)).toEqual(['w']);
  });

  it('reads, signals, lists and destroys entities', async () => {
    const { host, pass } = await run('basic');
    const at = `${host.url}/durabletask/entities`;
    expect(await codeOf(`${at}/counter/k`)).toBe(404);
    expect(await codeOf(`${at}/Counter/k?op=add`, json(5))).toBe(202);
    await pass(1_000);
    expect(await (await fetch(`${at}/counter/k`)).json()).toBe(5);
    host.signalEntity('counter', 'k', 'forward', 2);
    await pass(1_000);
    expect(host.readEntity('counter', 'other')).toBe(2);
    expect(await (await fetch(`${at}?fetchState=true`)).json()).toMatchObject([
      { entityId: { name: 'counter', key: 'k' }, state: 5 },
      { state: 2 },
    ]);
    host.signalEntity('counter', 'k', 'destroy');
    await pass(1_000);
    expect(await codeOf(`${at}/counter/k`)).toBe(404);
  });
});

describe('functions', () => {
  it('see the clock, and lose what JSON loses', async () => {
    const { host, pass, output } = await run('basic', { startAt: Date.UTC(2031, 5, 1) });
    host.startNew('timing', 't');
    await pass(1_000);
    expect(output('t')).toEqual({ date: '2031-06-01T00:00:00.000Z', now: Date.UTC(2031, 5, 1) });
  });

  it('on timers run on the clock, and on demand', async () => {
    const { host, pass } = await run('basic');
    await pass(10 * 60_000);
    expect(host.readEntity('counter', 'minutes')).toBe(10);
    expect(await codeOf(`${host.url}/admin/functions/minute`, json({}))).toBe(202);
    await pass(1_000);
    expect(host.readEntity('counter', 'minutes')).toBe(11);
    expect(await codeOf(`${host.url}/admin/functions/none`, json({}))).toBe(404);
  });

  it('that fail are retried with growing pauses; an uncaught error fails the orchestration', async () => {
    const { host, pass, output } = await run('basic');
    host.startNew('retrying', 'r');
    host.startNew('failing', 'f');
    await pass(2_900);
    expect(output('r')).toBeNull();
    await pass(200);
    expect(output('r')).toContain("Activity function 'fail' failed: again");
    expect(host.counters.functions.get('fail')?.calls).toBe(3);
    expect(host.status('f')).toMatchObject({ runtimeStatus: 'Failed', output: "Orchestrator function 'failing' failed: gave up" });
  });
});
