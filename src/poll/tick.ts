import type { TickPlan } from '../model/decision';
import type { Cooldowns, PoolMemory } from '../model/pool';
import { emptyMemory } from '../model/pool';
import { ServiceError } from '../errors';
import { recallForecast } from '../forecast/recall';
import { BLOBS } from '../names';
import { appendLines } from '../observe/ledger/append';
import { readCooldowns, type FoundCooldowns } from '../persist/cooldownBlobs';
import { claim, type Owner } from '../persist/owner';
import type { Clock } from '../ports/clock';
import type { RunnerService } from '../ports/runnerService';
import type { OperationResult, ScaleSet, ScaleSetState } from '../ports/scaleSet';
import type { StateStore } from '../ports/stateStore';
import type { PoolSettings } from '../settings/settings';
import { parseFleet, type FleetMemory } from './fleetMemory';
import { heldAlerts } from './hold';
import { planTick, type Planned, type TickInput } from './planTick';
import type { Reading } from './reading';

export interface TickPorts {
  readonly runners: RunnerService;
  readonly scaleSet: ScaleSet;
  readonly store: StateStore;
  readonly clock: Clock;
  readonly readMemory: () => Promise<PoolMemory | undefined>;
  readonly me: Owner;
}

export interface TickRequest {
  readonly tickId: string;
  readonly cooldownsReadAt: number | undefined;
}

export interface TickResult {
  readonly plan: TickPlan;
  readonly cooldownsReadAt: number | undefined;
}

/** The original may still write its blobs while both run for a while: they are read again this often. */
const COOLDOWNS_MINUTES = 5;

/**
 * One poll: recalls, reads StackGuardian and Azure once, and decides. Safe to run twice: the fleet's blob keeps the last tick's plan and is
 * written under its ETag, so a second run of the same tick answers with the first one's plan.
 */
export async function tick(ports: TickPorts, settings: PoolSettings, request: TickRequest): Promise<TickResult> {
  const now = ports.clock.now();
  const memory = (await ports.readMemory()) ?? emptyMemory(settings.pool, now);
  const loaded = await loadFleet(ports.store, settings.pool);
  if (loaded.kind === 'failed') {
    return {
      plan: planTick({ settings, memory, fleet: undefined, reading: loaded, now, tickId: request.tickId, warnings: [] }).plan,
      cooldownsReadAt: request.cooldownsReadAt,
    };
  }
  const { fleet, etag, warnings } = loaded;
  if (fleet?.lastTick?.id === request.tickId) return { plan: fleet.lastTick.plan, cooldownsReadAt: request.cooldownsReadAt };

  const isDue = request.cooldownsReadAt === undefined || now - request.cooldownsReadAt >= COOLDOWNS_MINUTES * settings.durations.minute;
  const reading = await read(ports, settings, memory, fleet);
  const found = isDue && reading.kind === 'complete' ? await tryCooldowns(ports.store, settings, memory.cooldowns, now) : undefined;
  const recalled = await recall(ports.store, settings, now);
  const input: TickInput = {
    settings,
    memory,
    fleet,
    reading,
    now: ports.clock.now(),
    tickId: request.tickId,
    warnings: [...settings.warnings, ...warnings, ...(found?.warnings ?? []), ...(recalled?.warnings ?? [])],
    ...(recalled?.forecast === undefined ? {} : { learned: recalled.forecast }),
    version: ports.me.version,
    inPlace: true,
    ...(found === undefined ? {} : { cooldownsFromBlobs: found.cooldowns, strangeStamps: found.strange }),
  };
  return {
    plan: await storeFleet(ports.store, input, etag, planTick(input)),
    cooldownsReadAt: found === undefined ? request.cooldownsReadAt : now,
  };
}

const recall = (store: StateStore, { forecast, pool }: PoolSettings, now: number): ReturnType<typeof recallForecast> | undefined =>
  forecast === 'off' ? undefined : recallForecast(store, pool, now);

type Loaded =
  | {
      readonly kind: 'loaded';
      readonly fleet: FleetMemory | undefined;
      readonly etag: string | undefined;
      readonly warnings: readonly string[];
    }
  | Extract<Reading, { kind: 'failed' }>;

async function loadFleet(store: StateStore, pool: string): Promise<Loaded> {
  try {
    const blob = await store.read(BLOBS.fleet(pool));
    const fleet = blob === undefined ? undefined : parseFleet(blob.text);
    const isRubbish = blob !== undefined && fleet === undefined;
    const warnings = isRubbish
      ? [`The blob "${BLOBS.fleet(pool)}" could not be read and is begun anew; instances it knew show as lost.`]
      : [];
    return { kind: 'loaded', fleet, etag: blob?.etag, warnings };
  } catch (error) {
    return failed(error, 'store');
  }
}

/** A plan whose memory could not be kept is not acted on: its windows and clocks would be lost. */
async function storeFleet(
  store: StateStore,
  { settings, memory }: Pick<TickInput, 'settings' | 'memory'>,
  etag: string | undefined,
  { plan, fleet, lines }: Planned,
): Promise<TickPlan> {
  const blob = BLOBS.fleet(settings.pool);
  const unkept = (code: string, text: string): TickPlan => {
    const own = heldAlerts({ settings, memory, now: plan.at }, { code, text, side: 'store' }).filter((alert) => alert.code === code);
    const decision = { rule: `hold/${code}`, reason: `Nothing was done: ${text}`, acts: [] };
    return { ...plan, held: true, decision, alerts: [...own, ...plan.alerts], growthNews: undefined, binding: undefined };
  };
  try {
    const written = await store.write(blob, JSON.stringify(fleet), etag === undefined ? { absent: true } : { etag });
    if (written.kind === 'written') return await tellLedger(store, settings.pool, plan, lines);
    const winner = await store.read(blob);
    const other = winner === undefined ? undefined : parseFleet(winner.text)?.lastTick;
    if (other?.id === plan.tickId) return other.plan;
    return unkept('store-conflict', 'another run of the poll wrote the fleet blob meanwhile');
  } catch (error) {
    const { code, text } = failed(error, 'store');
    return unkept(code, text);
  }
}

/** After the memory that the plan rests on: a line of what was not kept would tell of what never was. Where it fails, status says so. */
async function tellLedger(store: StateStore, pool: string, plan: TickPlan, lines: Planned['lines']): Promise<TickPlan> {
  try {
    await appendLines(store, pool, lines);
    return plan;
  } catch (error) {
    const { code, text } = failed(error, 'store');
    return { ...plan, warnings: [...plan.warnings, `The ledger could not be written (${code}): ${text}`] };
  }
}

async function tryCooldowns(store: StateStore, settings: PoolSettings, known: Cooldowns, now: number): Promise<FoundCooldowns> {
  try {
    return await readCooldowns(store, settings, known, !settings.dryRun, now);
  } catch (error) {
    const { code, text } = failed(error, 'store');
    return { cooldowns: {}, strange: [], warnings: [`The cooldown blobs could not be read (${code}): ${text}`] };
  }
}

/** The order matters: group, scale set, list, and at most one write after them. */
async function read(ports: TickPorts, settings: PoolSettings, memory: PoolMemory, fleet: FleetMemory | undefined): Promise<Reading> {
  let side: 'stackguardian' | 'azure' | 'store' = 'stackguardian';
  try {
    const group = await ports.runners.readGroup();
    side = 'azure';
    const state = await ports.scaleSet.readState();
    const instances = await ports.scaleSet.listInstances(state);
    const operation = await readGrowth(ports, memory);
    const ghostChecks = await checkGhosts(ports, state, fleet);
    side = 'store';
    const { durations } = settings;
    if (!settings.dryRun) {
      const ownership = await claim(ports.store, state.uniqueId, settings.pool, ports.me, durations, ports.clock.now());
      if (!ownership.mine) {
        const text = `The scale set is owned by ${ownership.owner}; it may be taken over when that one stops or falls silent.`;
        return { kind: 'failed', code: 'foreign-owner', text, retryAfterMs: undefined, side: 'owner' };
      }
    }
    return { kind: 'complete', group, state, instances, operation, ghostChecks };
  } catch (error) {
    return failed(error, side);
  }
}

async function readGrowth(ports: TickPorts, memory: PoolMemory): Promise<OperationResult | undefined> {
  const growth = memory.growth;
  if (growth?.operation === undefined || growth.state === 'over') return undefined;
  try {
    return await ports.scaleSet.readOperation(growth.operation);
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    // The list tells as well whether the growth came; its result is asked for again on the next tick.
    return { kind: 'running' };
  }
}

async function checkGhosts(
  ports: TickPorts,
  state: ScaleSetState,
  fleet: FleetMemory | undefined,
): Promise<Record<string, 'absent' | 'present'>> {
  const checks: Record<string, 'absent' | 'present'> = {};
  for (const id of fleet?.checkNext ?? []) {
    checks[id] = (await ports.scaleSet.readInstance(state.mode, id)) === undefined ? 'absent' : 'present';
  }
  return checks;
}

function failed(error: unknown, side: 'stackguardian' | 'azure' | 'store'): Extract<Reading, { kind: 'failed' }> {
  if (!(error instanceof ServiceError)) throw error;
  return { kind: 'failed', code: error.code, text: error.message, retryAfterMs: error.retryAfterMs, side };
}
