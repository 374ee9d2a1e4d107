import { expect, test } from 'vitest';
import { CLEAN, scenario } from './scenario';

/** Growth that is needed, and growth that is not. */

const MINUTE = 60_000;

test('4. Slow boot', async () => {
  const story = await scenario({ flags: { bootSeconds: 600, registerSeconds: 120 }, settings: { MIN_RUNNERS: '0', SCALE_OUT_STEP: '3' } });
  await story.pass(2);
  story.jobs(3, 10);
  await story.until('three VMs', () => story.pool.vms.size === 3, 3);
  const ordered = story.clock.now();
  await story.pass(6);
  story.cancelWaiting();
  await story.pass(2);
  story.jobs(3, 10);
  await story.pass(3);
  expect(story.world.metrics().vmsRequested).toBe(3);
  expect(story.deletes()).toEqual([]);
  await story.pass(40);
  expect(story.world.metrics()).toMatchObject({ vmsRequested: 3, ...CLEAN });
  const started = story.events.filter(({ kind }) => kind === 'job-started');
  expect(started).toHaveLength(3);
  for (const { at } of started) expect(at - ordered).toBeLessThan(14 * MINUTE);
});

test('5. Draining counted as capacity', async () => {
  const story = await scenario({ flags: { initialRunners: 1 }, settings: { MIN_RUNNERS: '0' } });
  story.jobs(1, 240);
  await story.until('the busy runner drains', () => [...story.pool.entries.values()].some(({ status }) => status === 'DRAINING'), 20);
  await story.pass(2);
  story.jobs(1, 5);
  await story.pass(10);
  const second = story.pool.jobs[1];
  expect((second?.startedAt ?? Infinity) - (second?.arrivedAt ?? 0)).toBeLessThan(6 * MINUTE);
  await story.pass(260);
  expect(story.world.metrics()).toMatchObject({ jobsDone: 2, ...CLEAN });
});

test('5. Draining counted as capacity: the drainer has room', async () => {
  const story = await scenario({ flags: { initialRunners: 1, tasksPerRunner: 2 }, settings: { MIN_RUNNERS: '0' } });
  story.jobs(1, 240);
  await story.until('the busy runner drains', () => [...story.pool.entries.values()].some(({ status }) => status === 'DRAINING'), 20);
  await story.pass(2);
  story.jobs(1, 5);
  await story.pass(3);
  expect(story.pool.jobs[1]?.startedAt).toBeDefined();
});

test('a job waits for a runner about to be free, and no VM is ordered for it', async () => {
  const story = await scenario({
    flags: { initialRunners: 5 },
    settings: { MIN_RUNNERS: '5', MAX_RUNNERS: '10', SCALE_OUT_STRATEGY: 'demand' },
  });
  await story.pass(3);
  for (let round = 0; round < 5; round += 1) {
    story.jobs(5, 5);
    await story.pass(8);
  }
  story.jobs(5, 5);
  await story.pass(4.3);
  story.jobs(1, 5);
  const ticks = story.ticks.length;
  await story.until('it is seen', () => story.ticks.length > ticks, 1);
  await story.pass(0.05);
  expect((await story.status()).decision.reason).toMatch(/^1 job waits; 5 runners \(0 idle, 5 about to be free\)/);
  await story.pass(2);
  const last = story.pool.jobs.at(-1);
  expect((last?.startedAt ?? Infinity) - (last?.arrivedAt ?? 0)).toBeLessThan(1.5 * MINUTE);
  await story.pass(6);
  expect(story.growths()).toEqual([]);
  expect(story.world.metrics()).toMatchObject(CLEAN);
});

test('7. Slow delete blocks growth', async () => {
  const story = await scenario({ flags: { initialRunners: 3 }, settings: { SCALE_OUT_STEP: '10' } });
  let slow = true;
  let preempted = 0;
  story.hostile({
    onDelete: () => {
      if (slow) {
        slow = false;
        return { seconds: 70 * 60 };
      }
      preempted += 1;
      return preempted === 1
        ? { failure: { code: 'OperationPreempted', message: 'preempted by a more recent operation' }, seconds: 40 }
        : undefined;
    },
  });
  await story.until('a delete is under way', () => !slow, 40);
  const [removed] = story.events.filter(({ kind }) => kind === 'vm-deleting');
  story.jobs(20, 25);
  await story.pass(30);
  expect(story.pool.jobs.filter(({ startedAt }) => startedAt !== undefined)).toHaveLength(20);
  expect([...story.pool.vms.values()].some(({ vmId }) => vmId === removed?.vmId)).toBe(true);
  await story.pass(260);
  expect(preempted).toBeGreaterThan(1);
  expect(story.pool.vms.size).toBe(1);
  expect(story.world.metrics()).toMatchObject({ jobsDone: 20, ...CLEAN });
});

test('13. Nominal capacity above the fleet', async () => {
  const story = await scenario({ mode: 'Flexible', flags: { initialRunners: 6 }, settings: { MAX_RUNNERS: '8', SCALE_OUT_STEP: '5' } });
  story.mishaps.driftCapacity(9);
  story.jobs(10, 30);
  await story.pass(20);
  expect(story.growths().map(({ body }) => body['sku'].capacity)).toEqual([11]);
  expect(story.pool.vms.size).toBe(8);
  await story.pass(100);
  const written = story.growths().map(({ body }) => body['sku'].capacity as number);
  expect(written).toEqual(written.toSorted((a, b) => a - b));
  expect(story.world.metrics()).toMatchObject({ jobsDone: 10, ...CLEAN });
});

test('15. All new VMs look like strays', async () => {
  const story = await scenario({ settings: { SCALE_OUT_STEP: '2', MIN_RUNNERS: '0' } });
  let isBroken = true;
  let most = 0;
  story.hostile({
    onVm: (pool) => {
      most = Math.max(most, pool.vms.size);
      return isBroken ? { neverRegisters: true } : undefined;
    },
  });
  story.jobs(12, 10);
  await story.pass(5 * 60);
  const status = await story.status();
  expect(status.alerts.map(({ code }) => code)).toContain('boot-incident');
  expect(most).toBeLessThan(10);
  const requested = story.world.metrics().vmsRequested;
  expect(requested).toBeLessThan(24);
  // One goes before each try, and no more.
  expect(story.events.filter(({ kind }) => kind === 'vm-deleting').length).toBeLessThanOrEqual(requested);
  expect(story.pool.vms.size).toBeGreaterThan(1);
  isBroken = false;
  await story.pass(150);
  expect(story.world.metrics()).toMatchObject({ jobsDone: 12, ...CLEAN });
  expect((await story.status()).alerts).toEqual([]);
});

test('16. A demand nobody can take', async () => {
  const story = await scenario();
  story.hostile({ mayTake: (_pool, job) => job.index > 2 });
  story.jobs(3, 10);
  let most = 0;
  for (let hour = 0; hour < 24; hour += 1) {
    await story.pass(60);
    if (hour % 5 === 2) story.jobs(1, 10);
    most = Math.max(most, story.pool.vms.size);
  }
  expect(most).toBeLessThanOrEqual(3);
  expect(story.pool.vms.size).toBe(1);
  expect((await story.status()).alerts.map(({ code }) => code)).toContain('demand-untaken');
  expect(story.pool.jobs.filter(({ state }) => state === 'done')).toHaveLength(5);
});

test('Extra: churn out and in', async () => {
  const story = await scenario();
  for (let round = 0; round < 14 * 6; round += 1) {
    story.jobs(round % 2 === 0 ? 4 : 1, 3);
    await story.pass(10);
  }
  const { vmsRequested, jobsDone } = story.world.metrics();
  expect(jobsDone).toBeGreaterThan(200);
  expect(vmsRequested).toBeLessThanOrEqual(60);
  expect(story.world.metrics()).toMatchObject({ jobsKilled: 0, orphanVms: 0 });
});

test('Extra: never scales from zero', async () => {
  const story = await scenario({ settings: { MIN_RUNNERS: '0', SCALE_OUT_THRESHOLD: '5' } });
  await story.pass(30);
  expect(story.pool.vms.size).toBe(0);
  story.jobs(1, 5);
  await story.pass(5);
  expect(story.pool.jobs[0]?.startedAt).toBeDefined();
  await story.pass(40);
  expect(story.pool.vms.size).toBe(0);
  expect(story.world.metrics()).toMatchObject({ jobsDone: 1, ...CLEAN });
});
