import { expect, test } from 'vitest';
import { createStage } from '../../src/local/simulate/stage';
import { ask, MINUTE, type Scenario } from './ask';

test.each(['Uniform', 'Flexible'] as const)('%s: nothing is found in a sound deployment', async (mode) => {
  const { items } = await ask({ mode });
  expect(items.filter(({ ok }) => ok === false)).toEqual([]);
  // What the platform does not tell, and what Flexible scale sets lack, are the only doubts.
  const doubts = mode === 'Uniform' ? ['runner-type'] : ['runner-type', 'scale-in-protection'];
  expect(items.filter(({ ok }) => ok === null).map(({ name }) => name)).toEqual(doubts);
});

interface Finding extends Scenario {
  readonly what: string;
  readonly name: string;
  readonly text: RegExp;
  readonly next: RegExp;
  readonly ok?: null;
}

const AUTOSCALE = /microsoft\.insights\/autoscalesettings/i;

const findings: readonly Finding[] = [
  {
    what: 'a setting that is not understood',
    settings: { SCALE_OUT_STEP: 'many' },
    name: 'settings',
    text: /SCALE_OUT_STEP/,
    next: /app setting/,
  },
  {
    what: 'a key that StackGuardian rejects',
    then: ({ world }) => world.keys.clear(),
    name: 'stackguardian-key',
    text: /403/,
    next: /SG_API_KEY/,
  },
  {
    what: 'a runner group that does not exist',
    settings: { SG_RUNNER_GROUP: 'elsewhere' },
    name: 'runner-group',
    text: /no runner group "elsewhere"/,
    next: /SG_RUNNER_GROUP/,
  },
  {
    what: 'a runner group of another type',
    faults: {
      onAnswer: (service, _request, response) =>
        service === 'stackguardian'
          ? { ...response, body: response.body.replace('"RunnerGroupName"', '"RunnerType":"shared-external","RunnerGroupName"') }
          : undefined,
    },
    name: 'runner-type',
    text: /type shared-external, SG_RUNNER_TYPE says external/,
    next: /SG_RUNNER_TYPE=shared-external/,
  },
  {
    what: 'no identity',
    faults: { onRequest: (service) => (service === 'identity' ? { status: 400, body: '{"error":"invalid_request"}' } : undefined) },
    name: 'identity',
    text: /no identity/,
    next: /managed identity/,
  },
  {
    what: 'a scale set that does not exist',
    settings: { AZURE_VMSS_NAME: 'elsewhere' },
    name: 'scale-set',
    text: /404/,
    next: /AZURE_VMSS_NAME/,
  },
  {
    what: 'autoscale settings on the scale set',
    before: (_, pool) => pool.neighbours.push({ kind: 'autoscalesettings', name: 'cpu-rule' }),
    name: 'autoscale',
    text: /cpu-rule/,
    next: /az monitor autoscale delete/,
  },
  {
    what: 'no right to see autoscale settings',
    faults: {
      onRequest: (_service, request) =>
        AUTOSCALE.test(request.url) ? { status: 403, body: '{"error":{"code":"AuthorizationFailed"}}' } : undefined,
    },
    ok: null,
    name: 'autoscale',
    text: /Cannot tell/,
    next: /Microsoft\.Insights\/autoscaleSettings\/read/,
  },
  {
    what: 'a standby pool',
    before: (_, pool) => pool.neighbours.push({ kind: 'standbyvirtualmachinepools', name: 'warm' }),
    name: 'standby-pool',
    text: /warm/,
    next: /az standby-vm-pool delete/,
  },
  {
    what: 'strict zone balance',
    before: (_, pool) => void (pool.properties = { zoneBalance: true }),
    name: 'zone-balance',
    text: /zone balance is on/,
    next: /zoneBalance=false/,
  },
  {
    what: 'automatic repairs',
    before: (_, pool) => void (pool.properties = { automaticRepairsPolicy: { enabled: true } }),
    name: 'automatic-repairs',
    text: /repairs are on/,
    next: /--enable-automatic-repairs false/,
  },
  {
    what: 'automatic upgrades',
    before: (_, pool) => void (pool.properties = { upgradePolicy: { mode: 'Rolling' } }),
    name: 'automatic-upgrades',
    text: /not manual/,
    next: /upgradePolicy\.mode=Manual/,
  },
  {
    what: 'overprovisioning',
    before: (_, pool) => void (pool.properties = { overprovision: true }),
    name: 'overprovisioning',
    text: /more VMs than ordered/,
    next: /overprovision=false/,
  },
  {
    what: 'Spot VMs',
    before: (_, pool) => void (pool.properties = { virtualMachineProfile: { priority: 'Spot' } }),
    name: 'spot',
    text: /evicts/,
    next: /regular VMs/,
  },
  {
    what: 'MAX_RUNNERS above what the scale set can hold',
    settings: { MAX_RUNNERS: '101' },
    before: (_, pool) => void (pool.properties = { singlePlacementGroup: true }),
    name: 'maximum',
    text: /MAX_RUNNERS 101 is above the 100 VMs/,
    next: /singlePlacementGroup=false/,
  },
  {
    what: 'MAX_RUNNERS above MaxNumberOfRunners',
    flags: { maxRunners: 4 },
    name: 'platform-limit',
    text: /MAX_RUNNERS 5 is above the 4/,
    next: /MaxNumberOfRunners/,
  },
  {
    what: 'a runner that matches no VM',
    then: ({ world }, pool) => world.mishaps().evict([...pool.vms.values()][0]?.vmId ?? ''),
    name: 'runners-match',
    text: /1 of 2 runners match no VM/,
    next: /SG_RUNNER_GROUP/,
  },
  {
    what: 'protection switched off',
    settings: { PROTECT_INSTANCES: 'false' },
    ok: null,
    name: 'scale-in-protection',
    text: /PROTECT_INSTANCES is false/,
    next: /PROTECT_INSTANCES=true/,
  },
  {
    what: 'a Python autoscaler that still writes the same blobs',
    then: ({ store, clock }) => store.write('scale_out_timestamp', new Date(clock.now() - MINUTE).toISOString().replace('Z', '417')),
    name: 'other-autoscaler',
    text: /"scale_out_timestamp" was stamped 2025-04-07T06:07:.* by another autoscaler, while this one ran/,
    next: /az functionapp stop/,
  },
  {
    what: 'another app that owns the scale set',
    then: ({ store, clock }, pool) =>
      store.write(
        `owners/${pool.uniqueId}.json`,
        JSON.stringify({ app: 'the-other', hub: 'Other', version: '1', pool: 'default', heartbeat: clock.now(), silence: 600_000 }),
      ),
    name: 'owner',
    text: /app "the-other"/,
    next: /POST stop/,
  },
  ...(['stackguardian', 'azure'] as const).map((late) => ({
    what: `a clock of ${late} that is two minutes ahead`,
    faults: { skewMs: (service: string) => (service === late ? 120_000 : 0) },
    name: `clock-${late}`,
    text: /1(19|20) s ahead of ours/,
    next: /NTP/,
  })),
  {
    what: 'a clock that is behind',
    faults: { skewMs: (service) => (service === 'azure' ? -90_000 : 0) },
    name: 'clock-azure',
    text: /s behind ours/,
    next: /NTP/,
  },
];

test.each(findings)('$what', async ({ name, text, next, ok = false, ...scenario }) => {
  const { item } = await ask(scenario);
  expect(item(name)).toMatchObject({ ok, text: expect.stringMatching(text), next: expect.stringMatching(next) });
});

test('a skew of less than a minute is no finding', async () => {
  const { item } = await ask({ faults: { skewMs: () => 58_000 } });
  expect([item('clock-azure')?.ok, item('clock-stackguardian')?.ok]).toEqual([true, true]);
});

test('an unknown pool is a 404; a query or body that is not understood a 400', async () => {
  const stage = await createStage({ seed: 1 });
  const asked = stage.app.request('POST', 'pools/nope/check');
  await stage.runUntil(stage.clock.now() + MINUTE);
  expect(await asked).toMatchObject({ status: 404, body: { error: { code: 'pool-unknown' } } });
  expect(await stage.app.request('POST', 'pools/default/check?write=yes')).toMatchObject({ status: 400 });
  expect(await stage.app.request('POST', 'pools/default/check', { write: true })).toMatchObject({ status: 400 });
  await stage.stop();
});
