import { expect, test } from 'vitest';
import type { Entry, Vm } from '../../../src/local/world/state';
import { CLEAN, scenario, type Scenario } from './scenario';

/** Ways out of the fleet that cross a job, a crash or another machine. */

const statusSet = (story: Scenario, status: string): readonly string[] =>
  story.events.filter(({ kind, note }) => kind === 'runner-status' && note === status).map(({ subject }) => subject);

const deregistered = (story: Scenario): readonly string[] =>
  story.events.filter(({ kind }) => kind === 'runner-deregistered').map(({ subject }) => subject);

/** Shows these counts for a runner in place of the true ones, for readings in which `isOn`. */
function lie(story: Scenario, runnerId: () => string | undefined, isOn: () => boolean): void {
  story.hostile({
    onAnswer: (service, request, response) => {
      if (service !== 'stackguardian' || request.method !== 'GET' || !isOn()) return undefined;
      const body = JSON.parse(response.body) as { msg: { ContainerInstances: Record<string, unknown>[] } };
      for (const entry of body.msg.ContainerInstances) {
        if (entry['runnerId'] !== runnerId()) continue;
        entry['runningTasksCount'] = 0;
        entry['pendingTasksCount'] = 0;
      }
      return { ...response, body: JSON.stringify(body) };
    },
  });
}

/** Two runners, one too many; the job lands on the chosen one at the moment in which it is marked. */
async function jobLandsBeforeMark(minutes: number): Promise<{ story: Scenario; victim: () => Entry | undefined }> {
  const story = await scenario({ flags: { initialRunners: 2 } });
  let victim: Entry | undefined;
  story.hostile({
    mayPlace: (_pool, _job, entry) => victim === undefined || entry === victim,
    onRequest: (_service, request) => {
      const body = request.body ?? '';
      if (victim === undefined && body.includes('DRAINING')) {
        victim = story.pool.entries.get((JSON.parse(body) as { RunnerId: string }).RunnerId);
        // Two on their way: the runner takes both slots' worth one after the other is not wanted; one job is enough.
        story.pool.waiting.length = 0;
        story.world.addJobs([{ arrivalSeconds: 0, durationSeconds: minutes * 60 }]);
        return { delayMs: 1 };
      }
      return undefined;
    },
  });
  await story.until('a runner is marked', () => victim !== undefined, 30);
  await story.pass(0.2);
  expect(victim?.running).toBe(1);
  return { story, victim: () => victim };
}

test('3. Lying busy flag: one zero, then busy again', async () => {
  const { story, victim } = await jobLandsBeforeMark(30);
  let reads = 0;
  lie(
    story,
    () => victim()?.runnerId,
    () => (reads += 1) % 4 === 1,
  );
  await story.pass(29);
  expect(deregistered(story)).toEqual([]);
  await story.pass(60);
  expect(deregistered(story)).toEqual([victim()?.runnerId]);
  expect(story.world.metrics()).toMatchObject({ jobsDone: 1, ...CLEAN });
});

test('3. Lying busy flag: the platform refuses the deregistration of a busy runner', async () => {
  const { story, victim } = await jobLandsBeforeMark(40);
  const until = story.clock.now() + 12 * 60_000;
  lie(
    story,
    () => victim()?.runnerId,
    () => story.clock.now() < until,
  );
  await story.pass(38);
  expect(story.sent.filter(({ path }) => path.endsWith('/deregister/')).length).toBeGreaterThan(0);
  expect(story.deletes()).toEqual([]);
  expect(victim()?.status).toBe('DRAINING');
  await story.pass(60);
  expect(deregistered(story)).toEqual([victim()?.runnerId]);
  expect(story.world.metrics()).toMatchObject({ jobsDone: 1, ...CLEAN });
});

test.each([
  ['after deregister, before delete', (path: string) => path.endsWith('/deregister/')],
  ['after the delete was accepted, before its result is stored', (path: string) => path.toLowerCase().endsWith('/delete')],
] as const)('6. Crash between steps: killed %s', async (_when, isMoment) => {
  let crash: (() => void) | undefined;
  const story = await scenario({
    flags: { initialRunners: 3 },
    settings: { MIN_RUNNERS: '2' },
    onAnswer: (_service, { method, url }) => {
      if (method === 'GET' || !isMoment(new URL(url).pathname)) return;
      crash?.();
      crash = undefined;
    },
  });
  let crashed = 0;
  crash = () => {
    crashed += 1;
    void story.app.crash();
  };
  await story.pass(45);
  expect(crashed).toBe(1);
  expect(story.events.filter(({ kind }) => kind === 'vm-deleting')).toHaveLength(1);
  expect(deregistered(story)).toHaveLength(1);
  expect(story.pool).toMatchObject({ capacity: 2, vms: { size: 2 }, entries: { size: 2 } });
  expect(story.world.metrics()).toMatchObject({ orphanVms: 0, ghostRunners: 0 });
  expect((await story.status()).drains).toEqual([]);
});

test('11. Stopping reads as zero', async () => {
  const story = await scenario({ flags: { initialRunners: 2, stopSeconds: 30 }, settings: { MIN_RUNNERS: '0' } });
  story.jobs(2, 25);
  await story.pass(60);
  expect(statusSet(story, 'DRAINING')).toHaveLength(2);
  expect(story.pool.vms.size).toBe(0);
  const tails = story.events.filter(({ kind }) => kind === 'job-stopping');
  for (const tail of tails) {
    const gone = story.events.find(({ kind, vmId }) => kind === 'vm-deleting' && vmId === tail.vmId);
    expect((gone?.at ?? 0) - tail.at).toBeGreaterThanOrEqual(60_000);
  }
  expect(story.world.metrics()).toMatchObject({ jobsDone: 2, ...CLEAN });
});

test.each(['chosen', 'found draining'] as const)('12. Two entries, one VM: the old one is %s', async (how) => {
  const story = await scenario({ flags: { initialRunners: 1 } });
  const [vm] = story.vms();
  const old = vm?.entry?.runnerId ?? '';
  await story.pass(3);
  story.mishaps.reimage(vm?.vmId ?? '');
  await story.until('the machine is back', () => vm?.entry !== undefined, 10);
  story.jobs(1, 90);
  if (how === 'found draining') story.mishaps.setStatus(old, 'DRAINING');
  await story.pass(60);
  expect(deregistered(story)).toEqual([old]);
  expect(vm?.provisioningState).toBe('Succeeded');
  await story.pass(60);
  expect(story.world.metrics()).toMatchObject({ jobsDone: 1, ...CLEAN });
});

test('12. Two entries, one VM: a machine is reimaged in the middle of its drain', async () => {
  const story = await scenario({ flags: { initialRunners: 1 }, settings: { MIN_RUNNERS: '0' } });
  story.jobs(1, 240);
  await story.until('the busy runner drains', () => statusSet(story, 'DRAINING').length === 1, 20);
  const [vm] = story.vms();
  const old = vm?.entry?.runnerId ?? '';
  story.mishaps.reimage(vm?.vmId ?? '');
  await story.until('the machine is back', () => vm?.entry !== undefined, 10);
  story.jobs(1, 30);
  await story.pass(20);
  const outcomes = [...story.store.texts].filter(([name]) => name.startsWith('drains/')).map(([, text]) => JSON.parse(text).outcome);
  expect(outcomes).toContain('runner-replaced');
  await story.pass(60);
  // The old entry keeps its count for ever, and may be a job: the machine is left alone until a person's word on it.
  expect(story.pool.entries.has(old)).toBe(true);
  expect((await story.status()).drains).toEqual([]);
  expect(vm?.provisioningState).toBe('Succeeded');
  expect((await story.post(`pools/default/runners/${old}/forget`, { confirm: old })).status).toBe(200);
  await story.pass(30);
  expect(story.pool.vms.size).toBe(0);
  expect(story.world.metrics()).toMatchObject({ jobsDone: 1, jobsKilled: 1, ghostRunners: 0 });
});

test('14. An id used again', async () => {
  const story = await scenario({ flags: { initialRunners: 2 }, settings: { MIN_RUNNERS: '1' } });
  const first = (): string | undefined => story.events.find(({ kind }) => kind === 'vm-deleting')?.vmId;
  await story.until('a delete is accepted', () => first() !== undefined, 30);
  const { id } = [...story.pool.vms.values()].find((vm) => vm.vmId === first()) ?? { id: '' };
  // The host dies before the answer is stored, and comes back when the id has a new owner: the step is delivered a second time.
  void story.app.crash({ downMs: 3 * 60_000 });
  await story.until('the VM is gone', () => !story.pool.vms.has(id), 3);
  story.mishaps.setCapacity(2);
  const heir = story.pool.vms.get(id);
  expect(heir?.vmId).not.toBe(first());
  story.jobs(2, 60);
  await story.pass(80);
  expect(story.deletes().filter(({ body }) => body['instanceIds']?.includes(id))).toHaveLength(1);
  expect(heir?.provisioningState).toBe('Succeeded');
  expect(story.world.metrics()).toMatchObject({ jobsDone: 2, jobsKilled: 0, orphanVms: 0 });
});

test('Extra: deploy or restart must not orphan', async () => {
  const story = await scenario({ flags: { initialRunners: 1 }, settings: { SCALE_OUT_STEP: '2', SCALE_IN_STEP: '2' } });
  for (let round = 0; round < 4; round += 1) {
    story.jobs(5, 12);
    for (let restart = 0; restart < 9; restart += 1) {
      await story.pass(5 + restart / 3);
      await story.app.crash();
    }
  }
  await story.pass(60);
  expect(story.world.metrics()).toMatchObject({ jobsDone: 20, ...CLEAN });
  expect(story.pool.vms.size).toBe(1);
  expect(new Set(deregistered(story)).size).toBe(deregistered(story).length);
});

test('Extra: machines that died with their jobs fill MAX_RUNNERS: it is said with the way out, and that way frees the place', async () => {
  const story = await scenario({ flags: { initialRunners: 2 }, settings: { MAX_RUNNERS: '2', DRAIN_ALERT_MINUTES: '30' } });
  story.jobs(2, 60);
  await story.pass(5);
  const dead = story.vms();
  for (const { vmId } of dead) story.mishaps.killAgent(vmId);
  story.jobs(1, 5);
  await story.pass(120);
  expect(story.vms()).toEqual(dead);
  const { alerts } = await story.status();
  expect(alerts.map(({ code }) => code)).toContain('at-max');
  const long = alerts.find(({ code }) => code === 'drain-long');
  expect(long?.text).toContain('its agent is gone and its tasks still read as running');
  expect(long?.next).toContain('delete the VM in Azure and POST runners/{runner}/forget');
  const runner = dead[0]?.entry?.runnerId ?? '';
  story.mishaps.deleteByHand(dead[0]?.vmId ?? '');
  await story.pass(30);
  expect((await story.post(`pools/default/runners/${runner}/forget`, { confirm: runner })).status).toBe(200);
  await story.pass(10);
  expect(story.world.metrics()).toMatchObject({ jobsDone: 1 });
});

test('Extra: a machine bears the name of one that died with its job: its drain waits, and says whose entry a person must forget', async () => {
  const story = await scenario({ flags: { initialRunners: 1 }, settings: { DRAIN_ALERT_MINUTES: '30' } });
  story.jobs(1, 60);
  await story.pass(5);
  const [elder] = story.vms();
  story.mishaps.deleteByHand(elder?.vmId ?? '');
  const names = [elder?.computerName ?? ''];
  story.hostile({ onVm: () => names.splice(0).map((computerName) => ({ computerName }))[0] });
  const serving = (): Vm | undefined => story.vms().find((vm) => vm !== elder && vm.entry?.connected === true);
  await story.until('another machine serves', () => serving() !== undefined, 60);
  const younger = serving();
  story.mishaps.killAgent(younger?.vmId ?? '');
  await story.pass(120);
  expect(story.vms()).toContain(younger);
  const runner = elder?.entry?.runnerId ?? '';
  const long = (await story.status()).alerts.find(({ code }) => code === 'drain-long');
  expect(long?.text).toContain(`its computer name is also that of ${runner}, whose VM is gone and which still has tasks`);
  expect(long?.next).toContain(`POST runners/${runner}/forget`);
  expect((await story.post(`pools/default/runners/${runner}/forget`, { confirm: runner })).status).toBe(200);
  await story.pass(30);
  expect(story.vms()).not.toContain(younger);
  expect(story.world.metrics()).toMatchObject({ ghostRunners: 0 });
});

test('Extra: a runner hung after its job, for seven hours', async () => {
  const story = await scenario({ flags: { initialRunners: 1 } });
  story.jobs(1, 30);
  await story.pass(5);
  const [hung] = story.vms();
  story.mishaps.killAgent(hung?.vmId ?? '');
  await story.pass(60);
  const status = await story.status();
  expect(status.counts).toMatchObject({ counted: 1, active: 1 });
  story.jobs(1, 5);
  await story.pass(6 * 60);
  expect(story.world.metrics()).toMatchObject({ jobsDone: 1 });
  expect((await story.status()).alerts.map(({ code }) => code)).toContain('drain-long');
  expect(hung?.provisioningState).toBe('Succeeded');
  const runner = hung?.entry?.runnerId ?? '';
  expect((await story.post(`pools/default/runners/${runner}/forget`, { confirm: 'other' })).status).toBe(400);
  expect(story.pool.entries.has(runner)).toBe(true);
});
