import { describe, expect, it } from 'vitest';
import { writeCapacity } from '../../../src/local/world/capacity';
import type { WorldFaults } from '../../../src/local/world/faults';
import { bench, runnerOf, vmAt } from './support';

const SET = 'virtualMachineScaleSets/runners';

describe('simulated StackGuardian', () => {
  it('tells the group wrapped in msg, with counts and entries', async () => {
    const { clock, world, sg } = bench({ flags: { initialRunners: 1, maxRunners: 5 } });
    world.addJobs([
      { arrivalSeconds: 0, durationSeconds: 50 },
      { arrivalSeconds: 0, durationSeconds: 50 },
    ]);
    clock.pass(1);
    const { body } = await sg('GET', '?getActiveWorkflows=true');
    expect(body.msg).toMatchObject({ QueuedWorkflowsCount: 1, PendingWorkflowsCount: 0, RunningWorkflowsCount: 1, MaxNumberOfRunners: 5 });
    expect(body.msg.ContainerInstances).toEqual([
      expect.objectContaining({
        status: 'ACTIVE',
        agentConnected: true,
        runningTasksCount: 1,
        pendingTasksCount: 0,
        instanceDetails: [{ ComputerName: expect.stringMatching(/^runners[0-9A-Z]{6}$/), IPAddress: expect.any(String) }],
      }),
    ]);
  });

  it('drains, gives back, deregisters; refuses the busy one without force', async () => {
    const { clock, world, pool, sg } = bench({ flags: { initialRunners: 1 } });
    const RunnerId = runnerOf(vmAt(pool, 0));
    expect(await sg('POST', 'runner_status/', { RunnerId, Status: 'DRAINING' })).toMatchObject({ status: 200 });
    expect(await sg('POST', 'runner_status/', { RunnerId, Status: 'GONE' })).toMatchObject({ status: 400 });
    expect(await sg('POST', 'runner_status/', { ContainerInstanceIds: [vmAt(pool, 0).entry?.arn], Status: 'ACTIVE' })).toMatchObject({
      status: 200,
    });
    world.addJobs([{ arrivalSeconds: 0, durationSeconds: 50 }]);
    clock.pass(1);
    expect(await sg('POST', 'deregister/', { RunnerId })).toMatchObject({ status: 400 });
    expect(await sg('POST', 'deregister/', { RunnerId, ForceDeregister: true })).toMatchObject({ status: 200 });
    expect(await sg('POST', 'deregister/', { RunnerId })).toMatchObject({ status: 404 });
    expect(world.counters).toMatchObject({ 'stackguardian runner_status': 3, 'stackguardian deregister': 3 });
  });

  it('403 for a wrong key, 404 for another organization or group, 405 for a wrong method', async () => {
    const { call, sg, world } = bench();
    const path = '/api/v1/orgs/simulated-org/runnergroups/runners/';
    expect(await call('stackguardian', 'GET', path)).toMatchObject({ status: 403 });
    expect(await call('stackguardian', 'GET', path, undefined, { authorization: 'apikey sgu_other' })).toMatchObject({ status: 403 });
    const good = { authorization: `apikey ${world.settings['SG_API_KEY'] ?? ''}` };
    expect(await call('stackguardian', 'GET', path.replace('simulated-org', 'other'), undefined, good)).toMatchObject({ status: 404 });
    expect(await call('stackguardian', 'GET', path.replace('/runners/', '/other/'), undefined, good)).toMatchObject({ status: 404 });
    expect(await sg('GET', 'deregister/')).toMatchObject({ status: 405 });
  });
});

describe('simulated Resource Manager', () => {
  it('wants a token of its own identity endpoint, an api-version, and known names', async () => {
    const { call, arm, world } = bench();
    const url = `/subscriptions/${world.settings['AZURE_SUBSCRIPTION_ID'] ?? ''}/resourceGroups/rg-runners/providers/Microsoft.Compute/${SET}`;
    expect(await call('azure', 'GET', `${url}?api-version=2024-11-01`, undefined, { authorization: 'Bearer other' })).toMatchObject({
      status: 401,
    });
    expect(
      await call('identity', 'GET', '/msi/token?resource=x&api-version=2019-08-01', undefined, { 'x-identity-header': 'no' }),
    ).toMatchObject({ status: 401 });
    expect(await arm('GET', SET)).toMatchObject({ status: 200 });
    world.identity.revoke();
    expect(await arm('GET', SET)).toMatchObject({ status: 401 });
    const fresh = bench();
    const code = async (path: string): Promise<unknown> => (await fresh.arm('GET', path)).body.error.code;
    expect(await code('virtualMachineScaleSets/other')).toBe('ResourceNotFound');
    expect(await code('virtualMachineScaleSets/other/virtualMachines')).toBe('ParentResourceNotFound');
    expect(await code(`${SET}/virtualMachines/99`)).toBe('ResourceNotFound');
    const origin = 'https://azure.world.invalid';
    expect(await code(`${origin}/subscriptions/none/resourceGroups/rg-runners?api-version=2024-11-01`)).toBe('SubscriptionNotFound');
    expect(
      await code(
        `${origin}/subscriptions/${fresh.world.settings['AZURE_SUBSCRIPTION_ID'] ?? ''}/resourceGroups/none?api-version=2024-11-01`,
      ),
    ).toBe('ResourceGroupNotFound');
    expect(await code(`${origin}/subscriptions/x`)).toBe('MissingApiVersionParameter');
  });

  it('writes capacity over its ETag alone, reads Updating until the VMs run, and tells how the operation ended', async () => {
    const { clock, pool, arm } = bench();
    const before = await arm('GET', SET);
    const first = await arm('PATCH', SET, { sku: { capacity: 2 } }, { 'if-match': before.body.etag });
    expect(first).toMatchObject({ status: 202, body: { sku: { capacity: 2 } } });
    expect(await arm('PATCH', SET, { sku: { capacity: 3 } }, { 'if-match': before.body.etag })).toMatchObject({ status: 412 });
    expect((await arm('GET', SET)).body.properties).toMatchObject({ provisioningState: 'Updating', uniqueId: pool.uniqueId });
    const url = first.headers['azure-asyncoperation'] ?? '';
    expect((await arm('GET', url)).body.status).toBe('InProgress');
    clock.pass(90);
    expect((await arm('GET', url)).body.status).toBe('Succeeded');
    expect((await arm('GET', first.headers['location'] ?? '')).status).toBe(204);
    expect((await arm('GET', SET)).body.properties.provisioningState).toBe('Succeeded');
  });

  it('pages the list, and loses none that stays when VMs go between pages', async () => {
    const { pool, arm, world } = bench({ flags: { initialRunners: 7, pageSize: 3 } });
    const first = await arm('GET', `${SET}/virtualMachines?$expand=instanceView`);
    expect(first.body.value[0].properties).toMatchObject({
      vmId: vmAt(pool, 0).vmId,
      osProfile: { computerName: vmAt(pool, 0).computerName },
      instanceView: { statuses: [{ code: 'ProvisioningState/succeeded' }, { code: 'PowerState/running' }] },
    });
    world.mishaps().evict(vmAt(pool, 1).vmId);
    const second = await arm('GET', first.body.nextLink);
    const third = await arm('GET', second.body.nextLink);
    expect([first, second, third].flatMap((page) => page.body.value.map((vm: { instanceId: string }) => vm.instanceId))).toEqual([
      '0',
      '1',
      '2',
      '3',
      '4',
      '5',
      '6',
    ]);
    expect(third.body.nextLink).toBeUndefined();
  });

  it('Flexible: the list of VMs by filter has the computer name, that of the scale set lacks it', async () => {
    const { pool, arm, world } = bench({ mode: 'Flexible', flags: { initialRunners: 2 } });
    const id = `/subscriptions/${world.settings['AZURE_SUBSCRIPTION_ID'] ?? ''}/resourceGroups/rg-runners/providers/Microsoft.Compute/${SET}`;
    const { body } = await arm('GET', `virtualMachines?$filter='virtualMachineScaleSet/id' eq '${id}'&$expand=instanceView`);
    expect(body.value.map((vm: any) => [vm.name, vm.properties.osProfile.computerName])).toEqual(
      [0, 1].map((at) => [vmAt(pool, at).id, vmAt(pool, at).computerName]),
    );
    expect(vmAt(pool, 0).id).toMatch(/^runners_[0-9a-f]{8}$/);
    expect((await arm('GET', `${SET}/virtualMachines`)).body.value[0].properties.osProfile).toBeUndefined();
    expect(await arm('GET', 'virtualMachines?$expand=instanceView')).toMatchObject({ status: 400 });
    expect(await arm('DELETE', `virtualMachines/${vmAt(pool, 0).id}`)).toMatchObject({ status: 202 });
    expect(await arm('DELETE', `virtualMachines/${vmAt(pool, 1).id}`)).toMatchObject({ status: 202 });
    expect(await arm('DELETE', 'virtualMachines/none')).toMatchObject({ status: 204 });
  });

  it('throttles by the published rates, and refills by the minute', async () => {
    const { clock, arm, world } = bench();
    const patch = async () => (await arm('PATCH', SET, { sku: { capacity: 0 } })).status;
    for (let call = 0; call < 12; call += 1) expect(await patch()).toBe(202);
    const limited = await arm('PATCH', SET, { sku: { capacity: 0 } });
    expect(limited).toMatchObject({ status: 429, headers: { 'retry-after': '15' } });
    clock.pass(15);
    expect(await patch()).toBe(202);
    expect(world.counters['azure PATCH virtualmachinescalesets/{scaleSet}']).toBe(14);
  });
});

describe('fault hooks', () => {
  const faulty = (faults: WorldFaults, flags = { initialRunners: 1 }) => bench({ faults, flags });

  it('reply in place of a service, break connections, lose answers of what was done', async () => {
    let mode = 0;
    const { sg, pool } = faulty({
      onRequest: () => [{ status: 503, body: '"no"' }, { reset: true }, { hang: true }, { loseAnswer: true }][mode],
    });
    const RunnerId = runnerOf(vmAt(pool, 0));
    const mark = () => sg('POST', 'runner_status/', { RunnerId, Status: 'DRAINING' });
    expect(await mark()).toMatchObject({ status: 503, body: 'no' });
    mode = 1;
    await expect(mark()).rejects.toThrow('reset');
    mode = 2;
    await expect(mark()).rejects.toThrow('hang');
    expect(pool.entries.get(RunnerId)?.status).toBe('ACTIVE');
    mode = 3;
    await expect(mark()).rejects.toThrow('reset');
    expect(pool.entries.get(RunnerId)?.status).toBe('DRAINING');
  });

  it('delay on the world clock, apply late, and rewrite answers', async () => {
    let fault: object = { delayMs: 5_000 };
    const { clock, sg, pool } = faulty({
      onRequest: () => fault,
      onAnswer: (_service, request, response) => (request.method === 'GET' ? { ...response, body: '{"msg":{}}' } : undefined),
    });
    const late = sg('GET', '');
    clock.pass(5);
    expect((await late).body).toEqual({ msg: {} });
    fault = { applyAfterMs: 60_000 };
    const RunnerId = runnerOf(vmAt(pool, 0));
    expect(await sg('POST', 'runner_status/', { RunnerId, Status: 'DRAINING' })).toMatchObject({ status: 200 });
    expect(pool.entries.get(RunnerId)?.status).toBe('ACTIVE');
    clock.pass(60);
    expect(pool.entries.get(RunnerId)?.status).toBe('DRAINING');
  });

  it('fail growth and deletes in the operation alone, and VMs in their boot', async () => {
    const { clock, pool, arm } = faulty(
      {
        onGrowth: () => ({ code: 'AllocationFailed', message: 'no room', create: 1 }),
        onDelete: () => ({ failure: { code: 'OperationPreempted', message: 'again' } }),
        onVm: () => ({ fails: true }),
      },
      { initialRunners: 0 },
    );
    const grown = await arm('PATCH', SET, { sku: { capacity: 3 } });
    clock.pass(90);
    expect((await arm('GET', grown.headers['azure-asyncoperation'] ?? '')).body).toMatchObject({
      status: 'Failed',
      error: { code: 'AllocationFailed' },
    });
    expect(pool).toMatchObject({ capacity: 3, vms: { size: 1 } });
    expect(vmAt(pool, 0).provisioningState).toBe('Failed');
    const removed = await arm('POST', `${SET}/delete`, { instanceIds: ['0'] });
    expect(removed.status).toBe(202);
    clock.pass(30);
    expect((await arm('GET', removed.headers['azure-asyncoperation'] ?? '')).body.error.code).toBe('OperationPreempted');
    expect(pool).toMatchObject({ capacity: 3, vms: { size: 1 } });
  });

  it('leave demand that nobody takes, and skew the times that Azure tells', async () => {
    const { clock, world, pool, arm } = faulty({ mayTake: (_pool, job) => job.index !== 0, skewMs: () => 120_000 });
    world.addJobs([
      { arrivalSeconds: 0, durationSeconds: 1 },
      { arrivalSeconds: 1, durationSeconds: 1 },
    ]);
    clock.pass(30);
    expect(pool.waiting.map((job) => job.index)).toEqual([0]);
    writeCapacity(pool, 2);
    const { body } = await arm('GET', `${SET}/virtualMachines/1`);
    expect(body.properties.timeCreated).toBe(new Date(clock.now() + 120_000).toISOString());
  });
});

it('several pools in one world keep apart, and are told as POOLS', async () => {
  const { world, arm } = bench({
    pools: [
      { name: 'a', initialRunners: 1 },
      { name: 'b', mode: 'Flexible', initialRunners: 2 },
    ],
    mode: 'Uniform',
  });
  expect(JSON.parse(world.settings['POOLS'] ?? '')).toEqual([
    { name: 'a', AZURE_VMSS_NAME: 'vmss-a', SG_RUNNER_GROUP: 'runners-a' },
    { name: 'b', AZURE_VMSS_NAME: 'vmss-b', SG_RUNNER_GROUP: 'runners-b' },
  ]);
  expect((await arm('GET', 'virtualMachineScaleSets/vmss-a')).body).toMatchObject({
    sku: { capacity: 1 },
    properties: { orchestrationMode: 'Uniform' },
  });
  expect((await arm('GET', 'virtualMachineScaleSets/VMSS-B')).body).toMatchObject({
    sku: { capacity: 2 },
    properties: { orchestrationMode: 'Flexible' },
  });
});
