import { expect, test } from 'vitest';
import type { FleetMemory } from '../../src/poll/fleetMemory';
import { sightingOf } from '../../src/poll/sighting';
import { aPool, START, type PoolBuilder } from '../support/builders/pool';

/** What a drain of the runner and instance with this id reads. */
const seenBy = (pool: PoolBuilder, id: string): ReturnType<typeof sightingOf> =>
  sightingOf(
    { runnerId: id, vmId: `vmid-${id}`, instanceId: id, computerName: `vm-${id}` },
    pool.group,
    pool.instances,
    pool.fleet,
    pool.now,
  );

const fleetOf = ({ fleet }: PoolBuilder): FleetMemory => {
  if (fleet === undefined) throw new Error('no tick yet');
  return fleet;
};

// Seed 65008: the host's clock went back 139 s while VMs booted. Their runners seemed older than their machines, and no drain of them ended.
test.each([undefined, new Date(START)])(
  'a clock set back while a VM boots does not make its runner older than it (created at %s)',
  (created) => {
    const pool = aPool().runners(['1']);
    pool.ticks(2);
    pool.vms(['2'], created === undefined ? {} : { createdAt: created.getTime() }).wait(1);
    pool.tick();
    pool.registers(['2']).wait(-2.5);
    pool.tick();
    expect(pool.wait(1).look().counts).toMatchObject({ active: 2, foreign: 0, booting: 0 });
    expect(seenBy(pool, '2')).toMatchObject({ olderThanVm: false, nameMatches: true });
    expect(fleetOf(pool).runners['2']?.firstSeen).toBeGreaterThanOrEqual(fleetOf(pool).instances['vmid-2']?.firstSeen ?? Infinity);
  },
);

// A list that lacks a VM looks whole. Where the first one does, runner and VM are matched later by Azure's time of creation.
test('a VM that the first list lacked belongs to its runner for a drain as for the poll', () => {
  const pool = aPool()
    .runners(['1', '2'], {})
    .editVm('2', { createdAt: START - 3_600_000 });
  const missing = pool.instances.filter(({ id }) => id === '2');
  pool.unlistVms('2').tick();
  pool.instances = [...pool.instances, ...missing];
  pool.wait(1).ticks(2);
  expect(pool.look().counts).toMatchObject({ active: 2, ghost: 0 });
  expect(seenBy(pool, '2')).toMatchObject({ olderThanVm: false });
});

test('an entry of an earlier machine stays older than the VM that took its name', () => {
  const pool = aPool().runners(['1', '2']);
  pool.ticks(2);
  pool.editRunner('2', { connected: false }).unlistVms('2').wait(1);
  pool.ticks(3);
  pool.vms(['3'], { computerName: 'vm-2', createdAt: pool.now }).wait(1);
  pool.ticks(2);
  expect(
    sightingOf({ runnerId: '2', vmId: 'vmid-3', instanceId: '3', computerName: 'vm-2' }, pool.group, pool.instances, pool.fleet, pool.now),
  ).toMatchObject({ olderThanVm: true });
});

// Seed 78411: the one reading before a delete lacked the name of such an entry, and the VM went with its runner in service.
test('the name of an entry that belongs to no machine listed is remembered, and forgotten with its machine found', () => {
  const pool = aPool().runners(['1', '2']);
  pool.ticks(2);
  const missing = pool.instances.filter(({ id }) => id === '2');
  pool.unlistVms('2').wait(1).tick();
  expect(fleetOf(pool).runners['2']?.name).toBe('vm-2');
  pool.editRunner('2', { computerName: undefined }).wait(1).tick();
  expect(fleetOf(pool).runners['2']?.name).toBe('vm-2');
  pool.instances = [...pool.instances, ...missing];
  pool.wait(1).tick();
  expect(fleetOf(pool).runners['2']).not.toHaveProperty('name');
  expect(fleetOf(pool).runners['1']).not.toHaveProperty('name');
});

/** Seed 78411, too: the list lacked VM 2 when its runner came, and Azure's clock ran ahead, so neither order nor time of creation matches them. */
function seenBeforeItsVm(connected: boolean | undefined): PoolBuilder {
  const pool = aPool().runners(['1']);
  pool.ticks(2);
  pool.registers(['2']).editRunner('2', { connected }).wait(1).tick();
  pool
    .vms(['2'], { createdAt: pool.now + 5 * 60_000 })
    .wait(0.2)
    .tick();
  return pool;
}

test('a runner that stays connected belongs to the VM of its name that nobody else was found for', () => {
  const pool = seenBeforeItsVm(true);
  expect(pool.look().counts).toMatchObject({ active: 1, booting: 1, foreign: 1 });
  pool.wait(9);
  expect(pool.look().counts).toMatchObject({ active: 1, booting: 1, foreign: 1 });
  pool.wait(1).tick();
  expect(pool.look().counts).toMatchObject({ active: 2, booting: 0, foreign: 0 });
  expect(seenBy(pool, '2')).toMatchObject({ olderThanVm: false, nameMatches: true });
  expect(fleetOf(pool).bootTimes ?? []).toEqual([]);
});

test.each([false, undefined])('one that is connected: %s stays foreign, for it may be an earlier machine’s', (connected) => {
  const pool = seenBeforeItsVm(connected);
  expect(pool.wait(30).look().counts).toMatchObject({ active: 1, foreign: 1 });
});
