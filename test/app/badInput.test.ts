import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { RequestFault } from '../../src/local/world/faults';
import type { Service, WorldRequest, WorldResponse } from '../../src/local/world/exchange';
import { FUNCTION_KEY, MINUTE, startWholeApp, type WholeApp } from '../support/wholeApp';

/** Bad answers of each service, seen from the status route: a held tick with its reason, nothing lost, and it goes on by itself. */

let app: WholeApp;
let fault: ((service: Service, request: WorldRequest) => RequestFault | undefined) | undefined;
let changed: ((group: Record<string, unknown>) => unknown) | undefined;

const isGroup = ({ method, url }: WorldRequest): boolean => method === 'GET' && url.includes('/runnergroups/');

function onAnswer(service: Service, request: WorldRequest, response: WorldResponse): WorldResponse {
  if (changed === undefined || service !== 'stackguardian' || !isGroup(request)) return response;
  const body = JSON.parse(response.body) as { msg: Record<string, unknown> };
  return { ...response, body: JSON.stringify({ msg: changed(body.msg) }) };
}

const SECRET = 'sgu_';

beforeAll(async () => {
  app = await startWholeApp({
    env: { MIN_RUNNERS: '2' },
    world: { flags: { initialRunners: 2 }, faults: { onRequest: (service, request) => fault?.(service, request), onAnswer } },
  });
  await app.pass(15 * MINUTE);
});

afterAll(() => app.stop());

beforeEach(async () => {
  fault = undefined;
  changed = undefined;
  await app.pass(2 * MINUTE);
});

const status = async (): Promise<Record<string, unknown>> => (await app.request('GET', 'pools/default')).body;
const fleet = (): readonly string[] => [...(app.world.pools[0]?.vms.values() ?? [])].map((vm) => vm.vmId);

async function expectHeld(rule: string, reason: RegExp | string): Promise<void> {
  const before = fleet();
  await app.pass(7 * MINUTE);
  const held = await status();
  expect(held).toMatchObject({ mode: 'running', lastTick: { held: true }, decision: { rule }, drains: [] });
  const said = (held['decision'] as { reason: string }).reason;
  if (typeof reason === 'string') expect(said).toContain(reason);
  else expect(said).toMatch(reason);
  expect((held['alerts'] as { code: string }[]).map(({ code }) => code)).toContain(rule.replace('hold/', ''));
  expect(fleet()).toEqual(before);
  fault = undefined;
  changed = undefined;
  await app.pass(11 * MINUTE);
  expect(await status()).toMatchObject({ lastTick: { held: false }, counts: { active: 2, lost: 0, stray: 0, ghost: 0 }, alerts: [] });
  expect(fleet()).toEqual(before);
  expect(app.logs.join('\n')).not.toContain(app.world.settings['SG_API_KEY']);
}

const stackguardian =
  (answer: RequestFault) =>
  (service: Service): RequestFault | undefined =>
    service === 'stackguardian' ? answer : undefined;
const azure =
  (answer: RequestFault) =>
  (service: Service): RequestFault | undefined =>
    service === 'azure' ? answer : undefined;

describe('StackGuardian', () => {
  test.each([
    ['401', { status: 401, body: '{}' }, 'hold/sg-unauthorized', 'SG_API_KEY'],
    ['403', { status: 403, body: '{}' }, 'hold/sg-forbidden', 'SG_API_KEY'],
    ['404', { status: 404, body: '{}' }, 'hold/sg-not-found', 'SG_RUNNER_GROUP'],
    [
      'HTML',
      { status: 200, body: '<html>a login page</html>', headers: { 'content-type': 'text/html' } },
      'hold/sg-malformed',
      'a login page',
    ],
    ['half a JSON', { status: 200, body: '{"msg":{"QueuedWorkflowsCount":1,' }, 'hold/sg-malformed', 'JSON'],
    ['500', { status: 500, body: 'oops' }, 'hold/sg-unavailable', '500'],
  ])('%s', async (_, answer, rule, reason) => {
    fault = stackguardian(answer);
    await expectHeld(rule, reason);
  });

  test.each([
    ['a negative count', { QueuedWorkflowsCount: -1 }, 'QueuedWorkflowsCount is -1, expected a whole number from 0 to 1000000'],
    ['an absurd count', { QueuedWorkflowsCount: 1e9 }, 'QueuedWorkflowsCount is 1000000000, expected a whole number from 0 to 1000000'],
    ['no count', { QueuedWorkflowsCount: undefined }, 'QueuedWorkflowsCount is missing'],
    ['a list that is none', { ContainerInstances: 'none' }, 'ContainerInstances is not a list'],
    ['no list while runners are expected', { ContainerInstances: null }, 'StackGuardian sent no list of runners while some are expected'],
    [
      'no pending count after it was seen',
      { PendingWorkflowsCount: undefined },
      'StackGuardian left PendingWorkflowsCount out, which it sent before',
    ],
  ])('%s', async (_, broken, reason) => {
    changed = (group) => ({ ...group, ...broken });
    await expectHeld('hold/sg-malformed', reason);
  });

  type Entry = Record<string, unknown>;
  test.each<[string, (entry: Entry) => unknown]>([
    ['without a name', (entry: Entry) => ({ ...entry, instanceDetails: undefined })],
    ['without an id', (entry: Entry) => ({ ...entry, runnerId: undefined, RunnerId: undefined })],
    ['without any detail', (entry: Entry) => ({ runnerId: entry['runnerId'] })],
    ['that are no objects', () => 'runner'],
  ])('runners %s: nothing is deleted, and they are whole again afterwards', async (_, broken) => {
    const before = fleet();
    changed = (group) => ({ ...group, ContainerInstances: (group['ContainerInstances'] as Entry[]).map(broken) });
    await app.pass(40 * MINUTE);
    expect(fleet()).toEqual(expect.arrayContaining([...before]));
    expect((await status())['drains']).toEqual([]);
    changed = undefined;
    await app.pass(60 * MINUTE);
    expect(await status()).toMatchObject({ lastTick: { held: false }, counts: { lost: 0, stray: 0, ghost: 0 } });
  });

  test('two living entries with one computer name: that machine is left alone', async () => {
    changed = (group) => {
      const [first, ...others] = group['ContainerInstances'] as Entry[];
      return { ...group, ContainerInstances: [first, ...others, { ...first, runnerId: 'twin', containerInstanceArn: 'arn:twin' }] };
    };
    const before = fleet();
    await app.pass(30 * MINUTE);
    expect(fleet()).toEqual(before);
    expect((await status())['drains']).toEqual([]);
  });
});

describe('Azure', () => {
  const error = (code: string, message: string): string => JSON.stringify({ error: { code, message } });
  test.each([
    [
      'a scale set that does not exist',
      { status: 404, body: error('ResourceNotFound', 'The Resource virtualMachineScaleSets/runners was not found.') },
      'hold/azure-not-found',
      'AZURE_VMSS_NAME',
    ],
    [
      'a missing right',
      {
        status: 403,
        body: error(
          'AuthorizationFailed',
          "does not have authorization to perform action 'Microsoft.Compute/virtualMachineScaleSets/read'",
        ),
      },
      'hold/azure-forbidden',
      'Microsoft.Compute/virtualMachineScaleSets/read',
    ],
    [
      'HTML',
      { status: 200, body: '<html>proxy</html>', headers: { 'content-type': 'text/html' } },
      'hold/azure-malformed',
      'Check AZURE_RESOURCE_MANAGER_ENDPOINT',
    ],
    ['500', { status: 500, body: error('InternalServerError', 'try again') }, 'hold/azure-unavailable', '500'],
  ])('%s', async (_, answer, rule, reason) => {
    fault = azure(answer);
    await expectHeld(rule, reason);
  });
});

describe('blobs with rubbish', () => {
  const put = (name: string, text: string) => app.container.getBlockBlobClient(name).upload(text, Buffer.byteLength(text));

  test('the fleet memory: begun anew, nothing is deleted, and it is told', async () => {
    const before = fleet();
    await put('state/default/fleet.json', '{"half":');
    await app.pass(1.5 * MINUTE);
    await app.pass(60 * MINUTE);
    expect(fleet()).toEqual(before);
    expect(await status()).toMatchObject({ lastTick: { held: false }, drains: [] });
  });

  test('a timestamp: it counts as absent and is kept aside', async () => {
    await put('scale_out_timestamp', 'yesterday');
    await app.pass(12 * MINUTE);
    const names: string[] = [];
    for await (const { name } of app.container.listBlobsFlat({ prefix: 'scale_out_timestamp' })) names.push(name);
    const aside = names.filter((name) => name.startsWith('scale_out_timestamp.invalid-'));
    expect(aside).toHaveLength(1);
    expect((await app.container.getBlobClient(aside[0] ?? '').downloadToBuffer()).toString()).toBe('yesterday');
  });

  test('the owner: rubbish owns nothing', async () => {
    const owners: string[] = [];
    for await (const { name } of app.container.listBlobsFlat({ prefix: 'owners/' })) owners.push(name);
    expect(owners).toHaveLength(1);
    await put(owners[0] ?? '', '<html>');
    await app.pass(3 * MINUTE);
    expect(await status()).toMatchObject({ lastTick: { held: false } });
    const text = (await app.container.getBlobClient(owners[0] ?? '').downloadToBuffer()).toString();
    expect(JSON.parse(text)).toMatchObject({ pool: 'default' });
  });
});

test('half a plan, signalled to the pool entity by hand: nothing of it stays', async () => {
  const entity = `${app.host().url}/runtime/webhooks/durabletask/entities/pool/default?code=${FUNCTION_KEY}`;
  const binding = async (): Promise<unknown> => (await app.request('GET', entity)).body['binding'];
  const before = await binding();
  // It fails half-way: the binding is written by then, and the decision is missing.
  const plan = { tickId: 'torn', binding: { scaleSet: 'another', group: 'another' } };
  expect((await app.request('POST', `${entity}&op=admit`, { plan, timing: {} })).status).toBe(202);
  await app.pass(MINUTE / 4);
  expect(before).toMatchObject({ group: expect.any(String) });
  expect(await binding()).toEqual(before);
  expect(await status()).toMatchObject({ mode: 'running' });
});

test('no key shows in status, log or history', async () => {
  const all = JSON.stringify([await status(), app.host().listInstances()]) + app.logs.join('\n');
  expect(all).not.toContain(app.world.settings['SG_API_KEY']);
  expect(all).not.toMatch(new RegExp(`${SECRET}[A-Z0-9]{8}`));
});
