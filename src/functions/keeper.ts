import * as df from 'durable-functions';
import type { InvocationContext } from '@azure/functions';
import type { DurableClient } from 'durable-functions';
import { OrchestrationRuntimeStatus } from 'durable-functions';
import { version } from '../../package.json';
import { ServiceError, SettingsError } from '../errors';
import { briefly, learnSome } from '../forecast/learn';
import { FUNCTIONS, loopId } from '../names';
import { keep, KEEPER_REASON, type Keeping } from '../observe/keep';
import { heartbeatOf } from '../observe/heartbeat';
import { dropOldDays } from '../observe/ledger/retention';
import { emit } from '../observe/log';
import type { PoolSettings, Settings } from '../settings/settings';
import { commandPool, restoreFlags } from './command';
import { engineOf } from './engine';
import { clock, loadSettings, store } from './environment';
import { isOver, statusOf } from './loopStatus';

const LOOKS_AFTER_TERMINATE = 10;
const LOOK_MS = 500;
/** The start of this process, near enough. */
const APP_STARTED_AT = clock.now();

/** Starts, replaces and purges; each pool on its own, so that one in trouble keeps no other waiting. */
export async function keepAll(client: DurableClient, context: InvocationContext): Promise<Record<string, unknown>> {
  const settings = loadSettings();
  const outcomes: Record<string, unknown> = {};
  for (const pool of settings.pools) {
    try {
      outcomes[pool.pool] = await keepPool(client, context, pool, settings.autoStart);
      await learnPast(context, pool);
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      emit(context, 'error', 'error', { pool: pool.pool, code: 'keeper-failed', text });
      outcomes[pool.pool] = { action: 'failed', reason: text };
    }
  }
  return { pools: outcomes, ...(await tidy(client, context, settings)) };
}

const HOUR_MS = 3_600_000;
let tidiedAt = -Infinity;

/** Once an hour and process: both look through the whole of what is kept, and what stays an hour longer harms nobody. */
async function tidy(
  client: DurableClient,
  context: InvocationContext,
  { historyRetentionDays, ledgerRetentionDays }: Settings,
): Promise<{ readonly purged: number | null; readonly ledgerDaysDropped: number | null }> {
  if (clock.now() - tidiedAt < HOUR_MS) return { purged: 0, ledgerDaysDropped: 0 };
  tidiedAt = clock.now();
  return {
    purged: await tryPurge(client, context, historyRetentionDays),
    ledgerDaysDropped: await tryDropOldDays(context, ledgerRetentionDays),
  };
}

async function tryDropOldDays(context: InvocationContext, days: number): Promise<number | null> {
  try {
    return await dropOldDays(store(), days, clock.now());
  } catch (error) {
    emit(context, 'error', 'error', { code: 'purge-failed', text: error instanceof Error ? error.message : String(error) });
    return null;
  }
}

/** A piece of the pool's past at a time, beside its loop: what a forecast rests on is a day old anyway. */
async function learnPast(context: InvocationContext, settings: PoolSettings): Promise<void> {
  if (settings.forecast === 'off') return;
  const { pool } = settings;
  try {
    const learned = await learnSome(store(), settings, clock.now());
    if (learned.kind !== 'up-to-date') emit(context, 'information', 'forecast', { pool, ...briefly(learned) });
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    emit(context, 'warning', 'forecast', { pool, code: error.code, text: error.message });
  }
}

async function tryPurge(client: DurableClient, context: InvocationContext, retentionDays: number): Promise<number | null> {
  try {
    return await purge(client, retentionDays);
  } catch (error) {
    emit(context, 'error', 'error', { code: 'purge-failed', text: error instanceof Error ? error.message : String(error) });
    return null;
  }
}

async function keepPool(client: DurableClient, context: InvocationContext, settings: PoolSettings, autoStart: boolean): Promise<Keeping> {
  const { pool } = settings;
  const engine = engineOf(context);
  let memory = await engine.readMemory(pool);
  const restored = await restoreFlags(client, context, pool, memory);
  if (restored !== undefined) {
    // Nothing is started before it is known whether an operator had stopped it.
    if (restored.state !== 'answered')
      return { action: 'leave', reason: `the flags of the former task hub are being restored (${restored.id})` };
    memory = await engine.readMemory(pool);
  }
  const status = await statusOf(client, loopId(pool));
  const createdAt = status?.createdTime === undefined ? undefined : new Date(status.createdTime).getTime();
  emit(context, 'information', 'heartbeat', { pool, version, ...heartbeatOf(memory, status?.runtimeStatus, clock.now(), APP_STARTED_AT) });
  const updatedAt = status?.lastUpdatedTime === undefined ? undefined : new Date(status.lastUpdatedTime).getTime();
  const keeping = keep({ status, memory, autoStart, now: clock.now(), createdAt, updatedAt });
  if (keeping.action === 'leave') return keeping;
  emit(context, 'warning', 'keeper', { pool, ...keeping });
  if (keeping.action === 'noteStop')
    await commandPool(client, context, pool, 'stop', { reason: keeping.reason, holdDrains: false, endedAt: updatedAt });
  else if (keeping.action === 'replace') await replace(client, pool, keeping.reason);
  else await startLoop(client, pool);
  return keeping;
}

/** A terminate can be lost: look whether it worked, and repeat. The next minute's keeper goes on where this one gives up. */
async function replace(client: DurableClient, pool: string, reason: string): Promise<void> {
  const id = loopId(pool);
  for (let look = 0; look < LOOKS_AFTER_TERMINATE; look += 1) {
    if (look % 4 === 0) await client.terminate(id, `${KEEPER_REASON} ${reason.replaceAll(/[&#]/g, ' ')}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    const status = await statusOf(client, id);
    if (status === undefined || isOver(status)) return startLoop(client, pool);
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

const DAY_MS = 86_400_000;

/** Nothing is purged by itself: finished drains and commands would fill the hub. Real days: the engine's storage knows no trial. */
async function purge(client: DurableClient, retentionDays: number): Promise<number> {
  const { Completed, Failed, Terminated, Canceled } = OrchestrationRuntimeStatus;
  const result = await client.purgeInstanceHistoryBy({
    createdTimeFrom: new Date(0),
    createdTimeTo: new Date(clock.now() - retentionDays * DAY_MS),
    runtimeStatus: [Completed, Failed, Terminated, Canceled],
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
