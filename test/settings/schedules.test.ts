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
  SG_API_KEY: 'sgu_key',
  SG_ORG: 'org',
  SG_RUNNER_GROUP: 'group',
};

function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    parseSettings({ ...GOOD, ...env });
  } catch (error) {
    expect(error).toBeInstanceOf(SettingsError);
    return (error as SettingsError).problems;
  }
  return [];
}

const scheduled = (item: unknown, env: Record<string, string> = {}): readonly string[] =>
  problemsOf({ ...env, SCHEDULES: JSON.stringify([item]) });

const MORNING = { cron: '0 8 * * 1-5', timeZone: 'Europe/Berlin', MIN_RUNNERS: 5 };

test('a schedule is read, its idle time in ms, UTC and no end where none is given', () => {
  const items = [MORNING, { cron: '30 18 * * *', forMinutes: 90, MIN_IDLE_RUNNERS: '0', SCALE_IN_IDLE_MINUTES: 2.5 }];
  const [pool] = parseSettings({ ...GOOD, SCHEDULES: JSON.stringify(items) }).pools;
  expect(pool?.schedules).toEqual([
    { cron: '0 8 * * 1-5', timeZone: 'Europe/Berlin', forMs: undefined, sets: { minRunners: 5 } },
    { cron: '30 18 * * *', timeZone: 'UTC', forMs: 5_400_000, sets: { minIdle: 0, idleFor: 150_000 } },
  ]);
});

test('under POOLS each pool has its own, as an array or as text', () => {
  const pools = [
    { name: 'a', AZURE_VMSS_NAME: 'a', SG_RUNNER_GROUP: 'a', SCHEDULES: [MORNING] },
    { name: 'b', AZURE_VMSS_NAME: 'b', SG_RUNNER_GROUP: 'b', SCHEDULES: JSON.stringify([MORNING, MORNING]) },
    { name: 'c', AZURE_VMSS_NAME: 'c', SG_RUNNER_GROUP: 'c' },
  ];
  const parsed = parseSettings({ ...GOOD, POOLS: JSON.stringify(pools) }).pools;
  expect(parsed.map(({ schedules }) => schedules.length)).toEqual([1, 2, 0]);
  const wrong = [{ ...pools[0], SCHEDULES: [{ ...MORNING, cron: 'daily' }] }];
  expect(problemsOf({ POOLS: JSON.stringify(wrong) })).toEqual([
    'POOLS[0].SCHEDULES[0].cron: given "daily"; accepted are five fields: minute, hour, day of the month, month, day of the week.',
  ]);
});

describe('each wrong schedule has its message', () => {
  test.each([
    [7, 'SCHEDULES[0]: given 7; accepted is an object with cron and what it sets.'],
    [
      { ...MORNING, cron: undefined },
      'SCHEDULES[0].cron: given nothing; accepted are five fields: minute, hour, day of the month, month, day of the week.',
    ],
    [
      { ...MORNING, cron: '0 0 8 * * *' },
      'SCHEDULES[0].cron: given "0 0 8 * * *"; accepted are five fields: minute, hour, day of the month, month, day of the week.',
    ],
    [{ ...MORNING, cron: '0 25 * * *' }, 'SCHEDULES[0].cron: given "0 25 * * *"; Invalid value for hour: 25'],
    [{ ...MORNING, cron: '0 8 30 2 *' }, 'SCHEDULES[0].cron: given "0 8 30 2 *"; there is no such day.'],
    [
      { ...MORNING, timeZone: 'Mars/One' },
      'SCHEDULES[0].timeZone: given "Mars/One"; accepted is a name such as "Europe/Berlin", or none for UTC.',
    ],
    [{ ...MORNING, forMinutes: 0 }, 'SCHEDULES[0].forMinutes: given 0; accepted is a number from 1 to 45000.'],
    [{ ...MORNING, forMinutes: '60' }, 'SCHEDULES[0].forMinutes: given "60"; accepted is a number from 1 to 45000.'],
    [{ ...MORNING, MIN_RUNNERS: 1001 }, 'SCHEDULES[0].MIN_RUNNERS: given 1001; accepted is a whole number from 0 to 1000.'],
    [{ ...MORNING, MIN_IDLE_RUNNERS: 1.5 }, 'SCHEDULES[0].MIN_IDLE_RUNNERS: given 1.5; accepted is a whole number from 0 to 1000.'],
    [
      { ...MORNING, SCALE_IN_IDLE_MINUTES: [1] },
      'SCHEDULES[0].SCALE_IN_IDLE_MINUTES: given [1]; accepted is 0 or a number from 0.01 to 1440.',
    ],
    [{ ...MORNING, MAX_RUNNERS: 9 }, 'SCHEDULES[0].MAX_RUNNERS: is nothing that a schedule sets.'],
    [{ cron: '0 8 * * *' }, 'SCHEDULES[0]: sets nothing; accepted is any of MIN_RUNNERS, MIN_IDLE_RUNNERS, SCALE_IN_IDLE_MINUTES.'],
  ])('%j', (item, problem) => {
    expect(scheduled(item)).toEqual([problem]);
  });

  test.each([
    [5, []],
    [4, ['SCHEDULES[0].MIN_RUNNERS: given 5, above MAX_RUNNERS 4; accepted is at most MAX_RUNNERS.']],
  ])('MIN_RUNNERS 5 with MAX_RUNNERS %i', (max, problems) => {
    expect(scheduled(MORNING, { MAX_RUNNERS: String(max) })).toEqual(problems);
  });
});
