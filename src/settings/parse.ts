import { createHash } from 'node:crypto';
import { SettingsError } from '../errors';
import { ENGINE_PACE } from '../model/engineTime';
import { DEFAULT_POOL, POOL_NAME } from '../names';
import { parseSchedules } from './schedules';
import { accepted, FIELDS, KEY_FROM, type Field } from './schema';
import type { PoolSettings, Settings } from './settings';
import { valueOf } from './value';

export type Environment = Readonly<Record<string, string | undefined>>;

const PUBLIC_AZURE = /(^|\.)(azure\.com|azure\.us|chinacloudapi\.cn|azure\.cn|microsoftazure\.de)$/;
const TRIAL_CONFIRM_SECONDS = 15;

/** Environment → settings. Throws one {@link SettingsError} that lists every problem; never shows a secret. */
export function parseSettings(env: Environment): Settings {
  const problems: string[] = [];
  const app = readFields('app', env, '', problems);
  const speed = (app['TRIAL_SPEED'] as number | undefined) ?? 1;
  const endpoint = String(app['AZURE_RESOURCE_MANAGER_ENDPOINT'] ?? '').replace(/\/+$/, '');
  if (speed !== 1 && PUBLIC_AZURE.test(hostOf(endpoint)))
    problems.push(
      `TRIAL_SPEED: given ${speed}; with the public Azure endpoint only 1 is accepted, since real machines do not boot faster.`,
    );
  if (app['AZURE_BLOB_STORAGE_CONN_STRING'] === undefined && app['AZURE_BLOB_ACCOUNT_URL'] === undefined)
    problems.push('AZURE_BLOB_STORAGE_CONN_STRING: not set; set it, or AZURE_BLOB_ACCOUNT_URL to use the managed identity.');

  const pools = poolItems(app['POOLS'], env, problems).map((item) => parsePool(item, env, speed, problems));
  checkTwins(pools, problems);
  if (problems.length > 0) throw new SettingsError(problems);
  const warnings = speed === 1 ? [] : [`TRIAL_SPEED is ${speed}: every duration is divided by it; for trials only.`];
  return {
    pools: pools.map((each) => ({ ...each, warnings: [...warnings, ...each.warnings] })),
    storage: {
      container: String(app['AZURE_BLOB_CONTAINER_NAME']),
      connectionString: app['AZURE_BLOB_STORAGE_CONN_STRING'] as string | undefined,
      accountUrl: app['AZURE_BLOB_ACCOUNT_URL'] as string | undefined,
    },
    resourceManagerEndpoint: endpoint,
    metrics: app['METRICS'] as Settings['metrics'],
    autoStart: app['AUTO_START'] as boolean,
    historyRetentionDays: app['HISTORY_RETENTION_DAYS'] as number,
    ledgerRetentionDays: app['LEDGER_RETENTION_DAYS'] as number,
    trialSpeed: speed,
    warnings,
  };
}

type Values = Record<string, string | number | boolean | undefined>;

function readFields(scope: Field['scope'], env: Environment, where: string, problems: string[], skip?: ReadonlySet<string>): Values {
  const values: Values = {};
  for (const field of FIELDS) {
    if (field.scope !== scope || skip?.has(field.variable) === true) continue;
    const given = env[field.variable]?.trim();
    const text = given === undefined || given === '' ? field.fallback : given;
    if (text === undefined) {
      if (field.required === true) problems.push(`${where}${field.variable}: not set; it is required (${field.meaning}).`);
      continue;
    }
    const value = valueOf(field, text);
    if (value === undefined) {
      const shown = field.secret === true ? 'a value' : `"${text.slice(0, 80)}"`;
      problems.push(`${where}${field.variable}: given ${shown}; accepted is ${accepted(field)}.`);
    } else values[field.variable] = value;
  }
  return values;
}

interface PoolItem {
  readonly name: string;
  readonly where: string;
  readonly own: Readonly<Record<string, string>>;
  readonly isDefault: boolean;
}

/** Without POOLS there is one pool, `default`, of the plain variables. */
function poolItems(json: unknown, env: Environment, problems: string[]): readonly PoolItem[] {
  if (json === undefined) {
    // A POOLS that was refused as no JSON has its problem already; its pools' variables are not judged as well.
    if ((env['POOLS']?.trim() ?? '') !== '') return [];
    return [{ name: DEFAULT_POOL, where: '', own: {}, isDefault: true }];
  }
  const list = JSON.parse(json as string) as unknown[];
  if (list.length === 0) problems.push('POOLS: given an empty array; accepted is at least one pool.');
  const known = new Set([...FIELDS.filter((field) => field.scope === 'pool').map((field) => field.variable), KEY_FROM, 'name']);
  const items: PoolItem[] = [];
  for (const [index, item] of list.entries()) {
    const where = `POOLS[${index}]`;
    if (typeof item !== 'object' || item === null || Array.isArray(item)) {
      problems.push(`${where}: given ${JSON.stringify(item).slice(0, 40)}; accepted is an object with a name and settings.`);
      continue;
    }
    const { name, ...rest } = item as Record<string, unknown>;
    if (typeof name !== 'string' || !POOL_NAME.test(name)) {
      problems.push(
        `${where}.name: given ${JSON.stringify(name ?? null).slice(0, 60)}; accepted are 1 to 40 of a-z, 0-9 and "-", not at an end.`,
      );
      continue;
    }
    for (const key of Object.keys(rest)) if (!known.has(key)) problems.push(`${where}.${key}: is no setting of a pool.`);
    if (items.some((other) => other.name === name)) problems.push(`${where}.name: "${name}" is given twice.`);
    if ('SG_API_KEY' in rest)
      problems.push(`${where}.SG_API_KEY: a key does not belong into POOLS; name the app setting that holds it as ${KEY_FROM}.`);
    const own = Object.fromEntries(
      Object.entries(rest)
        .filter(([key]) => key !== 'SG_API_KEY')
        .map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)]),
    );
    items.push({ name, where: `${where}.`, own, isDefault: false });
  }
  return items;
}

function parsePool(item: PoolItem, env: Environment, speed: number, problems: string[]): PoolSettings {
  const { name, where, own, isDefault } = item;
  const inherited: Record<string, string | undefined> = { ...env };
  if (!isDefault) {
    inherited['SCALE_IN_TIMESTAMP_BLOB_NAME'] = `${name}/${env['SCALE_IN_TIMESTAMP_BLOB_NAME'] ?? 'scale_in_timestamp'}`;
    inherited['SCALE_OUT_TIMESTAMP_BLOB_NAME'] = `${name}/${env['SCALE_OUT_TIMESTAMP_BLOB_NAME'] ?? 'scale_out_timestamp'}`;
  }
  const keyFrom = own[KEY_FROM]?.trim() ?? 'SG_API_KEY';
  const values = readFields('pool', { ...inherited, ...own, SG_API_KEY: env[keyFrom] }, where, problems, new Set(['SG_API_KEY']));
  const apiKey = env[keyFrom]?.trim() ?? '';
  if (apiKey === '') problems.push(`${isDefault ? '' : where}${keyFrom}: not set; it is required (StackGuardian key).`);
  const of = <T>(variable: string): T => values[variable] as T;
  const min = of<number | undefined>('MIN_RUNNERS');
  const max = of<number | undefined>('MAX_RUNNERS');
  if (min !== undefined && max !== undefined && min > max)
    problems.push(`${where}MIN_RUNNERS: given ${min}, above MAX_RUNNERS ${max}; accepted is at most MAX_RUNNERS.`);
  const second = 1_000 / speed;
  const minute = 60_000 / speed;
  const schedules = parseSchedules(of('SCHEDULES'), where, minute, problems);
  for (const [index, { sets }] of schedules.entries())
    if (max !== undefined && sets.minRunners !== undefined && sets.minRunners > max)
      problems.push(
        `${where}SCHEDULES[${index}].MIN_RUNNERS: given ${sets.minRunners}, above MAX_RUNNERS ${max}; accepted is at most MAX_RUNNERS.`,
      );
  const minutes = (variable: string): number => of<number>(variable) * minute;
  const seconds = (variable: string): number => of<number>(variable) * second;
  return {
    pool: name,
    subscriptionId: of('AZURE_SUBSCRIPTION_ID'),
    resourceGroup: of('AZURE_RESOURCE_GROUP_NAME'),
    vmssName: of('AZURE_VMSS_NAME'),
    sgBaseUri: String(of('SG_BASE_URI') ?? '').replace(/\/+$/, ''),
    sgOrg: of('SG_ORG'),
    sgRunnerGroup: of('SG_RUNNER_GROUP'),
    sgRunnerType: of('SG_RUNNER_TYPE'),
    apiKeyFrom: keyFrom,
    apiKey,
    scaleOutThreshold: of('SCALE_OUT_THRESHOLD'),
    scaleInThreshold: of('SCALE_IN_THRESHOLD'),
    scaleOutStep: of('SCALE_OUT_STEP'),
    scaleInStep: of('SCALE_IN_STEP'),
    scaleOutStrategy: of('SCALE_OUT_STRATEGY'),
    scaleOutExtra: of('SCALE_OUT_EXTRA'),
    tasksPerRunner: of('TASKS_PER_RUNNER'),
    scaleInStrategy: of('SCALE_IN_STRATEGY'),
    keepNewestIdle: of('KEEP_NEWEST_IDLE'),
    minIdleRunners: of('MIN_IDLE_RUNNERS'),
    schedules,
    forecast: of('FORECAST'),
    waitMinuteWorth: of('WAIT_MINUTE_WORTH'),
    targetWaitP95: of('TARGET_WAIT_P95_SECONDS'),
    minRunners: of('MIN_RUNNERS'),
    maxRunners: max,
    demandMetric: of('DEMAND_METRIC'),
    repairMaxPerTick: of('REPAIR_MAX_PER_TICK'),
    protectInstances: of('PROTECT_INSTANCES'),
    vmHourlyCost: of('VM_HOURLY_COST'),
    dryRun: of('DRY_RUN'),
    scaleInBlob: of('SCALE_IN_TIMESTAMP_BLOB_NAME'),
    scaleOutBlob: of('SCALE_OUT_TIMESTAMP_BLOB_NAME'),
    durations: {
      poll: seconds('POLL_INTERVAL_SECONDS'),
      pollLeast: Math.min(Math.max(seconds('POLL_MIN_SECONDS'), ENGINE_PACE), seconds('POLL_INTERVAL_SECONDS')),
      scaleOutCooldown: minutes('SCALE_OUT_COOLDOWN_DURATION'),
      scaleInCooldown: minutes('SCALE_IN_COOLDOWN_DURATION'),
      scaleInIdle: minutes('SCALE_IN_IDLE_MINUTES'),
      boot: minutes('BOOT_TIMEOUT_MINUTES'),
      drainConfirm: seconds('DRAIN_CONFIRM_SECONDS'),
      drainAlert: minutes('DRAIN_ALERT_MINUTES'),
      disconnectGrace: minutes('DISCONNECT_GRACE_MINUTES'),
      starvation: minutes('STARVATION_MINUTES'),
      second,
      minute,
    },
    warnings: warningsOf(values),
    version: createHash('sha256')
      .update(JSON.stringify([values, speed, keyFrom]))
      .digest('hex')
      .slice(0, 12),
  };
}

function warningsOf(values: Values): readonly string[] {
  const warnings: string[] = [];
  const [inThreshold, outThreshold] = [Number(values['SCALE_IN_THRESHOLD']), Number(values['SCALE_OUT_THRESHOLD'])];
  if (inThreshold >= outThreshold)
    warnings.push(`SCALE_IN_THRESHOLD ${inThreshold} is not below SCALE_OUT_THRESHOLD ${outThreshold}: where both hold, scale-out wins.`);
  if (values['SCALE_OUT_STRATEGY'] === 'demand' && values['MAX_RUNNERS'] === undefined)
    warnings.push(
      'SCALE_OUT_STRATEGY is demand and MAX_RUNNERS is not set: one wrong count of jobs could order up to the platform’s limit.',
    );
  if (values['SCALE_OUT_STRATEGY'] === 'step' && Number(values['SCALE_OUT_EXTRA']) > 0)
    warnings.push('SCALE_OUT_EXTRA has a say under SCALE_OUT_STRATEGY=demand alone.');
  if (values['SCALE_IN_STRATEGY'] !== 'surplus' && values['KEEP_NEWEST_IDLE'] !== undefined)
    warnings.push('KEEP_NEWEST_IDLE has a say under SCALE_IN_STRATEGY=surplus alone.');
  const confirm = Number(values['DRAIN_CONFIRM_SECONDS']);
  if (confirm < TRIAL_CONFIRM_SECONDS)
    warnings.push(`DRAIN_CONFIRM_SECONDS ${confirm} is for trials: a stopping task reads zero for longer and would be cut.`);
  return warnings;
}

/** Two loops on one scale set, runner group or blob would undo each other's work. Azure's names know no case. */
function checkTwins(pools: readonly PoolSettings[], problems: string[]): void {
  const kinds: readonly [string, (pool: PoolSettings) => readonly string[]][] = [
    ['the scale set', (pool) => [`${pool.subscriptionId}/${pool.resourceGroup}/${pool.vmssName}`.toLowerCase()]],
    ['the runner group', (pool) => [`${pool.sgBaseUri}/${pool.sgOrg}/${pool.sgRunnerGroup}`]],
    ['the timestamp blob', (pool) => [pool.scaleInBlob, pool.scaleOutBlob]],
  ];
  for (const [what, keysOf] of kinds) {
    const seen = new Map<string, string>();
    for (const pool of pools) {
      for (const key of keysOf(pool)) {
        const other = seen.get(key);
        if (other !== undefined) problems.push(`POOLS: "${other}" and "${pool.pool}" share ${what} ${key}; accepted is one pool each.`);
        seen.set(key, pool.pool);
      }
    }
  }
}

function hostOf(url: string): string {
  try {
    return new URL(url).hostname;
  } catch {
    // No URL: its own problem is listed already.
    return '';
  }
}
