import { expect, test } from 'vitest';
import type { WorldRequest, WorldResponse } from '../../../src/local/world/exchange';
import { CLEAN, scenario, type Scenario } from './scenario';

/** Readings that fail, lie or change their meaning. */

const isScaleSetRead = ({ method, url }: WorldRequest): boolean => method === 'GET' && /\/virtualmachinescalesets\/[^/?]+\?/i.test(url);

/** Rewrites what StackGuardian tells of the group while `isOn`. */
function tellGroup({ hostile }: Scenario, isOn: () => boolean, write: (group: Record<string, any>) => void): void {
  hostile({
    onAnswer: (service, request, response): WorldResponse | undefined => {
      if (service !== 'stackguardian' || request.method !== 'GET' || !isOn()) return undefined;
      const body = JSON.parse(response.body) as { msg: Record<string, any> };
      write(body.msg);
      return { ...response, body: JSON.stringify(body) };
    },
  });
}

test('1. Throttled read, absolute write', async () => {
  const story = await scenario({ flags: { initialRunners: 200 }, settings: { MIN_RUNNERS: '1' } });
  story.jobs(204, 120);
  let isThrottled = true;
  story.hostile({
    onRequest: (service, request) =>
      service === 'azure' && isThrottled && isScaleSetRead(request)
        ? { status: 429, headers: { 'retry-after': '150' }, body: '{}' }
        : undefined,
  });
  await story.app.crash();
  await story.pass(8);
  expect(story.growths()).toEqual([]);
  expect(story.deletes()).toEqual([]);
  const held = story.ticks.filter(({ rule }) => rule === 'hold/azure-throttled');
  expect(held.length).toBeGreaterThan(1);
  for (const [at, tick] of held.slice(1).entries()) expect(tick.at - (held[at]?.at ?? 0)).toBeGreaterThanOrEqual(149_000);
  isThrottled = false;
  await story.pass(60);
  expect(story.growths().length).toBeGreaterThan(0);
  for (const { body } of story.growths()) expect(body['sku'].capacity).toBeGreaterThanOrEqual(200);
  await story.pass(90);
  expect(story.world.metrics()).toMatchObject({ jobsDone: 204, jobsKilled: 0 });
});

test.each(['Uniform', 'Flexible'] as const)('2. Transient zero (%s)', async (mode) => {
  const story = await scenario({ mode, flags: { initialRunners: 90 } });
  story.jobs(90, 100);
  await story.pass(10);
  let reads: number | undefined;
  story.hostile({
    onAnswer: (service, request, response) => {
      if (service !== 'azure' || reads === undefined || !isScaleSetRead(request)) return undefined;
      const body = JSON.parse(response.body) as { sku: { capacity: number } };
      body.sku.capacity = reads;
      return { ...response, body: JSON.stringify(body) };
    },
  });
  story.jobs(5, 20);
  for (const wrong of [0, 45]) {
    reads = wrong;
    await story.pass(2);
    reads = undefined;
    await story.pass(5);
  }
  for (const { at, body, headers } of story.growths()) {
    expect({ at, capacity: body['sku'].capacity >= 90, guarded: headers['if-match'] !== undefined }).toEqual({
      at,
      capacity: true,
      guarded: true,
    });
  }
  await story.pass(120);
  expect(story.world.metrics()).toMatchObject({ jobs: 95, jobsDone: 95, ...CLEAN });
});

test('8. Wrong list, live runner called orphan: a list of runners cut at 100', async () => {
  const story = await scenario({ flags: { initialRunners: 1 }, settings: { MIN_RUNNERS: '130' } });
  await story.until('130 runners', () => story.pool.entries.size >= 130, 30);
  story.jobs(130, 300);
  await story.pass(5);
  let isCut = true;
  tellGroup(
    story,
    () => isCut,
    (group) => void (group['ContainerInstances'] = group['ContainerInstances'].slice(0, 100)),
  );
  await story.pass(100);
  expect(story.deletes()).toEqual([]);
  expect(story.pool.vms.size).toBe(130);
  const { alerts, counts } = await story.status();
  expect(alerts.map(({ code }) => code)).toContain('unjudged-instance');
  expect(counts).toMatchObject({ stray: 0, lost: 0 });
  isCut = false;
  await story.pass(240);
  expect(story.world.metrics()).toMatchObject({ jobsDone: 130, jobsKilled: 0 });
});

test('8. Wrong list, live runner called orphan: ComputerName differs', async () => {
  const story = await scenario({ settings: { MIN_RUNNERS: '2' } });
  await story.until('two VMs', () => story.pool.vms.size === 2, 5);
  const odd = story.vms()[1];
  tellGroup(
    story,
    () => true,
    (group) => {
      for (const entry of group['ContainerInstances'])
        for (const detail of entry.instanceDetails) if (detail.ComputerName === odd?.computerName) detail.ComputerName = 'build-agent-17';
    },
  );
  await story.until('both registered', () => story.pool.entries.size === 2, 10);
  story.jobs(2, 200);
  await story.pass(150);
  expect(odd?.provisioningState).toBe('Succeeded');
  const { alerts } = await story.status();
  expect(alerts.map(({ code }) => code)).toEqual(expect.arrayContaining(['foreign-runner', 'unjudged-instance']));
  await story.pass(60);
  expect(story.world.metrics()).toMatchObject({ jobsKilled: 0 });
});

test('8. Wrong list, live runner called orphan: the VM belongs to another pool', async () => {
  const story = await scenario({
    pools: [
      { name: 'one', initialRunners: 3 },
      { name: 'two', initialRunners: 3 },
    ],
    settings: { MIN_RUNNERS: '1' },
  });
  story.world.addJobs(
    [
      { arrivalSeconds: 0, durationSeconds: 7_200 },
      { arrivalSeconds: 0, durationSeconds: 7_200 },
    ],
    { pool: 'two' },
  );
  await story.pass(110);
  const [one, two] = story.world.pools;
  expect([one?.vms.size, two?.waiting.length]).toEqual([1, 0]);
  expect(story.world.metrics()).toMatchObject({ jobsKilled: 0, orphanVms: 0 });
  for (const { path } of story.deletes().filter(({ body }) => body['instanceIds'] !== undefined)) expect(path).toMatch(/vmss-(one|two)/);
});

test('9. Queue metric changes meaning', async () => {
  const story = await scenario({ flags: { initialRunners: 5, pendingShare: 1 }, settings: { MIN_RUNNERS: '1' } });
  story.jobs(10, 40);
  await story.pass(3);
  expect(story.events.filter(({ kind, note }) => kind === 'runner-status' && note === 'DRAINING')).toEqual([]);
  expect((await story.status()).counts).toMatchObject({ demand: 5 });
  let spoil: ((group: Record<string, any>) => void) | undefined = (group) => void delete group['PendingWorkflowsCount'];
  tellGroup(
    story,
    () => spoil !== undefined,
    (group) => spoil?.(group),
  );
  const before = story.growths().length;
  for (const next of [
    spoil,
    (group: Record<string, any>) => void (group['QueuedWorkflowsCount'] = -1),
    (group: Record<string, any>) => void (group['QueuedWorkflowsCount'] = 'NaN'),
  ]) {
    spoil = next;
    await story.pass(1.2);
    const from = story.ticks.length;
    await story.pass(4);
    expect(story.ticks.slice(from).every(({ rule }) => rule === 'hold/sg-malformed')).toBe(true);
  }
  expect(story.growths()).toHaveLength(before);
  expect(story.events.filter(({ kind, note }) => kind === 'runner-status' && note === 'DRAINING')).toEqual([]);
  spoil = undefined;
  await story.pass(100);
  expect(story.world.metrics()).toMatchObject({ jobsDone: 10, ...CLEAN });
});
