import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { missingSettings, startWith, unknownSettings } from '../docs/appSettings';
import { defaultOf, readModule, references, type Module } from './hcl';

let module: Module;
const folder = 'infra';

beforeAll(async () => {
  module = await readModule(folder);
});

describe("the interface is the original module's", () => {
  const optionalNumber = (fallback: number): RegExp => new RegExp(`optional\\(number, ${fallback}\\)`);

  test.each([
    ['azure_location', 'string', 'westeurope'],
    ['resource_group_name', 'string', undefined],
    ['stackguardian', 'object', undefined],
    ['vmss', 'object', undefined],
    ['override_names', 'object', { global_prefix: 'sg-runner' }],
    [
      'scaling',
      'object',
      {
        scale_out_cooldown_duration: 4,
        scale_in_cooldown_duration: 5,
        scale_out_threshold: 3,
        scale_in_threshold: 1,
        scale_in_step: 1,
        scale_out_step: 1,
        min_runners: 1,
      },
    ],
    ['storage', 'object', { account_tier: 'Standard', account_replication_type: 'LRS' }],
  ])('input %s is a %s with its default', (name, type, fallback) => {
    const block = module.variable[name];
    expect(String(block?.['type']).replace(/^\$\{(\w+)[\s\S]*\}$/, '$1')).toBe(type);
    expect(block?.['default']).toEqual(fallback);
    expect(block?.['description']).toEqual(expect.stringMatching(/\w/));
  });

  test.each([
    ['stackguardian', /api_key\s+= string/],
    ['stackguardian', /org_name\s+= string/],
    ['vmss', /name\s+= string/],
    ['vmss', /resource_group_name\s+= optional\(string, ""\)/],
    ['override_names', /global_prefix\s+= string/],
    ['override_names', /runner_group_name\s+= optional\(string, ""\)/],
    ['scaling', optionalNumber(4)],
    ['scaling', optionalNumber(5)],
    ['scaling', optionalNumber(3)],
  ])('object %s has %s', (name, attribute) => {
    expect(String(module.variable[name]?.['type'])).toMatch(attribute);
  });

  test('every other input is optional, and the outputs are there', () => {
    const given = ['resource_group_name', 'stackguardian', 'vmss'];
    const required = Object.keys(module.variable).filter((name) => !('default' in (module.variable[name] ?? {})));
    expect(required.sort()).toEqual(given);
    for (const name of ['function_app_name', 'function_app_default_hostname', 'storage_account_name']) {
      expect(module.output[name]?.['value'], name).toEqual(expect.stringMatching(/^\$\{/));
    }
  });

  test("the example is the original's usage, and names only inputs that exist", async () => {
    const example = readFileSync(join(folder, 'examples/basic/main.tf'), 'utf8');
    const seed = ['resource_group_name', 'azure_location', 'vmss', 'stackguardian', 'override_names', 'scaling'];
    for (const name of seed) expect(example).toMatch(new RegExp(`^ {2}${name} +=`, 'm'));
    const used = [...(/module "azure_autoscaler" \{([\s\S]*?)\n\}/.exec(example)?.[1] ?? '').matchAll(/^ {2}(\w+) +=/gm)].map(
      ([, name]) => name,
    );
    expect(used.filter((name) => name !== 'source' && !(String(name) in module.variable))).toEqual([]);
    await expect(readModule(join(folder, 'examples/basic'))).resolves.toBeDefined();
  });
});

test('every reference is defined', () => {
  const defined = new Set([
    ...Object.keys(module.variable).map((name) => `var.${name}`),
    ...Object.keys(module.local).map((name) => `local.${name}`),
    ...Object.keys(module.resource),
  ]);
  const found = module.texts.flatMap(references);
  expect(found.length).toBeGreaterThan(60);
  expect(found.filter((reference) => !defined.has(reference))).toEqual([]);
});

test('every input is used', () => {
  const used = new Set(module.texts.flatMap(references));
  expect(Object.keys(module.variable).filter((name) => !used.has(`var.${name}`))).toEqual([]);
});

test('every file that the module reads is there', () => {
  const files = module.texts.flatMap((text) =>
    [...text.matchAll(/file\("\$\{path\.module\}\/([^"$]+)"\)/g)].map(([, file]) => String(file)),
  );
  expect(files).toContain('role-actions.json');
  expect(files.filter((file) => !existsSync(join(folder, file)))).toEqual([]);
});

describe('storage', () => {
  test('no public blobs, TLS 1.2, no shared key where the identity is used', () => {
    expect(module.resource['azurerm_storage_account.this']).toMatchObject({
      allow_nested_items_to_be_public: false,
      min_tls_version: 'TLS1_2',
      https_traffic_only_enabled: true,
      shared_access_key_enabled: '${!var.storage.use_managed_identity}',
    });
    for (const name of ['state', 'package'])
      expect(module.resource[`azurerm_storage_container.${name}`]).toMatchObject({ container_access_type: 'private' });
  });

  test('with the identity the plain AzureWebJobsStorage is absent', () => {
    expect(Object.keys(settingsOf('identity_settings')).sort()).toEqual([
      'AZURE_BLOB_ACCOUNT_URL',
      'AzureWebJobsStorage__accountName',
      'AzureWebJobsStorage__credential',
    ]);
    expect(settingsOf('autoscaler_settings')).not.toHaveProperty('AzureWebJobsStorage');
  });
});

test('the Function App runs on Flex Consumption with Node, an always-ready durable instance, and HTTPS alone', () => {
  const app = module.resource['azapi_resource.function_app'] as { body: { properties: Record<string, unknown> } };
  expect(app.body.properties).toMatchObject({
    httpsOnly: true,
    siteConfig: { minTlsVersion: '1.2' },
    functionAppConfig: { runtime: { name: 'node', version: '${var.runtime_version}' } },
  });
  expect(module.resource['azurerm_service_plan.this']).toMatchObject({ sku_name: 'FC1', os_type: 'Linux' });
  expect(defaultOf(module, 'var.runtime_version')).toBe('22');
  expect(defaultOf(module, 'var.always_ready')).toEqual({ durable: 1 });
});

describe('roles', () => {
  test("the custom roles hold the file's two lists, whole, and nothing else", () => {
    const { local } = module;
    expect(local['role_actions']).toBe('${jsondecode(file("${path.module}/role-actions.json"))}');
    expect(local['actions']).toBe('${[for each in local.role_actions.actions : each.action]}');
    expect(local['linked_actions']).toBe('${[for each in local.role_actions.linkedActions : each.action]}');
    const inScaleSet = 'startswith(action, "Microsoft.Compute/virtualMachineScaleSets/")';
    expect(local['scale_set_actions']).toBe(`\${[for action in local.actions : action if ${inScaleSet}]}`);
    expect(local['other_actions']).toBe('${[for action in local.actions : action if !contains(local.scale_set_actions, action)]}');
    const roles = local['custom_roles'] as Record<string, { actions: string }>;
    expect(Object.values(roles).map(({ actions }) => actions)).toEqual([
      '${tolist(local.linked_actions)}',
      '${tolist(local.other_actions)}',
      '${tolist(local.scale_set_actions)}',
    ]);
    expect(module.resource['azurerm_role_definition.custom']?.['permissions']).toEqual([{ actions: '${each.value.actions}' }]);
  });

  test('no action is a wildcard, and each has its reason', () => {
    const listed = JSON.parse(readFileSync(join(folder, 'role-actions.json'), 'utf8')) as Record<string, { action: string; why: string }[]>;
    const all = [...(listed['actions'] ?? []), ...(listed['linkedActions'] ?? [])];
    for (const { action, why } of all) {
      expect(action).toMatch(/^Microsoft\.[A-Za-z]+(\/[A-Za-z]+)+$/);
      expect(why.length, action).toBeGreaterThan(10);
    }
    expect(new Set(all.map(({ action }) => action)).size).toBe(all.length);
  });
});

function settingsOf(local: string): Record<string, string> {
  return module.local[local] as Record<string, string>;
}

describe.each(['identity_settings', 'connection_settings'])('app settings with %s', (way) => {
  const settings = (): Record<string, string> => ({ ...settingsOf(way), ...settingsOf('autoscaler_settings') });
  let running: Awaited<ReturnType<typeof startWith>> | undefined;

  afterAll(async () => running?.stop());

  test('each is known, and no required one is missing', () => {
    const names = Object.keys(settings());
    expect(unknownSettings(names)).toEqual([]);
    expect(missingSettings(names)).toEqual([]);
  });

  test('the app starts with them and scales', async () => {
    const values = Object.entries(settings()).map(([name, value]) => [name, evaluate(value)]);
    running = await startWith(Object.fromEntries(values) as Record<string, string>);
    expect(running.status).toMatchObject({ mode: 'running', counts: { active: 1 }, alerts: [] });
  }, 300_000);
});

/** The value with the module's defaults: literals, `tostring(var.x.y)` and `var.x.y`; what a resource gives is replaced by the world. */
function evaluate(value: string): string {
  const variable = /^\$\{(?:tostring\()?(var\.\w+\.\w+)\)?\}$/.exec(value)?.[1];
  return variable === undefined ? value : String(defaultOf(module, variable) ?? value);
}

test.runIf(spawnSync('terraform', ['version']).status === 0)('terraform fmt finds nothing to change', () => {
  expect(execFileSync('terraform', ['fmt', '-check', '-recursive', folder], { encoding: 'utf8' })).toBe('');
});
