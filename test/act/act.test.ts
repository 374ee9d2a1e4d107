import { describe, expect, test } from 'vitest';
import { carryOut } from '../../src/act/act';
import type { Engine } from '../../src/act/engine';
import type { ActOutcome, Act } from '../../src/model/decision';
import { ServiceError } from '../../src/errors';
import type { AzureOutcome } from '../../src/ports/scaleSet';
import { aRecord, drainAct, growthAct, MINUTE, TARGET, TIMING } from '../support/builders/drains';
import { aRunner } from '../support/fakes/fakeRunnerService';
import { anInstance } from '../support/fakes/fakeScaleSet';
import { stage, type Stage } from '../drain/stage';

function acting(at: Stage) {
  const started: string[] = [];
  const nudged: string[] = [];
  const engine: Engine = {
    readMemory: at.ports.readMemory,
    startScaleIn: (id) => Promise.resolve(void started.push(id)),
    instanceState: () => Promise.resolve('absent'),
    nudge: (id) => Promise.resolve((nudged.push(id), 'sent' as const)),
  };
  const run = (acts: readonly Act[], lateMs = 0): Promise<readonly ActOutcome[]> => {
    const admission = at.entity.admit(acts);
    at.entity.now += lateMs;
    return carryOut({ ...at.ports, engine }, admission, TARGET, TIMING);
  };
  return { started, nudged, run, engine };
}

describe('a give-back', () => {
  const waiting = () => stage([aRecord('1', { phase: 'waiting' })]);
  const reactivate = (at: Stage): Act => ({ kind: 'reactivate', drainId: at.entity.record('1').id, runnerId: '1' });

  test('sets the runner ACTIVE and tells its drain', async () => {
    const at = waiting();
    const { run, nudged } = acting(at);
    expect(await run([reactivate(at)])).toMatchObject([{ answer: 'done' }]);
    expect(at.runners.group.runners?.[0]?.status).toBe('ACTIVE');
    expect(nudged).toEqual([at.entity.record('1').id]);
  });

  test.each([
    [5 * MINUTE, 'done'],
    [5 * MINUTE + 1, 'late'],
  ])('%s ms after it was asked for: %s', async (lateMs, answer) => {
    const at = waiting();
    expect(await acting(at).run([reactivate(at)], lateMs)).toMatchObject([{ answer }]);
  });

  test('run again after its record went and the runner drains anew, it sends nothing', async () => {
    const at = waiting();
    const { engine } = acting(at);
    const admission = at.entity.admit([reactivate(at)]);
    at.entity.settle([{ act: admission.acts[0], answer: 'done' }]);
    at.entity.admit([drainAct('1')]);
    expect(await carryOut({ ...at.ports, engine }, admission, TARGET, TIMING)).toMatchObject([{ answer: 'late' }]);
    expect(at.runners.script.count('setStatus')).toBe(0);
  });
});

test('a stranger’s scale set: nothing is sent, nothing begun', async () => {
  const at = stage([]);
  at.owned.isMine = false;
  const { run, started } = acting(at);
  expect(await run([drainAct('1')])).toEqual([]);
  expect(started).toEqual([]);
});

test.each<[string, Act]>([
  ['a growth', growthAct()],
  ['a dead entry', { kind: 'deregister', runnerId: '9', reason: 'stale', vmId: 'vmid-9', instanceId: '9' }],
  ['a protection', { kind: 'protect', instanceId: '9', vmId: 'vmid-9', runnerId: '9' }],
])('%s is sent within five minutes of its decision, and not upon what was true before', async (_name, act) => {
  const late = stage([]);
  expect(await acting(late).run([act], 5 * MINUTE + 1)).toMatchObject([{ answer: 'late' }]);
  expect([...late.scaleSet.script.calls, ...late.runners.script.calls]).toEqual([]);
  const inTime = stage([]);
  await acting(inTime).run([act], 5 * MINUTE);
  expect([...inTime.scaleSet.script.calls, ...inTime.runners.script.calls]).not.toEqual([]);
});

test.each<[AzureOutcome, object]>([
  [
    { kind: 'accepted', operation: 'https://azure.example/1' },
    { answer: 'done', operation: 'https://azure.example/1' },
  ],
  [{ kind: 'conflict' }, { answer: 'conflict' }],
  [
    { kind: 'unknown', code: 'azure-unavailable', text: 'lost' },
    { answer: 'unknown', code: 'azure-unavailable' },
  ],
  [
    { kind: 'refused', code: 'QuotaExceeded', text: 'no', status: 400, retryAfterMs: undefined },
    { answer: 'refused', code: 'QuotaExceeded' },
  ],
])('a growth that Azure answers with $kind', async (outcome, answer) => {
  const at = stage([]);
  at.scaleSet.nextOutcomes.push(outcome);
  expect(await acting(at).run([growthAct()])).toMatchObject([answer]);
});

test('one act that fails hides no other', async () => {
  const at = stage([aRecord('1', { phase: 'waiting' }), aRecord('2', { phase: 'waiting' })]);
  at.runners.script.fail('setStatus', new ServiceError('sg-unavailable', 'away'));
  const acts = ['1', '2'].map((id): Act => ({ kind: 'reactivate', drainId: at.entity.record(id).id, runnerId: id }));
  expect(await acting(at).run(acts)).toMatchObject([{ answer: 'unknown', code: 'sg-unavailable' }, { answer: 'done' }]);
});

describe('a dead entry is taken off the list', () => {
  const dead = aRunner('9', { computerName: 'vm-9', connected: false });
  const ghost: Act = { kind: 'deregister', runnerId: '9', reason: 'ghost', vmId: 'vmid-9', instanceId: '9' };
  const stale: Act = { ...ghost, reason: 'stale' };
  const other = aRunner('10', { computerName: 'VM-9.corp' });

  test.each<
    [string, Act, Parameters<typeof aRunner>[1], readonly ReturnType<typeof aRunner>[], ReturnType<typeof anInstance> | undefined, string]
  >([
    ['a ghost', ghost, {}, [], undefined, 'done'],
    ['a ghost whose id is another VM’s', ghost, {}, [], anInstance('9', { vmId: 'new' }), 'done'],
    ['a ghost whose VM is there after all', ghost, {}, [], anInstance('9'), 'notNow'],
    ['a ghost that is connected after all', ghost, { connected: true }, [], undefined, 'notNow'],
    ['a ghost with a task', ghost, { runningTasks: 1 }, [], undefined, 'notNow'],
    ['a ghost whose tasks are not told', ghost, { pendingTasks: undefined }, [], undefined, 'notNow'],
    ['a ghost of an instance never known', { ...ghost, vmId: undefined, instanceId: undefined }, {}, [], undefined, 'notNow'],
    ['a stale entry', stale, {}, [other], anInstance('9'), 'done'],
    ['a stale entry that DRAINS', stale, { status: 'DRAINING' }, [other], anInstance('9'), 'done'],
    ['a stale entry that is connected', stale, { connected: true }, [other], anInstance('9'), 'notNow'],
    ['a stale entry whose connection is not told', stale, { connected: undefined }, [other], anInstance('9'), 'notNow'],
    ['a stale entry without another', stale, {}, [], anInstance('9'), 'notNow'],
    ['a stale entry whose other is disconnected', stale, {}, [{ ...other, connected: false }], anInstance('9'), 'notNow'],
    ['a stale entry whose VM is gone', stale, {}, [other], undefined, 'notNow'],
    ['a stale entry with a task', stale, { pendingTasks: 1 }, [other], anInstance('9'), 'notNow'],
  ])('%s', async (_name, act, fields, others, instance, answer) => {
    const at = stage([]);
    at.runners.group = { ...at.runners.group, runners: [{ ...dead, ...fields }, ...others] };
    if (instance !== undefined) at.scaleSet.instances.push(instance);
    expect(await acting(at).run([act])).toMatchObject([{ answer }]);
    expect(at.runners.script.calls.filter(({ method }) => method === 'deregister').map(({ args }) => args)).toEqual(
      answer === 'done' ? [['9', false]] : [],
    );
  });

  test.each([
    ['off the list already', [], 'gone'],
    ['no list', undefined, 'notNow'],
  ])('%s', async (_name, runners, answer) => {
    const at = stage([]);
    at.runners.group = { ...at.runners.group, runners };
    expect(await acting(at).run([ghost])).toMatchObject([{ answer }]);
  });

  test.each([
    ['a protected runner', { protectedRunners: ['9'] }],
    ['scale-in paused', { paused: { scaleOut: false, scaleIn: true, reason: 'r', at: 0, until: undefined } }],
  ])('never admitted: %s', (_name, flags) => {
    const at = stage([]);
    at.entity.memory.flags = { protectedRunners: [], protectedInstances: [], ...flags };
    expect(at.entity.admit([ghost]).acts).toEqual([]);
  });
});
