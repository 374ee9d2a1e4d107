import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadApp } from '../../src/local/host/loadApp';
import { unpackedApp } from '../package/unpacked';
import { missingSettings, startWith, unknownSettings } from './appSettings';
import { bashBlocks, option, runGuide, settingsOf, type Ran } from './commands';

const guide = readFileSync('docs/deploy.md', 'utf8');
/** Stands in for the result of `npm run package`. */
const BEFORE = 'mkdir dist && touch dist/autoscaler-0.0.0.zip\n';
let ran: Ran;

beforeAll(() => {
  ran = runGuide(BEFORE + bashBlocks(guide).join('\n'), ['infra']);
});

const callsOf = (...words: string[]): (readonly string[])[] =>
  ran.calls.filter((call) => words.every((word, index) => call[index] === word));

describe('the guide', () => {
  test('runs from end to end with no variable unset and no command malformed', () => {
    expect(callsOf('az').length).toBeGreaterThan(25);
    for (const call of ran.calls)
      expect(
        call.filter((argument) => argument === ''),
        call.join(' '),
      ).toEqual([]);
  });

  test('keeps the variable names of the original', () => {
    for (const name of [
      'RESOURCE_GROUP',
      'LOCATION',
      'STORAGE_ACCOUNT',
      'FUNCTION_APP',
      'APP_INSIGHTS',
      'VMSS_NAME',
      'VMSS_RESOURCE_GROUP',
      'SG_API_KEY',
      'SG_ORG',
      'SG_RUNNER_GROUP',
      'SG_BASE_URI',
      'SUBSCRIPTION_ID',
      'STORAGE_CONN_STRING',
      'APP_INSIGHTS_CONN',
      'PRINCIPAL_ID',
      'STORAGE_ID',
    ])
      expect(guide).toMatch(new RegExp(`^${name}=`, 'm'));
  });

  test('has the nine steps', () => {
    const steps = [...guide.matchAll(/^## Step (\d)/gm)].map(([, number]) => Number(number));
    expect(steps).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  test('makes a Flex Consumption app with Node, an always-ready durable instance and identity for its deployments', () => {
    const [create = []] = callsOf('az', 'functionapp', 'create');
    expect(option(create, '--runtime')).toBe('node');
    expect(option(create, '--runtime-version')).toBe('22');
    expect(option(create, '--always-ready-instances')).toBe('durable=1');
    expect(option(create, '--deployment-storage-auth-type')).toBe('SystemAssignedIdentity');
    expect(create).toContain('--flexconsumption-location');
  });

  test('deploys without a build in Azure', () => {
    for (const call of callsOf('az', 'functionapp', 'deployment', 'source', 'config-zip')) {
      expect(option(call, '--build-remote')).toBe('false');
      expect(option(call, '--src')).toMatch(/^dist\/autoscaler-.*\.zip$/);
    }
  });
});

describe('roles', () => {
  interface Role {
    readonly Name: string;
    readonly Actions: string[];
    readonly AssignableScopes: string[];
  }
  const listed = JSON.parse(readFileSync('infra/role-actions.json', 'utf8')) as Record<
    string,
    { action: string; role: string; scope: string }[]
  >;

  test('the two definitions hold the actions of role-actions.json, and each is assigned under its name', () => {
    const roles = Object.values(ran.given).map((text) => JSON.parse(text) as Role);
    const all = [...(listed['actions'] ?? []), ...(listed['linkedActions'] ?? [])].map(({ action }) => action);
    expect(roles.flatMap(({ Actions }) => Actions).sort()).toEqual(all.sort());
    const assigned = callsOf('az', 'role', 'assignment', 'create').map((call) => ({
      role: option(call, '--role'),
      scope: option(call, '--scope'),
    }));
    for (const { Name, AssignableScopes } of roles) {
      const scope = assigned.find(({ role }) => role === Name)?.scope ?? '';
      expect(AssignableScopes.some((assignable) => scope.startsWith(assignable))).toBe(true);
    }
    expect(assigned.filter(({ role }) => role === 'sg-autoscaler scale set')).toEqual([
      expect.objectContaining({
        scope: expect.stringMatching(/\/providers\/Microsoft.Compute\/virtualMachineScaleSets\/my-runner-vmss$/) as string,
      }),
    ]);
  });

  test('the storage roles are those of role-actions.json', () => {
    const assigned = callsOf('az', 'role', 'assignment', 'create').map((call) => option(call, '--role') ?? '');
    const wanted = (listed['dataRoles'] ?? []).filter(({ scope }) => scope === "the app's storage account").map(({ role }) => role);
    expect(assigned.filter((role) => role.startsWith('Storage ')).sort()).toEqual(wanted.sort());
  });

  test('the removal deletes what the guide made', () => {
    const deleted = callsOf('az', 'role', 'definition', 'delete').map((call) => option(call, '--name'));
    expect(deleted.sort()).toEqual(
      Object.values(ran.given)
        .map((text) => (JSON.parse(text) as Role).Name)
        .sort(),
    );
    for (const made of [['functionapp'], ['monitor', 'app-insights', 'component'], ['monitor', 'action-group'], ['storage', 'account']]) {
      expect(callsOf('az', ...made, 'delete'), made.join(' ')).toHaveLength(1);
    }
  });
});

test('each alert query becomes a rule that is removed again, its comments left out', () => {
  const names = globSync('infra/queries/alerts/*.kql').map((file) => `sg-autoscaler ${basename(file, '.kql')}`);
  const made = callsOf('az', 'monitor', 'scheduled-query', 'create');
  expect(made.map((call) => option(call, '--name')).sort()).toEqual(names.sort());
  for (const call of made) expect(option(call, '--condition-query')).toMatch(/^rows=[a-z]+\n/);
  expect(callsOf('az', 'monitor', 'scheduled-query', 'delete').map((call) => option(call, '--name'))).toEqual(
    made.map((call) => option(call, '--name')),
  );
});

describe.each([
  ['with the managed identity', 0],
  ['with connection strings', 1],
])('app settings %s', (way, index) => {
  let running: Awaited<ReturnType<typeof startWith>> | undefined;
  const settings = (): Record<string, string> => settingsOf(callsOf('az', 'functionapp', 'config', 'appsettings', 'set')[index] ?? []);

  afterAll(async () => running?.stop());

  test('each is known, no required one is missing', () => {
    expect(unknownSettings(Object.keys(settings()))).toEqual([]);
    expect(missingSettings(Object.keys(settings()))).toEqual([]);
    expect('AzureWebJobsStorage' in settings()).toBe(way === 'with connection strings');
  });

  test('the app starts with them and ticks', async () => {
    running = await startWith(settings());
    expect(running.status).toMatchObject({ mode: 'running', counts: { active: 1 }, alerts: [] });
  }, 300_000);
});

test('the identity way takes the plain AzureWebJobsStorage away', () => {
  const [remove = []] = callsOf('az', 'functionapp', 'config', 'appsettings', 'delete');
  expect(remove.slice(remove.indexOf('--setting-names') + 1)).toEqual(['AzureWebJobsStorage', 'DEPLOYMENT_STORAGE_CONNECTION_STRING']);
});

describe('what the guide calls by name is in the package', () => {
  const functions = async () => [...(await loadApp({ appDirectory: unpackedApp() }, () => undefined)).functions.values()];

  test('functions', async () => {
    const registered = (await functions()).map(({ metadata }) => metadata.name);
    const named = [...(/It names[\s\S]*?An empty list/.exec(guide)?.[0] ?? '').matchAll(/`(\w+)`/g)].map(([, name]) => String(name));
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((name) => !registered.includes(name))).toEqual([]);
  });

  test('routes', async () => {
    const routes = (await functions()).flatMap(({ trigger }) => {
      const { route, methods } = trigger as { route?: string; methods?: readonly string[] };
      return route === undefined
        ? []
        : (methods ?? []).map((method) => `${method.toUpperCase()} /api/${route.replace('{pool}', 'default')}`);
    });
    const called = callsOf('curl').map((call) => {
      const url = call.find((each) => each.includes('/api/')) ?? '';
      return `${option(call, '-X') ?? 'GET'} ${url.replace(/^https:\/\/[^/]+/, '')}`;
    });
    expect(called.length).toBeGreaterThan(6);
    expect([...new Set(called)].filter((each) => !routes.includes(each))).toEqual([]);
  });
});
