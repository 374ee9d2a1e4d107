import { expect, test } from 'vitest';
import { BLOBS } from '../../src/names';
import { tick, type TickPorts, type TickResult } from '../../src/poll/tick';
import { aRunner, createFakeRunnerService } from '../support/fakes/fakeRunnerService';
import { anInstance, createFakeScaleSet } from '../support/fakes/fakeScaleSet';
import { createMemoryStore } from '../support/fakes/memoryStore';
import { settingsOf } from '../support/ticker';

/** The activity may run twice, at once or hours late: it reads, it plans once, and it sends nothing. */
const START = Date.UTC(2025, 3, 7, 6);
const IDS = ['1', '2', '3'];

function polled() {
  const runners = createFakeRunnerService({ runners: IDS.map((id) => aRunner(id)) });
  const scaleSet = createFakeScaleSet(
    {},
    IDS.map((id) => anInstance(id, { createdAt: START })),
  );
  const store = createMemoryStore();
  const at = { now: START };
  const ports: TickPorts = {
    ...{ runners, scaleSet, store, clock: { now: () => at.now }, me: { app: 'app', hub: 'hub', version: '1' } },
    readMemory: () => Promise.resolve(undefined),
  };
  const settings = settingsOf({ MIN_RUNNERS: '0', PROTECT_INSTANCES: 'false' });
  const poll = (tickId: string, others: Partial<TickPorts> = {}): Promise<TickResult> =>
    tick({ ...ports, ...others }, settings, { tickId, cooldownsReadAt: undefined });
  return { runners, scaleSet, store, at, poll };
}

const WRITES = ['setStatus', 'deregister', 'setCapacity', 'deleteInstances', 'protectFromScaleIn'];

test('it sends nothing: a drain is recorded before its runner is marked, a cooldown stamped before the write', async () => {
  const { runners, scaleSet, poll } = polled();
  const { plan } = await poll('t1');
  expect(plan.decision.acts.map(({ kind }) => kind)).toContain('drain');
  runners.group = { ...runners.group, queued: 9, runners: runners.group.runners?.map((runner) => ({ ...runner, runningTasks: 1 })) };
  expect((await poll('t2')).plan.decision.acts.map(({ kind }) => kind)).toContain('setCapacity');
  const sent = [...runners.script.calls, ...scaleSet.script.calls].map(({ method }) => method as string);
  expect(sent.filter((method) => WRITES.includes(method))).toEqual([]);
});

test('run again it answers with its first plan, whatever is true by then', async () => {
  const { runners, at, poll } = polled();
  const { plan } = await poll('t1');
  at.now += 3_600_000;
  runners.group = { ...runners.group, queued: 9 };
  expect((await poll('t1')).plan).toEqual(plan);
});

test('one that was held up while another tick was kept decides nothing and overwrites nothing', async () => {
  const { scaleSet, store, poll } = polled();
  await poll('t1');
  const list = scaleSet.listInstances.bind(scaleSet);
  const held = {
    ...scaleSet,
    listInstances: async (state: Parameters<typeof list>[0]) => {
      await poll('t3');
      return list(state);
    },
  };
  const { plan } = await poll('t2', { scaleSet: held });
  expect(plan.decision).toMatchObject({ rule: 'hold/store-conflict', acts: [] });
  const kept = JSON.parse(store.blobs.get(BLOBS.fleet('default'))?.text ?? '{}') as { lastTick: { id: string } };
  expect(kept.lastTick.id).toBe('t3');
});
