import * as df from 'durable-functions';
import type { HttpRequest, HttpResponseInit, InvocationContext } from '@azure/functions';
import type { DurableClient } from 'durable-functions';
import { z } from 'zod';
import { version } from '../../../package.json';
import { check } from '../../check/check';
import { bad, type CheckItem } from '../../check/item';
import { ServiceError, SettingsError } from '../../errors';
import { emit } from '../../observe/log';
import { engineOf } from '../engine';
import { clock, me, poolSettings, runnersOf, scaleSetOf, store, surroundingsOf, targetOf } from '../environment';
import { answering, bodyOf, json, RequestError } from './answer';
import { poolOf } from './run';

/** POST /api/pools/{pool}/check[?write=true]: the preflight. Always 200; `ok` is false where any item is. */
df.app.client.http('poolCheck', {
  route: 'pools/{pool}/check',
  methods: ['POST'],
  authLevel: 'function',
  handler: (request: HttpRequest, _client: DurableClient, context: InvocationContext): Promise<HttpResponseInit> =>
    answering(async () => {
      await bodyOf(request, z.strictObject({}));
      const asked = request.query.get('write') ?? 'false';
      if (asked !== 'true' && asked !== 'false') throw new RequestError(400, 'bad-query', '?write= takes true or false.');
      const write = asked === 'true';
      const name = request.params['pool'] ?? '';
      const items = await itemsOf(request, write, context);
      const failed = items.filter(({ ok }) => ok === false).map((item) => item.name);
      emit(context, 'information', 'check', { pool: name, failed, wrote: write });
      return json(200, { pool: name, version, ok: failed.length === 0, items });
    }),
});

async function itemsOf(request: HttpRequest, write: boolean, context: InvocationContext): Promise<readonly CheckItem[]> {
  try {
    const name = poolOf(request);
    const settings = poolSettings(name);
    const target = targetOf(settings);
    const ports = {
      ...{ runners: runnersOf(target), scaleSet: scaleSetOf(target), surroundings: surroundingsOf(target), store: store(), clock },
      ...{ memory: await engineOf(context).readMemory(name), me: me(context) },
    };
    return await check(ports, settings, { write });
  } catch (error) {
    if (error instanceof SettingsError)
      return error.problems.map((problem) => bad('settings', problem, 'Change the app setting; the app restarts by itself.'));
    // A connection string that cannot be read fails before anything can be asked.
    if (error instanceof ServiceError) return [bad('storage', error.message, 'Change the app setting that the text names.')];
    throw error;
  }
}
