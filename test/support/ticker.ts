import { carryOut } from '../../src/act/act';
import type { ActOutcome, Admission, TickPlan } from '../../src/model/decision';
import type { PoolMemory } from '../../src/model/pool';
import { applyOperation, OPERATIONS } from '../../src/persist/poolEntity';
import { tick } from '../../src/poll/tick';
import type { FleetMemory } from '../../src/poll/fleetMemory';
import { parseSettings } from '../../src/settings/parse';
import type { PoolSettings } from '../../src/settings/settings';
import { createFakeRunnerService, type FakeRunnerService } from './fakes/fakeRunnerService';
import { createFakeScaleSet, type FakeScaleSet } from './fakes/fakeScaleSet';
import { createMemoryStore, type MemoryStore } from './fakes/memoryStore';

export const MINUTE = 60_000;

export interface Ticked {
  readonly plan: TickPlan;
  readonly admission: Admission;
  readonly outcomes: readonly ActOutcome[];
}

/** The loop without its engine, over fakes: poll, admit, act, settle, one minute later the next. Drains are recorded and not run. */
export interface Ticker {
  readonly runners: FakeRunnerService;
  readonly scaleSet: FakeScaleSet;
  readonly store: MemoryStore;
  now: number;
  memory: PoolMemory | undefined;
  fleet(): FleetMemory;
  /** Runs so many ticks, a minute apart; the last one's results. */
  run(ticks?: number): Promise<Ticked>;
}

export const SETTINGS_ENV = {
  AZURE_SUBSCRIPTION_ID: '11111111-2222-3333-4444-555555555555',
  AZURE_RESOURCE_GROUP_NAME: 'rg',
  AZURE_VMSS_NAME: 'runners',
  AZURE_BLOB_ACCOUNT_URL: 'https://state.blob.example',
  AZURE_BLOB_CONTAINER_NAME: 'state',
  SG_BASE_URI: 'https://sg.example',
  SG_API_KEY: 'sgu_planted',
  SG_ORG: 'org',
  SG_RUNNER_GROUP: 'group',
};

export function settingsOf(env: Readonly<Record<string, string>> = {}): PoolSettings {
  const [settings] = parseSettings({ ...SETTINGS_ENV, ...env }).pools;
  if (settings === undefined) throw new Error('no pool');
  return settings;
}

export function createTicker(env: Readonly<Record<string, string>> = {}): Ticker {
  const settings = settingsOf(env);
  const runners = createFakeRunnerService();
  const scaleSet = createFakeScaleSet();
  const store = createMemoryStore();
  let ticks = 0;
  const engine = {
    readMemory: () => Promise.resolve(ticker.memory),
    startScaleIn: () => Promise.resolve(),
    instanceState: () => Promise.resolve('alive' as const),
    nudge: () => Promise.resolve('sent' as const),
  };
  const clock = { now: () => ticker.now };
  const apply = <T>(operation: string, input: unknown): T => {
    const { memory, result } = applyOperation(ticker.memory, settings.pool, operation, input, ticker.now);
    ticker.memory = memory;
    return result as T;
  };
  const target = { ...settings, scaleSetUniqueId: scaleSet.state.uniqueId };
  const { poll, drainConfirm: confirm, disconnectGrace: grace, boot, second, minute } = settings.durations;

  async function once(): Promise<Ticked> {
    ticks += 1;
    const me = { app: 'app', hub: 'hub', version: '1' };
    const ports = { runners, scaleSet, store, clock, readMemory: engine.readMemory, me };
    const { plan } = await tick(ports, settings, { tickId: `t${String(ticks)}`, cooldownsReadAt: undefined });
    const admission = apply<Admission>(OPERATIONS.admit, { plan, timing: settings.durations });
    const acting = { runners, scaleSet, store, engine, clock, readMemory: engine.readMemory, isOwner: () => Promise.resolve(true) };
    const outcomes = await carryOut(acting, admission, target, { poll, confirm, grace, boot, second, minute });
    apply(OPERATIONS.settle, { outcomes, timing: settings.durations });
    ticker.now += MINUTE;
    return { plan, admission, outcomes };
  }

  const ticker: Ticker = {
    runners,
    scaleSet,
    store,
    now: Date.UTC(2025, 3, 7, 6),
    memory: undefined,
    fleet: () => JSON.parse(store.blobs.get('state/default/fleet.json')?.text ?? '{}') as FleetMemory,
    run: async (count = 1) => {
      let last = await once();
      for (let made = 1; made < count; made += 1) last = await once();
      return last;
    },
  };
  return ticker;
}
