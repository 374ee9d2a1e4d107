import { describe, expect, it } from 'vitest';
import { deleteVms, writeCapacity } from '../../../src/local/world/capacity';
import { deregister, setStatus } from '../../../src/local/world/entries';
import type { WorldEvent } from '../../../src/local/world/state';
import { generateDay } from '../../../src/local/traces';
import { bench, runnerOf, vmAt } from './support';

const job = (arrivalSeconds: number, durationSeconds: number) => ({ arrivalSeconds, durationSeconds });

describe('the life of VMs and runners', () => {
  it('boots in 90 s, registers 60 s later, is gone 30 s after its delete; hours run from request to end', () => {
    const { clock, world, pool } = bench();
    writeCapacity(pool, 1);
    expect(vmAt(pool, 0)).toMatchObject({ provisioningState: 'Creating', power: 'starting', id: '0' });
    clock.pass(89);
    expect(vmAt(pool, 0).alive).toBe(false);
    clock.pass(1);
    expect(vmAt(pool, 0)).toMatchObject({ provisioningState: 'Succeeded', power: 'running', alive: true });
    expect(pool.entries.size).toBe(0);
    clock.pass(60);
    expect(pool.entries.size).toBe(1);
    clock.pass(3_600 - 150);
    deregister(pool, runnerOf(vmAt(pool, 0)), false);
    expect(deleteVms(pool, ['0']).ok).toBe(true);
    expect(pool.capacity).toBe(0);
    clock.pass(29);
    expect(vmAt(pool, 0).provisioningState).toBe('Deleting');
    clock.pass(1);
    expect(pool.vms.size).toBe(0);
    clock.pass(5_000);
    expect(world.metrics()).toMatchObject({ vmHours: 3_630 / 3_600, orphanVms: 0, ghostRunners: 0 });
  });

  it('leaves a ghost that reads connected for two minutes, with its counts as they were', () => {
    const { clock, world, pool } = bench({ flags: { initialRunners: 1 } });
    world.addJobs([job(0, 600)]);
    clock.pass(10);
    world.mishaps().evict(vmAt(pool, 0).vmId);
    const [entry] = [...pool.entries.values()];
    expect(entry).toMatchObject({ connected: true, running: 1 });
    clock.pass(120);
    expect(entry).toMatchObject({ connected: false, running: 1, status: 'ACTIVE' });
    expect(world.metrics()).toMatchObject({ ghostRunners: 1, jobsKilled: 1 });
    expect(deregister(pool, entry?.runnerId ?? '', false)).toMatchObject({ ok: false, status: 400 });
    expect(deregister(pool, entry?.runnerId ?? '', true)).toEqual({ ok: true });
    expect(world.metrics().ghostRunners).toBe(0);
  });

  it('reads disconnected when it is listed again, if its machine died while it was not listed', () => {
    const { clock, world, pool } = bench({ flags: { initialRunners: 1 } });
    const runner = runnerOf(vmAt(pool, 0));
    world.mishaps().vanishRunner(runner, 600);
    clock.pass(60);
    world.mishaps().evict(vmAt(pool, 0).vmId);
    clock.pass(540);
    expect(pool.entries.get(runner)).toMatchObject({ connected: false });
  });

  it('counts a VM that nobody lists as an orphan after its boot and the minutes of a removal', () => {
    const { clock, world, pool } = bench({ flags: { initialRunners: 1 } });
    deregister(pool, runnerOf(vmAt(pool, 0)), false);
    clock.pass(300);
    expect(world.metrics().orphanVms).toBe(0);
    clock.pass(1);
    expect(world.metrics().orphanVms).toBe(1);
    writeCapacity(pool, 2);
    clock.pass(149);
    expect(world.metrics().orphanVms).toBe(1);
  });

  it('gives a reimaged VM a new entry under its old name and keeps the old one', () => {
    const { clock, world, pool } = bench({ flags: { initialRunners: 1 } });
    const vm = vmAt(pool, 0);
    const old = runnerOf(vm);
    world.mishaps().reimage(vm.vmId);
    clock.pass(150);
    expect([...pool.entries.keys()]).toEqual([old, runnerOf(vm)]);
    expect(pool.entries.get(old)?.connected).toBe(false);
    expect(pool.entries.get(runnerOf(vm))).toMatchObject({ connected: true, vm });
  });
});

describe('jobs', () => {
  it('are served first come first served; the wait runs from arrival to start', () => {
    const { clock, world, pool } = bench({ flags: { initialRunners: 1 } });
    world.addJobs([job(0, 100), job(10, 50), job(20, 5)]);
    clock.pass(1_000);
    // Each holds its slot for ten seconds more than it runs.
    expect(world.metrics().waits).toEqual([0, 100, 150]);
    expect(world.metrics()).toMatchObject({ jobs: 3, jobsDone: 3, jobsKilled: 0 });
    expect(pool.samples.length).toBeGreaterThan(1);
  });

  it('count a wait that is not over up to now', () => {
    const { clock, world } = bench();
    world.addJobs([job(60, 1)]);
    clock.pass(100);
    expect(world.metrics()).toMatchObject({ jobsOpen: 1, waits: [40] });
  });

  it('read zero in their stopping tail; a VM deleted then is a killed job, one second later it is not', () => {
    for (const [at, killed] of [
      [109, 1],
      [110, 0],
    ] as const) {
      const { clock, world, pool } = bench({ flags: { initialRunners: 1 } });
      world.addJobs([job(0, 100)]);
      clock.pass(at);
      expect(vmAt(pool, 0).entry).toMatchObject({ running: 0, pending: 0 });
      expect(deregister(pool, runnerOf(vmAt(pool, 0)), false)).toEqual({ ok: true });
      deleteVms(pool, ['0']);
      expect(world.metrics()).toMatchObject({ jobsKilled: killed, jobsDone: 1 - killed });
    }
  });

  it('start on a draining runner when they were pending there, new ones do not; ACTIVE again takes them at once', () => {
    const { clock, world, pool } = bench({ flags: { initialRunners: 1, pendingSeconds: 20 } });
    world.addJobs([job(0, 100), job(1, 5)]);
    clock.pass(5);
    const runner = runnerOf(vmAt(pool, 0));
    expect(pool.entries.get(runner)).toMatchObject({ running: 0, pending: 1 });
    expect(setStatus(pool, runner, 'DRAINING')).toEqual({ ok: true });
    expect(setStatus(pool, runner, 'DRAINING')).toEqual({ ok: true });
    clock.pass(20);
    expect(pool.entries.get(runner)).toMatchObject({ running: 1, pending: 0 });
    clock.pass(500);
    expect(pool.waiting).toHaveLength(1);
    setStatus(pool, runner, 'ACTIVE');
    expect(pool.waiting).toHaveLength(0);
  });

  it('run on after a forced or accepted deregistration, and the agent takes no more', () => {
    const { clock, world, pool } = bench({ flags: { initialRunners: 1, acceptBusyDeregister: 1 } });
    world.addJobs([job(0, 100), job(1, 5)]);
    clock.pass(5);
    expect(deregister(pool, runnerOf(vmAt(pool, 0)), false)).toEqual({ ok: true });
    clock.pass(1_000);
    expect(world.metrics()).toMatchObject({ jobsDone: 1, jobsOpen: 1 });
  });

  it('share a runner of several slots', () => {
    const { clock, world, pool } = bench({ flags: { initialRunners: 1, tasksPerRunner: 3 } });
    world.addJobs([job(0, 50), job(0, 50), job(0, 50), job(0, 50)]);
    clock.pass(1);
    expect(vmAt(pool, 0).entry).toMatchObject({ running: 3 });
    expect(pool.waiting).toHaveLength(1);
  });
});

describe('capacity', () => {
  it('Uniform makes what lacks, gives ids again, and kills the highest ids on the way down', () => {
    const { clock, pool } = bench({ flags: { initialRunners: 3 } });
    deleteVms(pool, ['1']);
    clock.pass(31);
    writeCapacity(pool, 4);
    expect([...pool.vms.keys()].sort()).toEqual(['0', '1', '2', '3']);
    writeCapacity(pool, 2);
    expect(
      [...pool.vms.values()]
        .filter((vm) => vm.provisioningState === 'Deleting')
        .map((vm) => vm.id)
        .sort(),
    ).toEqual(['2', '3']);
  });

  it('Flexible counts by the number written: deletes leave it above the VMs, and lowering kills the oldest', () => {
    const { clock, pool } = bench({ mode: 'Flexible', flags: { initialRunners: 3 } });
    const oldest = vmAt(pool, 1);
    deleteVms(pool, [vmAt(pool, 0).id]);
    clock.pass(31);
    expect(pool).toMatchObject({ capacity: 3, vms: { size: 2 } });
    writeCapacity(pool, 4);
    expect(pool.vms.size).toBe(3);
    writeCapacity(pool, 3);
    expect(oldest.provisioningState).toBe('Deleting');
  });

  it('takes one delete at a time, and refuses a batch with an unknown id whole', () => {
    const { clock, pool } = bench({ flags: { initialRunners: 3 } });
    expect(deleteVms(pool, ['0', '9'])).toMatchObject({ ok: false, refusal: { code: 'InstanceIdsListInstanceIdNotActiveVM' } });
    expect(deleteVms(pool, ['0']).ok).toBe(true);
    expect(deleteVms(pool, ['1'])).toMatchObject({ ok: false, refusal: { status: 409 } });
    clock.pass(30);
    expect(deleteVms(pool, ['1']).ok).toBe(true);
  });
});

describe('deletes that go wrong', () => {
  const failing = { failure: { code: 'InternalExecutionError', message: 'failed' }, halfway: true, seconds: 60 };

  it('half-way: the VM is dead, Failed and listed, and its capacity goes with its real end alone', () => {
    let isBroken = true;
    const { clock, pool } = bench({ flags: { initialRunners: 2 }, faults: { onDelete: () => (isBroken ? failing : undefined) } });
    deleteVms(pool, ['0']);
    expect(vmAt(pool, 0)).toMatchObject({ provisioningState: 'Deleting', alive: false });
    clock.pass(60);
    expect(vmAt(pool, 0)).toMatchObject({ provisioningState: 'Failed', power: 'stopped' });
    expect(pool.capacity).toBe(2);
    isBroken = false;
    deleteVms(pool, ['0']);
    clock.pass(30);
    expect(pool).toMatchObject({ capacity: 1, vms: { size: 1 } });
  });

  it('Uniform: a VM that is Deleting counts while its delete has not lowered the capacity, and not once it has', () => {
    const { pool } = bench({ flags: { initialRunners: 2 }, faults: { onDelete: (_pool, [vm]) => (vm?.id === '0' ? failing : undefined) } });
    deleteVms(pool, ['0']);
    writeCapacity(pool, 3);
    expect(pool.vms.size).toBe(3);
    pool.operations.clear();
    deleteVms(pool, ['1']);
    writeCapacity(pool, 3);
    expect(pool).toMatchObject({ capacity: 3, vms: { size: 4 } });
  });

  it('flips between Deleting and Failed, and asked for again lowers the capacity once', () => {
    let flips: number | undefined = 2;
    const { clock, pool } = bench({
      flags: { initialRunners: 2, parallelDeletes: 1 },
      faults: { onDelete: () => (flips === undefined ? undefined : { flips, seconds: 100 }) },
    });
    deleteVms(pool, ['0']);
    clock.pass(20);
    expect(vmAt(pool, 0).provisioningState).toBe('Failed');
    flips = undefined;
    deleteVms(pool, ['0']);
    expect(pool.capacity).toBe(1);
    clock.pass(30);
    expect(pool.vms.size).toBe(1);
  });
});

it('a VM made again under another id keeps its vmId and name', () => {
  const { clock, world, pool } = bench();
  writeCapacity(pool, 1);
  const { vmId, computerName } = vmAt(pool, 0);
  pool.nextSeq += 1;
  expect(world.mishaps().renumber(vmId)).toBe(true);
  clock.pass(200);
  expect([...pool.vms.values()]).toMatchObject([{ vmId, computerName, alive: true }]);
  expect([...pool.vms.keys()]).toEqual([vmAt(pool, 0).id]);
});

it('a killed job tells whose deed it was', () => {
  const notes: (string | undefined)[] = [];
  const { clock, world, pool } = bench({
    flags: { initialRunners: 3 },
    onEvent: ({ kind, note }) => void (kind === 'job-killed' && notes.push(note)),
  });
  world.addJobs([job(0, 900), job(0, 900), job(0, 900)]);
  clock.pass(5);
  deleteVms(pool, ['0']);
  world.mishaps().deleteByHand(vmAt(pool, 1).vmId);
  world.mishaps().setCapacity(0);
  expect(notes).toEqual(['deleted by id', 'by hand', 'second writer']);
});

it('the same seed is the same world, another seed another', () => {
  const run = (seed: number): string => {
    const events: WorldEvent[] = [];
    const { clock, world, pool } = bench({ seed, flags: { initialRunners: 2 }, onEvent: (event) => void events.push(event) });
    world.addJobs(generateDay(seed));
    for (let minute = 0; minute < 1_440; minute += 1) {
      if (minute % 90 === 30) writeCapacity(pool, pool.capacity + 1);
      if (minute % 120 === 110) deleteVms(pool, [vmAt(pool, 0).id]);
      clock.pass(60);
    }
    return JSON.stringify([events, world.metrics(), world.settings]);
  };
  expect(run(7)).toBe(run(7));
  expect(run(7)).not.toBe(run(8));
});
