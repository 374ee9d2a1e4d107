import { afterEach, expect, test } from 'vitest';
import type { WorldFaults } from '../../src/local/world/faults';
import type { Vm } from '../../src/local/world/state';
import { MINUTE, startWholeApp, type Answer, type WholeApp } from '../support/wholeApp';

/** The commands that touch runners and machines, over the whole app. */

let app: WholeApp;

afterEach(() => app.stop());

const HOURS = 60 * MINUTE;

async function begin(env: Record<string, string> = {}, runners = 2, faults: WorldFaults = {}): Promise<void> {
  app = await startWholeApp({ env: { MIN_RUNNERS: '1', ...env }, world: { flags: { initialRunners: runners }, faults } });
}

const status = async (): Promise<Record<string, unknown>> => (await app.request('GET', 'pools/default')).body;
const drains = async (): Promise<{ runner: string; phase: string }[]> => (await status())['drains'] as { runner: string; phase: string }[];
const post = (path: string, body?: unknown): Promise<Answer> => app.request('POST', `pools/default/${path}`, body);
const vms = (): Vm[] => [...(app.world.pools[0]?.vms.values() ?? [])];
const entryOf = (runner: string) => app.world.pools[0]?.entries.get(runner);

async function passUntil(condition: () => Promise<boolean> | boolean, most: number): Promise<void> {
  for (const end = app.clock.now() + most; app.clock.now() < end && !(await condition());) await app.pass(MINUTE);
  expect(await condition()).toBe(true);
}

/** Two long jobs, no demand: one of the busy runners is chosen and its drain waits. */
async function beginDrain(): Promise<string> {
  await begin();
  const job = { arrivalSeconds: 0, durationSeconds: 20 * 3_600 };
  app.world.addJobs([job, job]);
  await passUntil(async () => (await drains())[0]?.phase === 'waiting', HOURS);
  return (await drains())[0]?.runner ?? '';
}

test('release gives an uncommitted drain back, once; protect keeps the runner from the next', async () => {
  const runner = await beginDrain();
  expect(entryOf(runner)?.status).toBe('DRAINING');
  expect((await post(`runners/${runner}/release`)).status).toBe(200);
  expect((await post(`runners/${runner}/protect`)).status).toBe(200);
  await app.pass(3 * MINUTE);
  expect(entryOf(runner)?.status).toBe('ACTIVE');
  expect((await drains()).filter((drain) => drain.runner === runner)).toEqual([]);
  expect((await post(`runners/${runner}/release`)).status).toBe(404);
  await app.pass(30 * MINUTE);
  expect(entryOf(runner)?.status).toBe('ACTIVE');
  expect(app.world.metrics()).toMatchObject({ jobsKilled: 0 });
});

test('stop with drains=hold holds a drain whose runner fell idle, start lets it end; a plain stop lets it end', async () => {
  await begin({ SCALE_IN_COOLDOWN_DURATION: '1' });
  const job = { arrivalSeconds: 0, durationSeconds: 2_400 };
  app.world.addJobs([job, job]);
  await passUntil(async () => (await drains())[0]?.phase === 'waiting', HOURS);
  expect(await post('stop?drains=hold', { reason: 'audit' })).toMatchObject({ status: 200, body: { ended: true, drainsHeld: true } });
  await app.pass(HOURS);
  expect(await drains()).toMatchObject([{ phase: 'waiting' }]);
  expect(vms()).toHaveLength(2);
  expect(await post('stop')).toMatchObject({ status: 200, body: { ended: true, drainsHeld: false } });
  await passUntil(async () => (await drains()).length === 0, HOURS);
  expect(vms()).toHaveLength(1);
  expect(app.world.metrics()).toMatchObject({ jobsDone: 2, jobsKilled: 0, orphanVms: 0 });
});

test('a ghost that has tasks stays until forget forces it, with what was checked', async () => {
  await begin({ MIN_RUNNERS: '0' }, 1);
  app.world.addJobs([{ arrivalSeconds: 0, durationSeconds: 36_000 }]);
  await app.pass(5 * MINUTE);
  const [vm] = vms();
  const runner = vm?.entry?.runnerId ?? '';
  app.world.mishaps().evict(vm?.vmId ?? '');
  await app.pass(HOURS);
  expect(await status()).toMatchObject({ counts: { ghost: 1 } });
  expect(entryOf(runner)).toBeDefined();
  expect(await post(`runners/${runner}/forget`, { confirm: runner })).toMatchObject({
    status: 200,
    body: { runner, checked: { connected: false, running: 1, instance: null } },
  });
  expect(entryOf(runner)).toBeUndefined();
  await app.pass(10 * MINUTE);
  expect(await status()).toMatchObject({ counts: { ghost: 0 } });
});

test('a VM whose runner was forced off the list under a job is lost, shown, and goes by reap alone', async () => {
  await begin({ MIN_RUNNERS: '0' }, 1);
  app.world.addJobs([{ arrivalSeconds: 0, durationSeconds: 1_200 }]);
  await app.pass(5 * MINUTE);
  const [vm] = vms();
  app.world.mishaps().deregister(vm?.entry?.runnerId ?? '', true);
  await app.pass(3 * HOURS);
  expect(await status()).toMatchObject({ counts: { lost: 1 } });
  const vmId = vm?.vmId ?? '';
  expect(await post(`instances/${vmId}/reap`, { confirm: vmId })).toMatchObject({
    status: 202,
    body: { reaping: vmId, checked: { entries: 0 } },
  });
  await passUntil(async () => !vms().some((each) => each.vmId === vmId) && (await drains()).length === 0, HOURS);
});

// Seed 41001 at 1,000 runners: a machine in service was reaped while the list of runners ended at a page.
test('reap does nothing on a list of runners that may have been cut', async () => {
  let isCut = false;
  const others = Array.from({ length: 100 }, (_, at) => ({
    RunnerId: `other-${String(at)}`,
    instanceDetails: [{ ComputerName: `other${String(at)}` }],
  }));
  await begin({ MIN_RUNNERS: '2' }, 2, {
    onAnswer: (service, { method }, response) =>
      !isCut || service !== 'stackguardian' || method !== 'GET'
        ? undefined
        : { ...response, body: JSON.stringify({ msg: { QueuedWorkflowsCount: 0, ContainerInstances: others } }) },
  });
  await app.pass(3 * MINUTE);
  isCut = true;
  const vmId = vms()[0]?.vmId ?? '';
  const answer = await post(`instances/${vmId}/reap`, { confirm: vmId });
  expect(answer).toMatchObject({ status: 409, body: { error: { code: 'runners-unknown' } } });
  await app.pass(5 * MINUTE);
  expect(vms()).toHaveLength(2);
});

// Seed 78922: the agent had just dropped its connection, and its runner read zero tasks in the midst of a job.
test('reap does nothing to a machine in service whose entry reads dead for a moment', async () => {
  let isOn = false;
  const dead = listing(
    () => isOn,
    (entries) => entries.map((entry) => ({ ...entry, agentConnected: false, runningTasksCount: 0, pendingTasksCount: 0 })),
  );
  await begin({ MIN_RUNNERS: '1', DISCONNECT_GRACE_MINUTES: '10' }, 1, dead);
  app.world.addJobs([{ arrivalSeconds: 0, durationSeconds: 3_000 }]);
  await app.pass(20 * MINUTE);
  const vmId = vms()[0]?.vmId ?? '';
  isOn = true;
  for (const minutes of [0, 4, 5])
    expect((await app.pass(minutes * MINUTE), await post(`instances/${vmId}/reap`, { confirm: vmId }))).toMatchObject({
      status: 409,
      body: { error: { code: 'instance-alive' }, checked: { entries: 1, alive: [] } },
    });
  expect(vms().some((each) => each.vmId === vmId)).toBe(true);
});

/** What StackGuardian lists from `isOn` on, changed. */
const listing = (isOn: () => boolean, change: (entries: Record<string, unknown>[]) => unknown[]): WorldFaults => ({
  onAnswer: (service, { method }, response) => {
    if (!isOn() || service !== 'stackguardian' || method !== 'GET') return undefined;
    const { msg } = JSON.parse(response.body) as { msg: { ContainerInstances: Record<string, unknown>[] } };
    return { ...response, body: JSON.stringify({ msg: { ...msg, ContainerInstances: change(msg.ContainerInstances) } }) };
  },
});

// Seed 70003: a reading without the entry's name was taken for one without the entry.
test('forget knows the machine of an entry whose name a reading lacks', async () => {
  let isOn = false;
  const lost = listing(
    () => isOn,
    (entries) => entries.map((entry) => ({ ...entry, instanceDetails: null, agentConnected: false })),
  );
  await begin({ MIN_RUNNERS: '2' }, 2, lost);
  await app.pass(3 * MINUTE);
  const runner = vms()[0]?.entry?.runnerId ?? '';
  isOn = true;
  expect(await post(`runners/${runner}/forget`, { confirm: runner })).toMatchObject({
    status: 409,
    body: { error: { code: 'runner-alive' }, checked: { connected: false, otherEntry: null } },
  });
  expect(entryOf(runner)).toBeDefined();
});

test('forget looks at the machine by itself where the list of VMs lacks it', async () => {
  let isOn = false;
  const lost = listing(
    () => isOn,
    (entries) => entries.map((entry) => ({ ...entry, agentConnected: false })),
  );
  const onAnswer: WorldFaults['onAnswer'] = (service, request, response) =>
    isOn && service === 'azure' && /\/virtualMachines\?/.test(request.url)
      ? { ...response, body: JSON.stringify({ value: [] }) }
      : lost.onAnswer?.(service, request, response);
  await begin({ MIN_RUNNERS: '2' }, 2, { onAnswer });
  await app.pass(3 * MINUTE);
  const runner = vms()[0]?.entry?.runnerId ?? '';
  isOn = true;
  const answer = await post(`runners/${runner}/forget`, { confirm: runner });
  expect(answer).toMatchObject({ status: 409, body: { error: { code: 'instances-unknown' } } });
  expect(entryOf(runner)).toBeDefined();
});

test('reap does nothing while an entry lives that does not tell its machine and is new', async () => {
  let isOn = false;
  const nameless = { runnerId: 'new', status: 'ACTIVE', agentConnected: true, runningTasksCount: 1, pendingTasksCount: 0 };
  await begin(
    { MIN_RUNNERS: '0' },
    1,
    listing(
      () => isOn,
      (entries) => [...entries, nameless],
    ),
  );
  app.world.addJobs([{ arrivalSeconds: 0, durationSeconds: 1_200 }]);
  await app.pass(5 * MINUTE);
  const [vm] = vms();
  app.world.mishaps().deregister(vm?.entry?.runnerId ?? '', true);
  await app.pass(3 * HOURS);
  isOn = true;
  const vmId = vm?.vmId ?? '';
  const answer = await post(`instances/${vmId}/reap`, { confirm: vmId });
  expect(answer).toMatchObject({ status: 409, body: { error: { code: 'instance-alive' }, checked: { alive: ['new'] } } });
  expect(vms().some((each) => each.vmId === vmId)).toBe(true);
});
