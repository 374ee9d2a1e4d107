import type { InvocationContext } from '@azure/functions';
import { systemClock } from '../adapters/clock';
import { createCredential } from '../adapters/azure/credential';
import { createScaleSet } from '../adapters/azure/scaleSet';
import { createSurroundings } from '../adapters/azure/surroundings';
import { createStateStore } from '../adapters/azure/blobStore';
import { createRunnerService } from '../adapters/stackguardian/client';
import { type Transport, transport, withOwnErrors } from '../adapters/transport';
import { sharedReadings, type Services } from '../drain/sharedReadings';
import { AutoscalerError } from '../errors';
import type { DrainTiming, Target } from '../model/drain';
import { checkOwner, type Owner } from '../persist/owner';
import { createLedgerDays, type LedgerDays } from '../observe/ledger/days';
import { createTickMetrics, type TickMetrics } from '../observe/metrics';
import type { Clock } from '../ports/clock';
import type { RunnerService } from '../ports/runnerService';
import type { ScaleSet } from '../ports/scaleSet';
import type { StateStore } from '../ports/stateStore';
import type { Surroundings } from '../ports/surroundings';
import { clientOf } from './engine';
import { parseSettings } from '../settings/parse';
import type { PoolSettings, Settings } from '../settings/settings';
import { version } from '../../package.json';

/** The one place that reads the process environment and makes the adapters. Everything is made once and kept while the settings stand. */

export const clock: Clock = systemClock;

let known: { readonly env: NodeJS.ProcessEnv; readonly settings: Settings; readonly made: Map<string, unknown> } | undefined;

/** Throws {@link SettingsError} with every problem. A change of any app setting restarts the app, so parsing once would do; tests change it live. */
export function loadSettings(): Settings {
  return current().settings;
}

function current(): NonNullable<typeof known> {
  const { env } = process;
  if (known === undefined || !isSame(env, known.env)) known = { env: { ...env }, settings: parseSettings(env), made: new Map() };
  return known;
}

/** Asked some twenty times an activity: compared value by value, it takes a tenth of making one text of all. */
function isSame(env: NodeJS.ProcessEnv, before: NodeJS.ProcessEnv): boolean {
  const names = Object.keys(env);
  return names.length === Object.keys(before).length && names.every((name) => env[name] === before[name]);
}

export function poolSettings(pool: string): PoolSettings {
  const { pools } = loadSettings();
  const found = pools.find((each) => each.pool === pool);
  if (found === undefined) {
    const names = pools.map((each) => each.pool).join(', ');
    throw new AutoscalerError('pool-unknown', `There is no pool "${pool}" in the settings; there are: ${names}.`);
  }
  return found;
}

function once<T>(key: string, make: () => T): T {
  const { made } = current();
  if (!made.has(key)) made.set(key, make());
  return made.get(key) as T;
}

export function store(): StateStore {
  return once('store', () => {
    const { container, connectionString, accountUrl } = loadSettings().storage;
    const inProcess = transport().store?.(container);
    if (inProcess !== undefined) return withOwnErrors(inProcess);
    if (connectionString !== undefined) return createStateStore({ container, connectionString });
    return createStateStore({ container, accountUrl: accountUrl ?? '', credential: credential() });
  });
}

/** Kept for as long as the settings stand, with the days of the ledger that it has read. */
export const ledgerDays = (): LedgerDays => once('ledger', () => createLedgerDays(store()));

const credential = (): ReturnType<typeof createCredential> =>
  once('credential', () => createCredential(process.env, transport().httpClient));

/** Of a target rather than of a pool's settings: a drain ends on the scale set where it began. */
export function runnersOf(target: Target): RunnerService {
  const { sgBaseUri, sgOrg, sgRunnerGroup, apiKeyFrom } = target;
  return once(`runners ${sgBaseUri} ${sgOrg} ${sgRunnerGroup} ${apiKeyFrom}`, () => {
    const apiKey = process.env[apiKeyFrom]?.trim() ?? '';
    if (apiKey === '') throw new AutoscalerError('key-missing', `The app setting ${apiKeyFrom} with the StackGuardian key is missing.`);
    const { fetch } = transport();
    return createRunnerService({
      ...{ baseUri: sgBaseUri, org: sgOrg, group: sgRunnerGroup, apiKey, apiKeyFrom },
      ...(fetch === undefined ? {} : { fetch }),
    });
  });
}

const azureTransport = (): { readonly httpClient?: NonNullable<Transport['httpClient']> } => {
  const { httpClient } = transport();
  return httpClient === undefined ? {} : { httpClient };
};

export function scaleSetOf(target: Target): ScaleSet {
  const { subscriptionId, resourceGroup, vmssName } = target;
  const endpoint = loadSettings().resourceManagerEndpoint;
  return once(`scaleSet ${subscriptionId} ${resourceGroup} ${vmssName}`, () =>
    createScaleSet({ subscriptionId, resourceGroup, vmssName, endpoint, credential: credential(), ...azureTransport() }),
  );
}

/** The two services for the steps of drains, which share their readings. */
export function servicesOfDrains(target: Target): Services {
  const { sgBaseUri, sgOrg, sgRunnerGroup, subscriptionId, resourceGroup, vmssName } = target;
  const key = `drains ${[sgBaseUri, sgOrg, sgRunnerGroup, subscriptionId, resourceGroup, vmssName].join(' ')}`;
  const pause = transport().pause ?? ((ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms)));
  return once(key, () => sharedReadings({ runners: runnersOf(target), scaleSet: scaleSetOf(target) }, pause));
}

/** What else may write to the scale set; asked by the preflight alone. */
export function surroundingsOf(target: Target): Surroundings {
  const { subscriptionId, resourceGroup, vmssName } = target;
  const endpoint = loadSettings().resourceManagerEndpoint;
  return createSurroundings({ subscriptionId, resourceGroup, vmssName, endpoint, credential: credential(), clock, ...azureTransport() });
}

/** Undefined where METRICS is off. */
export const tickMetrics = (): TickMetrics | undefined =>
  loadSettings().metrics === 'otel' ? once('metrics', () => createTickMetrics(version)) : undefined;

export const runnerServiceFor = (settings: PoolSettings): RunnerService => runnersOf(targetOf(settings));
export const scaleSetFor = (settings: PoolSettings): ScaleSet => scaleSetOf(targetOf(settings));

/** `uniqueId` is filled in by the activity that starts a scaleIn from the reading it rests on. */
export function targetOf(settings: PoolSettings, scaleSetUniqueId = ''): Target {
  const { pool, subscriptionId, resourceGroup, vmssName, sgBaseUri, sgOrg, sgRunnerGroup, apiKeyFrom } = settings;
  return { pool, subscriptionId, resourceGroup, vmssName, scaleSetUniqueId, sgBaseUri, sgOrg, sgRunnerGroup, apiKeyFrom };
}

export function timingOf(settings: PoolSettings): DrainTiming {
  const { poll, drainConfirm, disconnectGrace, boot, second, minute } = settings.durations;
  return { poll, confirm: drainConfirm, grace: disconnectGrace, boot, second, minute };
}

/** Who we are in the owner blob. */
export function me(context: InvocationContext): Owner {
  return { app: process.env['WEBSITE_SITE_NAME'] ?? 'local', hub: clientOf(context).taskHubName, version };
}

/** What an acting activity asks just before it acts. */
export const ownerCheck = (target: Target, context: InvocationContext) => async (): Promise<boolean> =>
  (await checkOwner(store(), target.scaleSetUniqueId, me(context), clock.now())).mine;
