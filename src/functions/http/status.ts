import type { InvocationContext } from '@azure/functions';
import type { DurableClient } from 'durable-functions';
import { version } from '../../../package.json';
import { AutoscalerError } from '../../errors';
import { BLOBS, loopId, POOL_NAME } from '../../names';
import { poolStatus } from '../../observe/status';
import { engineOf } from '../engine';
import { clock, loadSettings, store } from '../environment';
import { statusOf } from '../loopStatus';

/** Loop, entity and drains of one pool, joined. What cannot be read is shown as an alert; the rest is shown all the same. Undefined: unknown. */
export async function statusOfPool(
  pool: string,
  client: DurableClient,
  context: InvocationContext,
): Promise<Record<string, unknown> | undefined> {
  const settings = loadSettings().pools.find((each) => each.pool === pool);
  if (settings === undefined && !POOL_NAME.test(pool)) return undefined;
  const problems: { code: string; text: string }[] = [];
  const reading = async <T>(read: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      problems.push({ code: error instanceof AutoscalerError ? error.code : 'engine-unavailable', text: error.message.slice(0, 300) });
      return undefined;
    }
  };
  const [loop, memory] = await Promise.all([
    reading(() => statusOf(client, loopId(pool))),
    reading(() => engineOf(context).readMemory(pool)),
  ]);
  // A pool that left the settings is shown while something of it is left.
  if (settings === undefined && memory === undefined && problems.length === 0) return undefined;
  // Without a tick nothing has told yet whether the blobs can be reached, and the keeper waits for them.
  if (memory?.tick === undefined && settings !== undefined) await reading(() => store().read(BLOBS.flags(pool)));
  return poolStatus({
    pool,
    version,
    settings,
    loop: loop === undefined ? undefined : { runtimeStatus: String(loop.runtimeStatus) },
    memory,
    problems,
    now: clock.now(),
  });
}
