import * as df from 'durable-functions';
import type { InvocationContext } from '@azure/functions';
import type { DurableClient } from 'durable-functions';
import { OrchestrationRuntimeStatus } from 'durable-functions';
import { version } from '../../package.json';
import { SettingsError } from '../errors';
import { BLOBS, commandId, FUNCTIONS, loopId } from '../names';
import type { Flags } from '../model/pool';
import { keep, KEEPER_REASON, type Keeping } from '../observe/keep';
import { heartbeatOf } from '../observe/heartbeat';
import { emit } from '../observe/log';
import type { PoolSettings } from '../settings/settings';
import { engineOf } from './engine';
import { clock, loadSettings, store } from './environment';
import { statusOf } from './loopStatus';

const LOOKS_AFTER_TERMINATE = 10;
const LOOK_MS = 500;

/** Starts, replaces and purges; each pool on its own, so that one in trouble keeps no other waiting. */
export async function keepAll(client: DurableClient, context: InvocationContext): Promise<Record<string, unknown>> {
  const settings = loadSettings();
  const outcomes: Record<string, unknown> = {};
  for (const pool of settings.pools) {
    try {
      outcomes[pool.pool] = await keepPool(client, context, pool, settings.autoStart);
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      emit(context, 'error', 'error', { pool: pool.pool, code: 'keeper-failed', text });
      outcomes[pool.pool] = { action: 'failed', reason: text };
    }
  }
  const purged = await purge(client, settings.historyRetentionDays);
  return { pools: outcomes, purged };
}

async function keepPool(client: DurableClient, context: InvocationContext, settings: PoolSettings, autoStart: boolean): Promise<Keeping> {
  const { pool } = settings;
  const memory = await engineOf(context).readMemory(pool);
  const status = await statusOf(client, loopId(pool));
  const createdAt = status?.createdTime === undefined ? undefined : new Date(status.createdTime).getTime();
  const flags = memory?.tick === undefined ? await storedFlags(pool) : undefined;
  if (flags !== undefined) await commandTo(client, pool, 'restoreFlags', { flags });
  const restored = flags === undefined || memory === undefined ? memory : { ...memory, flags };
  if (memory === undefined && flags?.stopped !== undefined)
    return { action: 'leave', reason: `stopped by an operator: ${flags.stopped.reason}` };
  emit(context, 'information', 'heartbeat', { pool, version, ...heartbeatOf(memory, status?.runtimeStatus, clock.now()) });
  const { minute } = settings.durations;
  const keeping = keep({ status, memory: restored, autoStart, now: clock.now(), minute, createdAt });
  if (keeping.action === 'leave') return keeping;
  emit(context, 'warning', 'keeper', { pool, ...keeping });
  if (keeping.action === 'noteStop') await commandTo(client, pool, 'stop', { reason: keeping.reason, holdDrains: false });
  else if (keeping.action === 'replace') await replace(client, pool, keeping.reason);
  else await startLoop(client, pool);
  return keeping;
}

async function storedFlags(pool: string): Promise<Flags | undefined> {
  const blob = await store().read(BLOBS.flags(pool));
  if (blob === undefined) return undefined;
  try {
    return JSON.parse(blob.text) as Flags;
  } catch {
    // A torn mirror is no flags: the entity is the truth.
    return undefined;
  }
}

/** A terminate can be lost: look whether it worked, and repeat. The next minute's keeper goes on where this one gives up. */
async function replace(client: DurableClient, pool: string, reason: string): Promise<void> {
  const id = loopId(pool);
  for (let look = 0; look < LOOKS_AFTER_TERMINATE; look += 1) {
    if (look % 4 === 0) await client.terminate(id, `${KEEPER_REASON} ${reason.replaceAll(/[&#]/g, ' ')}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    const status = await statusOf(client, id);
    if (status?.runtimeStatus !== 'Running' && status?.runtimeStatus !== 'Pending') return startLoop(client, pool);
  }
}

export async function startLoop(client: DurableClient, pool: string): Promise<void> {
  try {
    await client.startNew(FUNCTIONS.autoscaler, { instanceId: loopId(pool), input: { pool, schema: 1 } });
  } catch (error) {
    // Another starter was quicker: one loop runs, which is what was asked for.
    if (!String(error).includes('409')) throw error;
  }
}

export async function commandTo(client: DurableClient, pool: string, operation: string, input: unknown): Promise<string> {
  const id = commandId(pool, `${clock.now().toString(36)}-${crypto.randomUUID().slice(0, 8)}`);
  await client.startNew(FUNCTIONS.command, { instanceId: id, input: { pool, operation, input } });
  return id;
}

const DAY_MS = 86_400_000;

/** Nothing is purged by itself: finished drains and commands would fill the hub. */
async function purge(client: DurableClient, retentionDays: number): Promise<number> {
  const { Completed, Failed, Terminated } = OrchestrationRuntimeStatus;
  const result = await client.purgeInstanceHistoryBy({
    createdTimeFrom: new Date(0),
    createdTimeTo: new Date(clock.now() - retentionDays * DAY_MS),
    runtimeStatus: [Completed, Failed, Terminated],
  });
  return result?.instancesDeleted ?? 0;
}

df.app.client.timer(FUNCTIONS.keeper, {
  schedule: '0 * * * * *',
  handler: async (_timer, client: DurableClient, context: InvocationContext): Promise<void> => {
    try {
      await keepAll(client, context);
    } catch (error) {
      if (!(error instanceof SettingsError)) throw error;
      emit(context, 'error', 'error', { code: error.code, text: error.message });
    }
  },
});
