import { describe, expect, test } from 'vitest';
import { handsOf } from '../../src/local/simulate/hands';
import { failDeleting } from '../../src/local/world/vms';
import { Court, MINUTE } from '../support/court';
import { operatedApp } from '../support/fakes/operatedApp';

describe('the judges', () => {
  test.each<[string, string, (court: Court) => Promise<unknown>]>([
    [
      'I1',
      'a VM deleted with a job',
      async (court) => {
        await court.employ();
        await court.azure('POST', '/delete', { instanceIds: [court.entry(0).vm.id] });
      },
    ],
    [
      'I1',
      'a runner deregistered with a job',
      async (court) => {
        await court.employ();
        await court.group('POST', 'runner_status/', { RunnerId: court.entry(0).runnerId, Status: 'DRAINING' });
        await court.group('POST', 'deregister/', { RunnerId: court.entry(0).runnerId });
      },
    ],
    ['I2', 'a VM deleted in service', (court) => court.azure('POST', '/delete', { instanceIds: [court.entry(1).vm.id] })],
    ['I2', 'every VM deleted', (court) => court.azure('POST', '/delete', { instanceIds: ['*'] })],
    ['I2', 'a lower capacity', (court) => court.azure('PATCH', '', { sku: { capacity: 2 } }, { 'if-match': '"1"' })],
    ['I2', 'a capacity without an ETag', (court) => court.azure('PATCH', '', { sku: { capacity: 4 } })],
    [
      'I3',
      'MIN_RUNNERS undercut',
      async (court) => {
        await court.group('GET', '');
        for (const at of [0, 1]) await court.group('POST', 'runner_status/', { RunnerId: court.entry(at).runnerId, Status: 'DRAINING' });
      },
    ],
    ['I3', 'MAX_RUNNERS exceeded', (court) => court.azure('PATCH', '', { sku: { capacity: 5 } }, { 'if-match': '"1"' })],
    [
      'I5',
      'a runner deregistered while it is ACTIVE',
      (court) => court.group('POST', 'deregister/', { RunnerId: court.entry(2).runnerId }),
    ],
    [
      'I5',
      'two apps that write',
      async (court) => {
        for (const app of [0, 1]) await court.group('POST', 'runner_status/', { RunnerId: court.entry(0).runnerId, Status: 'ACTIVE' }, app);
      },
    ],
    [
      'I7',
      'a pool that nobody polls',
      async (court) => {
        await court.group('GET', '');
        while (court.clock.advance(court.clock.now() + 60 * MINUTE));
        court.bench.look();
      },
    ],
    ['I8', 'a secret in the log', async (court) => court.bench.onLine(`the key is ${court.world.settings['SG_API_KEY'] ?? ''}`)],
  ])('%s catches %s', async (invariant, _what, deed) => {
    const court = new Court();
    await deed(court);
    expect(court.broken).toContain(invariant);
  });

  test('say nothing of what is right: a drain to its end, growth over the ETag', async () => {
    const court = new Court();
    await court.group('GET', '');
    const { runnerId, vm } = court.entry(0);
    await court.group('POST', 'runner_status/', { RunnerId: runnerId, Status: 'DRAINING' });
    await court.group('POST', 'deregister/', { RunnerId: runnerId });
    await court.azure('POST', '/delete', { instanceIds: [vm.id] });
    while (court.clock.advance(court.clock.now() + 10 * MINUTE));
    await court.azure('PATCH', '', { sku: { capacity: 3 } }, { 'if-match': '"2"' });
    expect(court.bench.violations).toEqual([]);
    expect(court.pool.vms.size).toBe(3);
  });

  test.each<[string, number, boolean]>([
    ['know a VM that registered after the reading just before its delete: no client can spare it', 0, false],
    ['see a VM deleted with a job on a reading that is older', 6, true],
  ])('%s', async (_what, seconds, isBroken) => {
    const court = new Court();
    await court.grow(4);
    for (; court.pool.entries.size < 4; court.clock.advance(court.clock.now() + 1_000)) await court.group('GET', '');
    court.world.addJobs(Array.from({ length: 4 }, () => ({ arrivalSeconds: 0, durationSeconds: 600 })));
    court.wait(seconds / 60);
    await court.deleteNewest();
    expect(court.world.metrics().jobsKilled).toBe(1);
    expect(court.broken.includes('I1')).toBe(isBroken);
  });

  test.each<[string, number, boolean]>([
    ['excuse growth beside VMs whose delete Azure failed after the reading that it can rest on', 1.5, false],
    ['count VMs whose delete failed, once a reading could tell it', 5, true],
  ])('%s', async (_what, minutes, isBroken) => {
    const court = new Court();
    for (const at of [0, 1]) failDeleting(court.pool, court.entry(at).vm, MINUTE, 'deleted by id');
    court.wait(minutes);
    await court.grow(5);
    expect(court.pool.vms.size).toBe(5);
    expect(court.broken.includes('I3')).toBe(isBroken);
  });

  test.each<[string, number, number, boolean]>([
    ['excuse growth beside VMs to be deleted that the last list lacked', 2, 0, false],
    ['count VMs that were left out of a list and whose delete nobody asked for', 0, 0, true],
    ['count VMs that were left out, once a later reading could tell them', 2, 5, true],
  ])('%s', async (_what, asked, minutes, isBroken) => {
    const court = new Court();
    court.hear('POST', '/delete', { instanceIds: [...court.pool.vms.keys()].slice(0, asked) }, '');
    court.wait(1);
    court.hear('GET', '/virtualMachines', undefined, JSON.stringify({ value: [] }));
    court.wait(minutes);
    await court.grow(5);
    expect(court.pool.vms.size).toBe(5);
    expect(court.broken.includes('I3')).toBe(isBroken);
  });

  test('know another’s hand where the app asked for the same before: a runner set DRAINING by a person', async () => {
    const court = new Court();
    await court.mark(0);
    await court.group('POST', 'runner_status/', { RunnerId: court.entry(0).runnerId, Status: 'ACTIVE' });
    court.wait(1);
    court.world.mishaps().setStatus(court.entry(0).runnerId, 'DRAINING');
    expect(court.bench.violations).toEqual([]);
  });

  test('know a pool that an operator stopped, though settings were changed and changed back meanwhile', async () => {
    const court = new Court();
    const { clock, bench } = court;
    const hands = handsOf({ app: operatedApp({}), clock, bench, pools: [court.pool], say: () => undefined });
    await hands.request('POST', 'pools/default/stop');
    hands.changeSettings({ MIN_RUNNERS: '3' });
    hands.changeSettings({ MIN_RUNNERS: undefined });
    court.wait(60);
    bench.look();
    expect(court.broken).not.toContain('I7');
    await hands.request('POST', 'pools/default/start');
    court.wait(60);
    bench.look();
    expect(court.broken).toContain('I7');
  });

  test.each<[string, boolean]>([
    ['know a pool that was taken out of the settings: its app gave the scale set free, and another may write at once', true],
    ['see two apps that write where another pool was taken out', false],
  ])('%s', async (_what, isOurs) => {
    const court = new Court();
    const others = [{ name: 'a' }, { name: 'b' }];
    const pools = [court.pool, ...others];
    const app = operatedApp({ POOLS: JSON.stringify(pools.map(({ name }) => ({ name }))) });
    const hands = handsOf({ app, clock: court.clock, bench: court.bench, pools, say: () => undefined });
    const write = (app: number): Promise<unknown> =>
      court.group('POST', 'runner_status/', { RunnerId: court.entry(0).runnerId, Status: 'ACTIVE' }, app);
    await write(0);
    hands.changeSettings({ POOLS: JSON.stringify(isOurs ? others : [{ name: court.pool.name }, { name: 'b' }]) });
    await write(1);
    expect(court.broken.includes('I5')).toBe(!isOurs);
  });

  test('know another’s hand: a busy VM deleted by a person is not our doing', async () => {
    const court = new Court();
    await court.employ();
    court.world.mishaps().deleteByHand(court.entry(0).vm.vmId);
    expect(court.bench.violations).toEqual([]);
    expect(court.world.metrics().jobsKilled).toBe(1);
  });
});
