import { describe, expect, test } from 'vitest';
import { SettingsError } from '../../src/errors';
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

describe('each wrong setting has its message', () => {
  test.each([
    ['AZURE_VMSS_NAME', '', 'AZURE_VMSS_NAME: not set; it is required (name of the VM scale set).'],
    ['SG_API_KEY', ' ', 'SG_API_KEY: not set; it is required (StackGuardian key).'],
    ['SG_BASE_URI', 'api.app', 'SG_BASE_URI: given "api.app"; accepted is an http(s) URL.'],
    ['SCALE_OUT_THRESHOLD', '-1', 'SCALE_OUT_THRESHOLD: given "-1"; accepted is a whole number from 0 to 100000.'],
    ['SCALE_OUT_STEP', '0', 'SCALE_OUT_STEP: given "0"; accepted is a whole number from 1 to 1000.'],
    ['SCALE_IN_STEP', '1.5', 'SCALE_IN_STEP: given "1.5"; accepted is a whole number from 1 to 50.'],
    ['SCALE_OUT_COOLDOWN_DURATION', '0.001', 'SCALE_OUT_COOLDOWN_DURATION: given "0.001"; accepted is a number from 0.01 to 1440.'],
    ['POLL_INTERVAL_SECONDS', '0', 'POLL_INTERVAL_SECONDS: given "0"; accepted is a number from 1 to 3600.'],
    ['POLL_INTERVAL_SECONDS', '3601', 'POLL_INTERVAL_SECONDS: given "3601"; accepted is a number from 1 to 3600.'],
    ['DEMAND_METRIC', 'pending', 'DEMAND_METRIC: given "pending"; accepted is `queued+pending` or `queued`.'],
    ['DRY_RUN', 'yes', 'DRY_RUN: given "yes"; accepted is `true` or `false`.'],
    ['MAX_RUNNERS', '0', 'MAX_RUNNERS: given "0"; accepted is a whole number from 1 to 1000.'],
    ['POOLS', '{', 'POOLS: given "{"; accepted is a JSON array.'],
    [
      'TRIAL_SPEED',
      '60',
      'TRIAL_SPEED: given 60; with the public Azure endpoint only 1 is accepted, since real machines do not boot faster.',
    ],
    [
      'AZURE_BLOB_STORAGE_CONN_STRING',
      undefined,
      'AZURE_BLOB_STORAGE_CONN_STRING: not set; set it, or AZURE_BLOB_ACCOUNT_URL to use the managed identity.',
    ],
  ])('%s = %s', (variable, value, message) => {
    expect(problemsOf({ [variable]: value })).toEqual([message]);
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

  test('an unknown setting of a pool, and a key inside POOLS', () => {
    expect(problemsOf({ POOLS: pools([{ name: 'a', MINIMUM: 1 }]) })).toEqual(['POOLS[0].MINIMUM: is no setting of a pool.']);
    expect(problemsOf({ POOLS: pools([{ name: 'a', SG_API_KEY: 'sgu_planted_secret' }]) })).toEqual([
      'POOLS[0].SG_API_KEY: a key does not belong into POOLS; name the app setting that holds it as SG_API_KEY_FROM.',
    ]);
  });
});

test('overlapping thresholds and a short confirmation are warnings', () => {
  const { pools } = parseSettings({ ...GOOD, SCALE_IN_THRESHOLD: '3', DRAIN_CONFIRM_SECONDS: '14' });
  expect(pools[0]?.warnings).toHaveLength(2);
  expect(parseSettings({ ...GOOD, DRAIN_CONFIRM_SECONDS: '15' }).pools[0]?.warnings).toEqual([]);
});
