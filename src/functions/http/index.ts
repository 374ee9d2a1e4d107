import type { HttpRequest, HttpResponseInit } from '@azure/functions';
import { z } from 'zod';
import { SettingsError } from '../../errors';
import { EVENTS, loopId } from '../../names';
import { engineOf } from '../engine';
import { loadSettings, poolSettings } from '../environment';
import { keepAll, startLoop } from '../keeper';
import { isOver, statusOf } from '../loopStatus';
import { bodyOf, json, RequestError } from './answer';
import { forget, normalize, reap } from './confirmed';
import { route } from './route';
import { fromAnswer, idOf, poolOf, run } from './run';
import { statusOfPool } from './status';

const reason = z.string().max(200).default('no reason given');
const empty = z.strictObject({});
const pauseBody = z.strictObject({
  scaleOut: z.boolean().default(true),
  scaleIn: z.boolean().default(true),
  reason,
  forMinutes: z.number().positive().max(525_600).optional(),
});
const reasonBody = z.strictObject({ reason });
const confirmBody = z.strictObject({ confirm: z.string() });

/** The status route is where an operator looks for what is wrong with the settings. */
async function showingSettings(show: () => Promise<HttpResponseInit>, more: object): Promise<HttpResponseInit> {
  try {
    return await show();
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return json(200, { mode: 'invalid settings', error: { code: error.code, message: error.message }, ...more });
  }
}

route('poolsStatus', 'pools', ['GET'], (_request, client, context) =>
  showingSettings(
    async () => {
      const names = loadSettings().pools.map((each) => each.pool);
      return json(200, { pools: await Promise.all(names.map((name) => statusOfPool(name, client, context))) });
    },
    { pools: [] },
  ),
);

route('poolStatus', 'pools/{pool}', ['GET'], (request, client, context) =>
  showingSettings(
    async () => {
      const pool = request.params['pool'] ?? '';
      return json(200, (await statusOfPool(pool, client, context)) ?? { pool: poolOf(request) });
    },
    { pool: request.params['pool'] },
  ),
);

route('poolStart', 'pools/{pool}/start', ['POST'], async (request, client, context) => {
  const pool = poolOf(request);
  await bodyOf(request, empty);
  const answer = await run(client, context, pool, 'start', {});
  if (!answer.ok) return fromAnswer(answer);
  const id = loopId(pool);
  if (String((await statusOf(client, id))?.runtimeStatus) === 'Suspended') await client.resume(id, 'started by an operator');
  else await startLoop(client, pool);
  return json(202, { pool, started: true, ...client.createHttpManagementPayload(id) });
});

const STOP_LOOKS = 100;
const STOP_LOOK_MS = 200;
/** With force: so many looks for the graceful end before it is terminated as well. */
const PATIENT_LOOKS = 20;

route('poolStop', 'pools/{pool}/stop', ['POST'], async (request, client, context) => {
  const pool = poolOf(request);
  const given = await bodyOf(request, reasonBody);
  const holdDrains = choiceOf(request, 'drains', ['hold']) === 'hold';
  const force = choiceOf(request, 'force', ['true', 'false']) === 'true';
  const answer = await run(client, context, pool, 'stop', { reason: given.reason, holdDrains });
  if (!answer.ok) return fromAnswer(answer);
  const id = loopId(pool);
  for (let look = 0; look < STOP_LOOKS; look += 1) {
    const status = await statusOf(client, id);
    const said = { pool, stopped: true, drainsHeld: holdDrains, ...client.createHttpManagementPayload(id) };
    if (status === undefined || isOver(status))
      return json(200, { ...said, ended: true, endedAs: status?.runtimeStatus ?? 'never started' });
    // An event or a terminate can be lost at the end of a generation: say it again.
    if (look % 10 === 0)
      await (force && look >= PATIENT_LOOKS ? client.terminate(id, 'stopped by an operator') : client.raiseEvent(id, EVENTS.wake, null));
    await new Promise((resolve) => setTimeout(resolve, STOP_LOOK_MS));
  }
  // It ends at its next tick; the status URL tells when.
  return json(202, { pool, stopped: true, drainsHeld: holdDrains, ...client.createHttpManagementPayload(id), ended: false });
});

function choiceOf(request: HttpRequest, name: string, choices: readonly string[]): string | undefined {
  const given = request.query.get(name) ?? undefined;
  if (given === undefined || choices.includes(given)) return given;
  throw new RequestError(400, 'bad-query', `?${name}= takes ${choices.join(' or ')}, not "${given.slice(0, 40)}".`);
}

route('poolWake', 'pools/{pool}/wake', ['POST'], async (request, client) => {
  const pool = poolOf(request);
  await bodyOf(request, empty);
  const status = await statusOf(client, loopId(pool));
  if (status === undefined || isOver(status) || String(status.runtimeStatus) === 'Suspended')
    throw new RequestError(409, 'loop-not-running', `The loop of "${pool}" is not running; POST /api/pools/${pool}/start first.`);
  await client.raiseEvent(loopId(pool), EVENTS.wake, null);
  return json(202, { pool, woken: true });
});

route('poolPause', 'pools/{pool}/pause', ['POST'], async (request, client, context) => {
  const pool = poolOf(request);
  const { forMinutes, ...pause } = await bodyOf(request, pauseBody);
  if (!pause.scaleOut && !pause.scaleIn)
    throw new RequestError(400, 'bad-body', 'The body pauses nothing: scaleOut and scaleIn are both false; POST …/resume lifts a pause.');
  const forMs = forMinutes === undefined ? {} : { forMs: forMinutes * poolSettings(pool).durations.minute };
  return fromAnswer(await run(client, context, pool, 'pause', { ...pause, ...forMs }));
});

for (const operation of ['resume', 'acknowledge'] as const) {
  route(`pool-${operation}`, `pools/{pool}/${operation}`, ['POST'], async (request, client, context) => {
    const pool = poolOf(request);
    await bodyOf(request, empty);
    return fromAnswer(await run(client, context, pool, operation, {}));
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
    const answer = await run(client, context, pool, operation, { runnerId: idOf(request, 'runner') });
    if (answer.ok && typeof answer['drain'] === 'string') await engineOf(context).nudge(answer['drain'], { news: 'giveBack' });
    return fromAnswer(answer);
  });
}

for (const [word, operation] of [
  ['protect', 'protectInstance'],
  ['unprotect', 'unprotectInstance'],
] as const) {
  route(`instance-${word}`, `pools/{pool}/instances/{vmId}/${word}`, ['POST'], async (request, client, context) => {
    const pool = poolOf(request);
    await bodyOf(request, empty);
    return fromAnswer(await run(client, context, pool, operation, { vmId: idOf(request, 'vmId') }));
  });
}

route('runner-forget', 'pools/{pool}/runners/{runner}/forget', ['POST'], async (request, _client, context) =>
  forget(poolOf(request), idOf(request, 'runner'), (await bodyOf(request, confirmBody)).confirm, context),
);

route('instance-reap', 'pools/{pool}/instances/{vmId}/reap', ['POST'], async (request, client, context) =>
  reap(poolOf(request), idOf(request, 'vmId'), (await bodyOf(request, confirmBody)).confirm, client, context),
);

route('pool-normalize', 'pools/{pool}/normalize', ['POST'], async (request, client, context) =>
  normalize(poolOf(request), (await bodyOf(request, confirmBody)).confirm, client, context),
);

route('keeperNow', 'keeper', ['POST'], async (request, client, context) => {
  await bodyOf(request, empty);
  return json(200, await keepAll(client, context));
});
