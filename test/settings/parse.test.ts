import { describe, expect, test } from 'vitest';
import { SettingsError } from '../../src/errors';
import { FIELDS } from '../../src/settings/schema';
import { parseSettings } from '../../src/settings/parse';

const GOOD = {
  AZURE_SUBSCRIPTION_ID: 'sub',
  AZURE_RESOURCE_GROUP_NAME: 'rg',
  AZURE_VMSS_NAME: 'vmss',
  AZURE_BLOB_STORAGE_CONN_STRING: 'UseDevelopmentStorage=true',
  AZURE_BLOB_CONTAINER_NAME: 'state',
  SG_BASE_URI: 'https://api.app.stackguardian.io/',
  SG_API_KEY: 'sgu_planted_secret',
  SG_ORG: 'org',
  SG_RUNNER_GROUP: 'group',
};

function problemsOf(env: Record<string, string | undefined>): readonly string[] {
  try {
    parseSettings({ ...GOOD, ...env });
  } catch (error) {
    expect(error).toBeInstanceOf(SettingsError);
    expect(String(error)).not.toContain('planted_secret');
    return (error as SettingsError).problems;
  }
  return [];
}

test("the seed's settings alone give the seed's defaults", () => {
  const { pools, autoStart, trialSpeed } = parseSettings(GOOD);
  expect(pools).toHaveLength(1);
  expect(pools[0]).toMatchObject({
    pool: 'default',
    sgBaseUri: 'https://api.app.stackguardian.io',
    scaleOutThreshold: 3,
    scaleInThreshold: 1,
    scaleOutStep: 1,
    scaleInStep: 1,
    minRunners: 1,
    maxRunners: undefined,
    scaleInBlob: 'scale_in_timestamp',
    scaleOutBlob: 'scale_out_timestamp',
    durations: { poll: 60_000, scaleOutCooldown: 240_000, scaleInCooldown: 300_000, drainConfirm: 60_000 },
  });
  expect({ autoStart, trialSpeed }).toEqual({ autoStart: true, trialSpeed: 1 });
});

const WRONG: [string, string | undefined, string][] = [
  ['AZURE_SUBSCRIPTION_ID', '', 'AZURE_SUBSCRIPTION_ID: not set; it is required (Azure subscription ID).'],
  ['AZURE_RESOURCE_GROUP_NAME', ' ', 'AZURE_RESOURCE_GROUP_NAME: not set; it is required (resource group of the scale set).'],
  ['AZURE_VMSS_NAME', '', 'AZURE_VMSS_NAME: not set; it is required (name of the VM scale set).'],
  ['AZURE_BLOB_CONTAINER_NAME', undefined, 'AZURE_BLOB_CONTAINER_NAME: not set; it is required (blob container of the state).'],
  [
    'AZURE_BLOB_STORAGE_CONN_STRING',
    undefined,
    'AZURE_BLOB_STORAGE_CONN_STRING: not set; set it, or AZURE_BLOB_ACCOUNT_URL to use the managed identity.',
  ],
  ['AZURE_BLOB_ACCOUNT_URL', 'account', 'AZURE_BLOB_ACCOUNT_URL: given "account"; accepted is an http(s) URL.'],
  ['AZURE_RESOURCE_MANAGER_ENDPOINT', 'arm', 'AZURE_RESOURCE_MANAGER_ENDPOINT: given "arm"; accepted is an http(s) URL.'],
  ['SG_BASE_URI', 'api.app', 'SG_BASE_URI: given "api.app"; accepted is an http(s) URL.'],
  ['SG_API_KEY', ' ', 'SG_API_KEY: not set; it is required (StackGuardian key).'],
  ['SG_ORG', '', 'SG_ORG: not set; it is required (StackGuardian organization).'],
  ['SG_RUNNER_GROUP', '', 'SG_RUNNER_GROUP: not set; it is required (runner group).'],
  ['SG_RUNNER_TYPE', 'internal', 'SG_RUNNER_TYPE: given "internal"; accepted is `external` or `shared-external`.'],
  ['SCALE_OUT_THRESHOLD', '-1', 'SCALE_OUT_THRESHOLD: given "-1"; accepted is a whole number from 0 to 100000.'],
  ['SCALE_IN_THRESHOLD', '1e3', 'SCALE_IN_THRESHOLD: given "1e3"; accepted is a whole number from 0 to 100000.'],
  ['SCALE_OUT_STEP', '0', 'SCALE_OUT_STEP: given "0"; accepted is a whole number from 1 to 1000.'],
  ['SCALE_IN_STEP', '1.5', 'SCALE_IN_STEP: given "1.5"; accepted is a whole number from 1 to 50.'],
  ['SCALE_IN_STEP', '51', 'SCALE_IN_STEP: given "51"; accepted is a whole number from 1 to 50.'],
  ['SCALE_OUT_COOLDOWN_DURATION', '0.001', 'SCALE_OUT_COOLDOWN_DURATION: given "0.001"; accepted is a number from 0.01 to 1440.'],
  ['SCALE_IN_COOLDOWN_DURATION', '1441', 'SCALE_IN_COOLDOWN_DURATION: given "1441"; accepted is a number from 0.01 to 1440.'],
  ['SCALE_OUT_STRATEGY', 'all', 'SCALE_OUT_STRATEGY: given "all"; accepted is `step` or `demand`.'],
  ['SCALE_OUT_EXTRA', '51', 'SCALE_OUT_EXTRA: given "51"; accepted is a whole number from 0 to 50.'],
  ['TASKS_PER_RUNNER', '0', 'TASKS_PER_RUNNER: given "0"; accepted is a whole number from 1 to 100.'],
  ['SCALE_IN_STRATEGY', 'idle', 'SCALE_IN_STRATEGY: given "idle"; accepted is `step` or `idle-only` or `surplus`.'],
  ['SCALE_IN_IDLE_MINUTES', '0.001', 'SCALE_IN_IDLE_MINUTES: given "0.001"; accepted is 0 or a number from 0.01 to 1440.'],
  ['KEEP_NEWEST_IDLE', '-1', 'KEEP_NEWEST_IDLE: given "-1"; accepted is a whole number from 0 to 1000.'],
  ['MIN_IDLE_RUNNERS', '1001', 'MIN_IDLE_RUNNERS: given "1001"; accepted is a whole number from 0 to 1000.'],
  ['SCHEDULES', '{}', 'SCHEDULES: given "{}"; accepted is a JSON array.'],
  ['FORECAST', 'yes', 'FORECAST: given "yes"; accepted is `off` or `observe` or `on`.'],
  ['WAIT_MINUTE_WORTH', '-1', 'WAIT_MINUTE_WORTH: given "-1"; accepted is a number from 0 to 1000.'],
  ['TARGET_WAIT_P95_SECONDS', '0', 'TARGET_WAIT_P95_SECONDS: given "0"; accepted is a number from 1 to 86400.'],
  ['MIN_RUNNERS', 'NaN', 'MIN_RUNNERS: given "NaN"; accepted is a whole number from 0 to 1000.'],
  ['MAX_RUNNERS', '0', 'MAX_RUNNERS: given "0"; accepted is a whole number from 1 to 1000.'],
  ['DEMAND_METRIC', 'pending', 'DEMAND_METRIC: given "pending"; accepted is `queued+pending` or `queued`.'],
  ['POLL_INTERVAL_SECONDS', '0', 'POLL_INTERVAL_SECONDS: given "0"; accepted is a number from 1 to 3600.'],
  ['POLL_INTERVAL_SECONDS', '3601', 'POLL_INTERVAL_SECONDS: given "3601"; accepted is a number from 1 to 3600.'],
  ['POLL_MIN_SECONDS', '0', 'POLL_MIN_SECONDS: given "0"; accepted is a number from 2 to 3600.'],
  ['BOOT_TIMEOUT_MINUTES', '0', 'BOOT_TIMEOUT_MINUTES: given "0"; accepted is a number from 0.01 to 1440.'],
  ['DRAIN_CONFIRM_SECONDS', '60s', 'DRAIN_CONFIRM_SECONDS: given "60s"; accepted is a number from 0 to 3600.'],
  ['DRAIN_ALERT_MINUTES', '10081', 'DRAIN_ALERT_MINUTES: given "10081"; accepted is a number from 0.01 to 10080.'],
  ['DISCONNECT_GRACE_MINUTES', '-5', 'DISCONNECT_GRACE_MINUTES: given "-5"; accepted is a number from 0.01 to 1440.'],
  ['STARVATION_MINUTES', '0.001', 'STARVATION_MINUTES: given "0.001"; accepted is 0 or a number from 0.01 to 1440.'],
  ['REPAIR_MAX_PER_TICK', '51', 'REPAIR_MAX_PER_TICK: given "51"; accepted is a whole number from 0 to 50.'],
  ['PROTECT_INSTANCES', 'maybe', 'PROTECT_INSTANCES: given "maybe"; accepted is `true` or `false`.'],
  ['METRICS', 'statsd', 'METRICS: given "statsd"; accepted is `off` or `otel`.'],
  ['VM_HOURLY_COST', '-0.1', 'VM_HOURLY_COST: given "-0.1"; accepted is a number from 0 to 1000000.'],
  ['DRY_RUN', 'yes', 'DRY_RUN: given "yes"; accepted is `true` or `false`.'],
  ['AUTO_START', 'on', 'AUTO_START: given "on"; accepted is `true` or `false`.'],
  ['HISTORY_RETENTION_DAYS', '0', 'HISTORY_RETENTION_DAYS: given "0"; accepted is a number from 0.01 to 365.'],
  ['LEDGER_RETENTION_DAYS', '0', 'LEDGER_RETENTION_DAYS: given "0"; accepted is a whole number from 1 to 365.'],
  ['LEDGER_RETENTION_DAYS', '366', 'LEDGER_RETENTION_DAYS: given "366"; accepted is a whole number from 1 to 365.'],
  [
    'TRIAL_SPEED',
    '60',
    'TRIAL_SPEED: given 60; with the public Azure endpoint only 1 is accepted, since real machines do not boot faster.',
  ],
  ['TRIAL_SPEED', '0.5', 'TRIAL_SPEED: given "0.5"; accepted is a number from 1 to 1000.'],
  ['POOLS', '{', 'POOLS: given "{"; accepted is a JSON array.'],
  ['POOLS', '[]', 'POOLS: given an empty array; accepted is at least one pool.'],
  ['POOLS', '[5]', 'POOLS[0]: given 5; accepted is an object with a name and settings.'],
  ['POOLS', '[{"name":"A b"}]', 'POOLS[0].name: given "A b"; accepted are 1 to 40 of a-z, 0-9 and "-", not at an end.'],
  ['POOLS', '[{}]', 'POOLS[0].name: given null; accepted are 1 to 40 of a-z, 0-9 and "-", not at an end.'],
];

describe('each wrong setting has its message', () => {
  test.each(WRONG)('%s = %s', (variable, value, message) => {
    expect(problemsOf({ [variable]: value })).toEqual([message]);
  });

  test('no setting that can be wrong is left out', () => {
    const free = new Set(['SCALE_IN_TIMESTAMP_BLOB_NAME', 'SCALE_OUT_TIMESTAMP_BLOB_NAME']);
    const all = FIELDS.map(({ variable }) => variable).filter((variable) => !free.has(variable));
    expect(all.filter((variable) => !WRONG.some(([tried]) => tried === variable))).toEqual([]);
  });

  test('minutes take decimals from 0.01; zero minutes switch starvation off', () => {
    const { durations } = parseSettings({ ...GOOD, SCALE_OUT_COOLDOWN_DURATION: '0.01', STARVATION_MINUTES: '0' }).pools[0] ?? {};
    expect(durations).toMatchObject({ scaleOutCooldown: 600, starvation: 0 });
  });

  test('TRIAL_SPEED divides every duration, is told, and is 1 unless set', () => {
    const trial = { ...GOOD, TRIAL_SPEED: '60', AZURE_RESOURCE_MANAGER_ENDPOINT: 'https://127.0.0.1:4' };
    const [pool] = parseSettings(trial).pools;
    const [plain] = parseSettings(GOOD).pools;
    for (const [name, value] of Object.entries(plain?.durations ?? {}).filter(([name]) => name !== 'pollLeast'))
      expect(pool?.durations[name as keyof typeof pool.durations]).toBeCloseTo(value / 60);
    expect(pool?.warnings).toEqual(['TRIAL_SPEED is 60: every duration is divided by it; for trials only.']);
    expect(plain?.warnings).toEqual([]);
  });

  test('MIN above MAX', () => {
    expect(problemsOf({ MIN_RUNNERS: '5', MAX_RUNNERS: '4' })).toEqual([
      'MIN_RUNNERS: given 5, above MAX_RUNNERS 4; accepted is at most MAX_RUNNERS.',
    ]);
    expect(problemsOf({ MIN_RUNNERS: '4', MAX_RUNNERS: '4' })).toEqual([]);
  });

  test('every problem is listed in one message', () => {
    expect(problemsOf({ SG_ORG: '', SG_RUNNER_GROUP: '', DRY_RUN: 'x' })).toHaveLength(3);
  });
});

describe('POOLS', () => {
  const pools = (list: unknown): string => JSON.stringify(list);

  test('inherits, overrides, and prefixes the blobs', () => {
    const env = {
      ...GOOD,
      SG_KEY_B: 'sgu_b',
      POOLS: pools([
        { name: 'a' },
        { name: 'b', AZURE_VMSS_NAME: 'other', SG_RUNNER_GROUP: 'g2', MIN_RUNNERS: 0, SG_API_KEY_FROM: 'SG_KEY_B' },
      ]),
    };
    const [a, b] = parseSettings(env).pools;
    expect(a).toMatchObject({ pool: 'a', scaleInBlob: 'a/scale_in_timestamp', apiKeyFrom: 'SG_API_KEY' });
    expect(b).toMatchObject({ pool: 'b', vmssName: 'other', minRunners: 0, apiKey: 'sgu_b', scaleOutBlob: 'b/scale_out_timestamp' });
  });

  test('two pools on one scale set and group are refused, whatever their case', () => {
    const problems = problemsOf({ POOLS: pools([{ name: 'a' }, { name: 'b', AZURE_VMSS_NAME: 'VMSS' }]) });
    expect(problems).toEqual([
      'POOLS: "a" and "b" share the scale set sub/rg/vmss; accepted is one pool each.',
      'POOLS: "a" and "b" share the runner group https://api.app.stackguardian.io/org/group; accepted is one pool each.',
    ]);
  });

  test('a wrong value of one pool names its place; what the pools inherit is judged for each', () => {
    const two = [{ name: 'a' }, { name: 'b', AZURE_VMSS_NAME: 'v2', SG_RUNNER_GROUP: 'g2', SCALE_IN_STEP: 0, SG_API_KEY_FROM: 'KEY_B' }];
    expect(problemsOf({ POOLS: pools(two) })).toEqual([
      'POOLS[1].SCALE_IN_STEP: given "0"; accepted is a whole number from 1 to 50.',
      'POOLS[1].KEY_B: not set; it is required (StackGuardian key).',
    ]);
  });

  test('two pools of one name, and two that share a timestamp blob', () => {
    const other = { AZURE_VMSS_NAME: 'v2', SG_RUNNER_GROUP: 'g2' };
    expect(problemsOf({ POOLS: pools([{ name: 'a' }, { name: 'a', ...other }]) })[0]).toBe('POOLS[1].name: "a" is given twice.');
    const shared = { SCALE_IN_TIMESTAMP_BLOB_NAME: 'a/scale_in_timestamp' };
    expect(problemsOf({ POOLS: pools([{ name: 'a' }, { name: 'b', ...other, ...shared }]) })).toEqual([
      'POOLS: "a" and "b" share the timestamp blob a/scale_in_timestamp; accepted is one pool each.',
    ]);
  });

  test('an unknown setting of a pool, and a key inside POOLS', () => {
    expect(problemsOf({ POOLS: pools([{ name: 'a', MINIMUM: 1 }]) })).toEqual(['POOLS[0].MINIMUM: is no setting of a pool.']);
    expect(problemsOf({ POOLS: pools([{ name: 'a', SG_API_KEY: 'sgu_planted_secret' }]) })).toEqual([
      'POOLS[0].SG_API_KEY: a key does not belong into POOLS; name the app setting that holds it as SG_API_KEY_FROM.',
    ]);
  });
});

test.each([
  [{ SCALE_OUT_STRATEGY: 'demand' }, 1],
  [{ SCALE_OUT_STRATEGY: 'demand', MAX_RUNNERS: '9' }, 0],
  [{ SCALE_OUT_EXTRA: '1' }, 1],
  [{ SCALE_OUT_EXTRA: '1', SCALE_OUT_STRATEGY: 'demand', MAX_RUNNERS: '9' }, 0],
  [{ KEEP_NEWEST_IDLE: '0' }, 1],
  [{ KEEP_NEWEST_IDLE: '0', SCALE_IN_STRATEGY: 'idle-only' }, 1],
  [{ KEEP_NEWEST_IDLE: '0', SCALE_IN_STRATEGY: 'surplus' }, 0],
])('%j: a setting that does nothing, or too much, is a warning', (env, warnings) => {
  expect(parseSettings({ ...GOOD, ...env }).pools[0]?.warnings).toHaveLength(warnings);
});

test('overlapping thresholds and a short confirmation are warnings', () => {
  const { pools } = parseSettings({ ...GOOD, SCALE_IN_THRESHOLD: '3', DRAIN_CONFIRM_SECONDS: '14' });
  expect(pools[0]?.warnings).toHaveLength(2);
  expect(parseSettings({ ...GOOD, DRAIN_CONFIRM_SECONDS: '15' }).pools[0]?.warnings).toEqual([]);
});

describe('a trial ticks every two real seconds at the most, however fast its world is', () => {
  test.each([
    ['1', '10', '60', 10_000],
    ['4', '10', '60', 2_500],
    ['5', '10', '60', 2_000],
    ['20', '10', '60', 2_000],
    ['60', '10', '60', 1_000],
    ['1', '2', '60', 2_000],
  ])('TRIAL_SPEED %s, POLL_MIN_SECONDS %s, POLL_INTERVAL_SECONDS %s', (TRIAL_SPEED, POLL_MIN_SECONDS, POLL_INTERVAL_SECONDS, pace) => {
    const AZURE_RESOURCE_MANAGER_ENDPOINT = 'https://localhost';
    const { pools } = parseSettings({ ...GOOD, AZURE_RESOURCE_MANAGER_ENDPOINT, TRIAL_SPEED, POLL_MIN_SECONDS, POLL_INTERVAL_SECONDS });
    expect(pools[0]?.durations.pollLeast).toBeCloseTo(pace, 3);
  });
});
