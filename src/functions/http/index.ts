import * as df from 'durable-functions';
import type { HttpRequest, HttpResponseInit, InvocationContext } from '@azure/functions';
import type { DurableClient } from 'durable-functions';
import { z } from 'zod';
import { version } from '../../../package.json';
import { SettingsError } from '../../errors';
import { EVENTS, loopId } from '../../names';
import { poolStatus } from '../../observe/status';
import { engineOf } from '../engine';
import { clock, loadSettings } from '../environment';
import { keepAll, startLoop } from '../keeper';
import { statusOf } from '../loopStatus';
import { answering, bodyOf, json } from './answer';
import { forget, normalize, reap } from './confirmed';
import { fromAnswer, knownPool, run } from './run';

type Handler = (request: HttpRequest, client: DurableClient, context: InvocationContext) => Promise<HttpResponseInit>;

function route(name: string, path: string, methods: ('GET' | 'POST')[], handler: Handler): void {
  df.app.client.http(name, {
    route: path,
    methods,
    authLevel: 'function',
    handler: (request: HttpRequest, client: DurableClient, context: InvocationContext) =>
      answering(() => handler(request, client, context)),
  });
}

const empty = z.strictObject({});
const pauseBody = z.strictObject({
  scaleOut: z.boolean().default(true),
  scaleIn: z.boolean().default(true),
  reason: z.string().max(200).default('no reason given'),
  forMinutes: z.number().positive().max(525_600).optional(),
});
const reasonBody = z.strictObject({ reason: z.string().max(200).default('no reason given') });
const confirmBody = z.strictObject({ confirm: z.string() });

const poolOf = (request: HttpRequest): string => knownPool(request.params['pool']);

route('poolsStatus', 'pools', ['GET'], async (_request, client, context) => {
  try {
    const names = loadSettings().pools.map((each) => each.pool);
    const pools = await Promise.all(names.map((name) => one(name, client, context)));
    return json(200, { pools });
  } catch (error) {
    // The status route is where an operator looks for what is wrong with the settings.
    if (error instanceof SettingsError)
      return json(200, { mode: 'invalid settings', error: { code: error.code, message: error.message }, pools: [] });
    throw error;
  }
});

route('poolStatus', 'pools/{pool}', ['GET'], async (request, client, context) => {
  try {
    return json(200, await one(poolOf(request), client, context));
  } catch (error) {
    if (error instanceof SettingsError) return json(200, { mode: 'invalid settings', error: { code: error.code, message: error.message } });
    throw error;
  }
});

async function one(pool: string, client: DurableClient, context: InvocationContext): Promise<Record<string, unknown>> {
  const settings = loadSettings().pools.find((each) => each.pool === pool);
  const [loop, memory] = await Promise.all([statusOf(client, loopId(pool)), engineOf(context).readMemory(pool)]);
  return poolStatus({
    pool,
    version,
    settings,
    loop: loop === undefined ? undefined : { runtimeStatus: String(loop.runtimeStatus) },
    memory,
    now: clock.now(),
  });
}

route('poolStart', 'pools/{pool}/start', ['POST'], async (request, client) => {
  const pool = poolOf(request);
  await bodyOf(request, empty);
  const answer = await run(client, pool, 'start', {});
  if (!answer.ok) return fromAnswer(answer);
  await startLoop(client, pool);
  return json(202, { pool, started: true, ...client.createHttpManagementPayload(loopId(pool)) });
});

const STOP_LOOKS = 60;

route('poolStop', 'pools/{pool}/stop', ['POST'], async (request, client) => {
  const pool = poolOf(request);
  const { reason } = await bodyOf(request, reasonBody);
  const holdDrains = request.query.get('drains') === 'hold';
  const force = request.query.get('force') === 'true';
  const answer = await run(client, pool, 'stop', { reason, holdDrains });
  if (!answer.ok) return fromAnswer(answer);
  const id = loopId(pool);
  for (let look = 0; look < STOP_LOOKS; look += 1) {
    const status = await statusOf(client, id);
    const ended = status === undefined || !['Running', 'Pending', 'ContinuedAsNew', 'Suspended'].includes(String(status.runtimeStatus));
    if (ended) return json(200, { pool, stopped: true, ended: true, drainsHeld: holdDrains, ...client.createHttpManagementPayload(id) });
    // An event or a terminate can be lost at the end of a generation: say it again.
    if (look % 10 === 0)
      await (force && look > 0 ? client.terminate(id, 'stopped by an operator') : client.raiseEvent(id, EVENTS.wake, null));
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return json(202, { pool, stopped: true, ended: false, drainsHeld: holdDrains, ...client.createHttpManagementPayload(id) });
});

route('poolWake', 'pools/{pool}/wake', ['POST'], async (request, client) => {
  const pool = poolOf(request);
  const status = await statusOf(client, loopId(pool));
  if (status === undefined || !['Running', 'Pending', 'ContinuedAsNew'].includes(String(status.runtimeStatus)))
    return json(409, {
      error: { code: 'loop-not-running', message: `The loop of "${pool}" is not running; POST /api/pools/${pool}/start first.` },
    });
  await client.raiseEvent(loopId(pool), EVENTS.wake, null);
  return json(202, { pool, woken: true });
});

route('poolPause', 'pools/{pool}/pause', ['POST'], async (request, client) => {
  const pool = poolOf(request);
  const { scaleOut, scaleIn, reason, forMinutes } = await bodyOf(request, pauseBody);
  const forMs = forMinutes === undefined ? {} : { forMs: forMinutes * 60_000 };
  return fromAnswer(await run(client, pool, 'pause', { scaleOut, scaleIn, reason, ...forMs }));
});

for (const operation of ['resume', 'acknowledge'] as const) {
  route(`pool-${operation}`, `pools/{pool}/${operation}`, ['POST'], async (request, client) => {
    const pool = poolOf(request);
    await bodyOf(request, empty);
    return fromAnswer(await run(client, pool, operation, {}));
  });
}

for (const [word, operation] of [
  ['protect', 'protectRunner'],
  ['unprotect', 'unprotectRunner'],
  ['release', 'releaseRunner'],
] as const) {
  route(`runner-${word}`, `pools/{pool}/runners/{runner}/${word}`, ['POST'], async (request, client, context) => {
    const pool = poolOf(request);
    await bodyOf(request, empty);
    const answer = await run(client, pool, operation, { runnerId: request.params['runner'] });
    if (answer.ok && typeof answer['drain'] === 'string') await engineOf(context).nudge(answer['drain'], { news: 'giveBack' });
    return fromAnswer(answer);
  });
}

for (const [word, operation] of [
  ['protect', 'protectInstance'],
  ['unprotect', 'unprotectInstance'],
] as const) {
  route(`instance-${word}`, `pools/{pool}/instances/{vmId}/${word}`, ['POST'], async (request, client) => {
    const pool = poolOf(request);
    await bodyOf(request, empty);
    return fromAnswer(await run(client, pool, operation, { vmId: request.params['vmId'] }));
  });
}

route('runner-forget', 'pools/{pool}/runners/{runner}/forget', ['POST'], async (request, _client, context) =>
  forget(poolOf(request), request.params['runner'] ?? '', (await bodyOf(request, confirmBody)).confirm, context),
);

route('instance-reap', 'pools/{pool}/instances/{vmId}/reap', ['POST'], async (request, client, context) =>
  reap(poolOf(request), request.params['vmId'] ?? '', (await bodyOf(request, confirmBody)).confirm, client, context),
);

route('pool-normalize', 'pools/{pool}/normalize', ['POST'], async (request, _client, context) =>
  normalize(poolOf(request), (await bodyOf(request, confirmBody)).confirm, context),
);

route('keeperNow', 'keeper', ['POST'], async (_request, client, context) => json(200, await keepAll(client, context)));
