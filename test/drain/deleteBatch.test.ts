import { describe, expect, test } from 'vitest';
import { deleteBatch, type BatchAnswer } from '../../src/drain/deleteBatch';
import { ServiceError } from '../../src/errors';
import type { DrainRecord } from '../../src/model/drain';
import type { Turn } from '../../src/persist/deletion';
import { OPERATIONS } from '../../src/persist/poolEntity';
import type { InstanceMemory, RunnerMemory } from '../../src/poll/fleetMemory';
import type { Runner } from '../../src/ports/runnerService';
import type { AzureOutcome } from '../../src/ports/scaleSet';
import { aRecord, MINUTE, NOW, TIMING } from '../support/builders/drains';
import { aRunner } from '../support/fakes/fakeRunnerService';
import { anInstance } from '../support/fakes/fakeScaleSet';
import { stage, type Stage } from './stage';

const deregistered = (id: string, fields: Partial<DrainRecord> = {}): DrainRecord => aRecord(id, { phase: 'deregistered', ...fields });

/** Deregistered drains: their machines are there, their runners are off the list. */
function ready(...ids: readonly string[]): Stage {
  const at = stage(ids.map((id) => deregistered(id)));
  at.runners.group = { ...at.runners.group, runners: [] };
  return at;
}

async function run(at: Stage, leader = '1', late = 0): Promise<BatchAnswer> {
  const turn = at.entity.drain<Extract<Turn, { turn: 'lead' }>>(OPERATIONS.turn, leader);
  at.entity.now += late;
  const answer = await deleteBatch(at.ports, at.entity.record(leader), turn.batch, turn, TIMING);
  const { attempt } = turn;
  at.entity.drain(OPERATIONS.turnOver, leader, { attempt, ...answer });
  return answer;
}

const answersOf = (at: Stage, { answers }: BatchAnswer): Record<string, string | undefined> =>
  Object.fromEntries(Object.values(at.entity.memory.drains).map((record) => [record.instanceId, answers[record.id]?.answer]));
const sentIds = (at: Stage): readonly unknown[] =>
  at.scaleSet.script.calls.filter(({ method }) => method === 'deleteInstances').map(({ args }) => args[0]);
const refused = (status: number, code: string): AzureOutcome => ({ kind: 'refused', status, code, text: code, retryAfterMs: undefined });

// Seed 77404: an accepted deregister took effect 73 s late, and the one reading before the delete lacked the id of its entry.
test('an entry without an id may be the drain’s own until an accepted deregister must have taken effect', async () => {
  const at = ready('1');
  at.runners.group = { ...at.runners.group, anonymous: 1 };
  expect(answersOf(at, await run(at))).toEqual({ 1: 'unknown' });
  expect(sentIds(at)).toEqual([]);
  at.entity.now += 5 * MINUTE;
  expect(answersOf(at, await run(at))).toEqual({ 1: 'accepted' });
});

test.each([1, 3, 4, 10])('%s drained runners go in one batch by id', async (count) => {
  const ids = Array.from({ length: count }, (_, index) => String(index + 1));
  const at = ready(...ids);
  await run(at);
  expect(sentIds(at)).toEqual([ids]);
  expect(at.scaleSet.instances).toEqual([]);
});

// Seed 77606: a list that ended before its time was believed, and six drains ended while their VMs went on.
test.each([
  ['a VM that a list lacks is looked at by itself, and deleted where it stands', 5, 5, []],
  ['so are ten of many on one turn; the others wait for the next', 12, 10, ['11', '12']],
] as const)('%s', async (_what, count, deleted, waiting) => {
  const ids = Array.from({ length: count }, (_, index) => String(index + 1));
  const at = ready(...ids);
  at.scaleSet.listInstances = () => Promise.resolve([]);
  const answer = await run(at);
  expect(sentIds(at)).toEqual([ids.slice(0, deleted)]);
  const unknown = Object.entries(answersOf(at, answer)).filter(([, each]) => each === 'unknown');
  expect(unknown.map(([id]) => id)).toEqual(waiting);
});

test('a VM that a list lacks and that a look does not find is gone', async () => {
  const at = ready('1', '2', '3', '4', '5');
  at.scaleSet.instances.splice(1, 2);
  expect(answersOf(at, await run(at))).toEqual({ 1: 'accepted', 2: 'gone', 3: 'gone', 4: 'accepted', 5: 'accepted' });
});

describe('what the reading just before says', () => {
  test.each<[string, (at: Stage) => void, string]>([
    ['the instance is gone', (at) => at.scaleSet.instances.splice(0), 'gone'],
    ['its id is another VM’s', (at) => at.scaleSet.instances.splice(0, 1, anInstance('1', { vmId: 'other' })), 'gone'],
    [
      'Azure deletes it already',
      (at) => at.scaleSet.instances.splice(0, 1, anInstance('1', { provisioningState: 'deleting' })),
      'deleting',
    ],
    ['a person protects it', (at) => at.scaleSet.instances.splice(0, 1, { ...anInstance('1'), isProtected: true }), 'protected'],
    ['its own entry is listed still', (at) => list(at, aRunner('1', { status: 'DRAINING' })), 'rival'],
    ['another entry is connected', (at) => list(at, aRunner('2', { computerName: 'VM-1.corp' })), 'back'],
    ['another entry has a task', (at) => list(at, aRunner('2', { computerName: 'vm-1', connected: false, runningTasks: 1 })), 'rival'],
    [
      'another does not tell its tasks',
      (at) => list(at, aRunner('2', { computerName: 'vm-1', connected: false, pendingTasks: undefined })),
      'rival',
    ],
    ['another does not tell its connection', (at) => list(at, aRunner('2', { computerName: 'vm-1', connected: undefined })), 'rival'],
    ['the group cannot be read', (at) => at.runners.script.fail('readGroup', new ServiceError('sg-unavailable', 'away')), 'unknown'],
    ['the instance cannot be read', (at) => at.scaleSet.script.fail('readInstance', new ServiceError('azure-throttled', '429')), 'unknown'],
    ['the scale set is gone', (at) => at.scaleSet.script.fail('readState', new ServiceError('azure-not-found', 'gone')), 'gone'],
    ['the scale set is another app’s', (at) => (at.owned.isMine = false), 'late'],
  ])('nothing is sent: %s', async (_name, change, answer) => {
    const at = ready('1');
    change(at);
    expect(answersOf(at, await run(at))).toEqual({ 1: answer });
    expect(sentIds(at)).toEqual([]);
  });

  test.each<[string, Parameters<typeof aRunner>[1]]>([
    ['a dead entry without tasks', { computerName: 'vm-1', connected: false }],
    ['an entry whose name merely begins so', { computerName: 'vm-11' }],
  ])('%s holds nothing', async (_name, fields) => {
    const at = ready('1');
    list(at, aRunner('2', fields));
    expect(answersOf(at, await run(at))).toEqual({ 1: 'accepted' });
  });

  test.each([
    [5 * MINUTE, 'accepted'],
    [5 * MINUTE + 1, 'late'],
  ])('%s ms after its turn: %s', async (late, answer) => {
    const at = ready('1');
    expect(answersOf(at, await run(at, '1', late))).toEqual({ 1: answer });
  });

  function list(at: Stage, ...runners: ReturnType<typeof aRunner>[]): void {
    at.runners.group = { ...at.runners.group, runners };
  }
});

describe('a list of runners that is missing', () => {
  const missing = (at: Stage): Stage => {
    at.runners.group = { ...at.runners.group, runners: undefined };
    return at;
  };

  test('counts as empty while each instance had its runner deregistered by us', async () => {
    const at = missing(ready('1', '2'));
    expect(answersOf(at, await run(at))).toEqual({ 1: 'accepted', 2: 'accepted' });
  });

  test.each<[string, (at: Stage) => void]>([
    ['an instance that showed a runner', (at) => show(at, ['9'])],
    ['an instance of which nothing is known', () => undefined],
  ])('says nothing beside %s', async (_name, change) => {
    const at = missing(ready('1'));
    at.scaleSet.instances.push(anInstance('9', { createdAt: NOW - 60 * MINUTE }));
    change(at);
    expect(answersOf(at, await run(at))).toEqual({ 1: 'unknown' });
    expect(sentIds(at)).toEqual([]);
  });

  test('counts as empty beside an instance of our time that never showed one', async () => {
    const at = missing(ready('1'));
    at.scaleSet.instances.push(anInstance('9', { createdAt: NOW - 60 * MINUTE }));
    show(at, []);
    expect(answersOf(at, await run(at))).toEqual({ 1: 'accepted' });
  });

  const show = (at: Stage, shown: string[]): void =>
    at.remember((fleet) => {
      fleet.instances['vmid-9'] = { id: '9', firstSeen: NOW - 60 * MINUTE, lastSeen: NOW, shown };
    });
});

describe('a list of a whole number of pages, which may have been cut', () => {
  /** A hundred living runners, and a fleet memory in which `hidden` has shown a runner that is not among them. */
  function paged(hidden: Partial<InstanceMemory> | undefined): Stage {
    const at = ready('1');
    const others = Array.from({ length: 100 }, (_, index) => String(1_000 + index));
    at.runners.group = { ...at.runners.group, runners: others.map((id) => aRunner(id)) };
    at.remember((fleet) => {
      for (const id of others) fleet.instances[`vmid-${id}`] = { id, firstSeen: 1, lastSeen: NOW, shown: [id] };
      fleet.instances['vmid-1'] = { id: '1', firstSeen: 1, lastSeen: NOW, shown: ['1'] };
      if (hidden !== undefined) fleet.instances['vmid-9'] = { ...{ id: '9', firstSeen: 1, lastSeen: NOW, shown: ['9'] }, ...hidden };
    });
    return at;
  }

  test.each<[string, Partial<InstanceMemory> | undefined]>([
    ['each other machine has its entry in it', undefined],
    ['the machine that has none never had one', { shown: [] }],
    ['the entry of the machine that has none was taken off by us', { deregistered: { drain: 'other', at: NOW } }],
    ['the machine that has none is gone', { gone: true }],
    ['the machine that has none shows another entry of its name', { name: 'vm-1000' }],
  ])('is whole where %s', async (_name, hidden) => {
    const at = paged(hidden);
    expect(answersOf(at, await run(at))).toEqual({ 1: 'accepted' });
  });

  test('hides what may live where another machine’s entry is missing: nothing is deleted on it, and the note says why', async () => {
    const at = paged({});
    const { answers } = await run(at);
    expect(Object.values(answers)).toEqual([{ answer: 'unknown', code: 'sg-list-cut' }]);
    expect(sentIds(at)).toEqual([]);
    expect(at.entity.record('1').note).toContain('sg-list-cut');
  });

  test('hides what may live where nothing is remembered', async () => {
    const at = paged(undefined);
    at.store.blobs.clear();
    expect(answersOf(at, await run(at))).toEqual({ 1: 'unknown' });
  });
});

describe('a reading that lacks the names of entries', () => {
  const nameless = (id: string): Runner => ({ ...aRunner(id), computerName: undefined });
  const known = (at: Stage, id: string, memory: Partial<RunnerMemory>): void =>
    at.remember((fleet) => {
      fleet.runners[id] = { firstSeen: NOW, lastSeen: NOW, ...memory };
    });
  const list = (at: Stage, ...runners: Runner[]): void => void (at.runners.group = { ...at.runners.group, runners });

  test('knows the drain’s own entry by its id: a deregister that takes effect late still holds the VM', async () => {
    const at = ready('1');
    list(at, { ...nameless('1'), status: 'DRAINING' });
    expect(answersOf(at, await run(at))).toEqual({ 1: 'rival' });
    expect(sentIds(at)).toEqual([]);
    expect(at.entity.record('1').note).toContain('its own entry is still listed');
  });

  test('takes one that nobody has seen before for a new registration of the very machine', async () => {
    const at = ready('1');
    list(at, nameless('new'));
    at.remember(() => undefined);
    const { answers } = await run(at);
    expect(Object.values(answers)).toEqual([{ answer: 'unknown', code: 'sg-name-missing' }]);
    expect(sentIds(at)).toEqual([]);
  });

  test.each<[string, Partial<RunnerMemory>, string]>([
    ['that the polls saw on this machine', { vmId: 'vmid-1' }, 'back'],
    ['that the polls saw on another machine', { vmId: 'vmid-9' }, 'accepted'],
    ['that the polls have seen nowhere, for less than a boot', {}, 'unknown'],
    ['that the polls have seen nowhere, for longer', { firstSeen: NOW - 60 * MINUTE }, 'accepted'],
    // Seed 78411.
    ['that is of no machine and bore the name of this one last', { firstSeen: NOW - 60 * MINUTE, name: 'vm-1' }, 'back'],
    ['that was an earlier machine’s of this name', { vmId: 'vmid-9', name: 'VM-1' }, 'back'],
    ['that is of no machine and bore another name', { name: 'vm-9' }, 'accepted'],
  ])('judges an entry %s by that', async (_name, memory, answer) => {
    const at = ready('1');
    list(at, nameless('other'));
    known(at, 'other', memory);
    expect(answersOf(at, await run(at))).toEqual({ 1: answer });
  });

  test('lets a dead one be: it is not connected and has no tasks', async () => {
    const at = ready('1');
    list(at, { ...nameless('new'), connected: false });
    expect(answersOf(at, await run(at))).toEqual({ 1: 'accepted' });
  });
});

describe('how the last delete ended', () => {
  const OPERATION = 'https://azure.fake/operations/1';
  /** Taken, and the VM is there still. */
  async function taken(): Promise<Stage> {
    const at = ready('1');
    at.scaleSet.nextOutcomes.push({ kind: 'accepted', operation: OPERATION });
    await run(at);
    at.entity.later(1);
    return at;
  }

  test('preempted: it is sent again, and status says why', async () => {
    const at = await taken();
    at.scaleSet.operations.set(OPERATION, { kind: 'failed', code: 'OperationPreempted', text: '' });
    expect(answersOf(at, await run(at))).toEqual({ 1: 'accepted' });
    expect(sentIds(at)).toEqual([['1'], ['1']]);
    expect(at.entity.record('1').note).toBe('the delete is tried again: OperationPreempted');
  });

  test('running: nothing is sent for it, and it is looked at again', async () => {
    const at = await taken();
    at.scaleSet.operations.set(OPERATION, { kind: 'running' });
    expect(await run(at)).toMatchObject({ operation: OPERATION });
    expect(sentIds(at)).toEqual([['1']]);
    expect(at.entity.memory.deletion.operation).toBe(OPERATION);
  });

  test('running: another drain’s VM is sent meanwhile, alone', async () => {
    const at = await taken();
    at.scaleSet.operations.set(OPERATION, { kind: 'running' });
    at.entity.memory.drains['drain-default-t1-2'] = deregistered('2');
    at.scaleSet.instances.push(anInstance('2'));
    expect(answersOf(at, await run(at))).toEqual({ 1: 'deleting', 2: 'accepted' });
    expect(sentIds(at)).toEqual([['1'], ['2']]);
  });

  test.each<[string, (at: Stage) => void]>([
    ['succeeded', (at) => at.scaleSet.operations.set(OPERATION, { kind: 'succeeded' })],
    ['forgotten', () => undefined],
    ['unreadable', (at) => at.scaleSet.script.fail('readOperation', new ServiceError('azure-forbidden', 'no'))],
  ])('%s, and the VM is there: it is sent again', async (_name, change) => {
    const at = await taken();
    change(at);
    expect(answersOf(at, await run(at))).toEqual({ 1: 'accepted' });
  });

  test('all of them deleting: the operation is not even read', async () => {
    const at = await taken();
    at.scaleSet.instances = [anInstance('1', { provisioningState: 'Deleting' })];
    await run(at);
    expect(at.scaleSet.script.count('readOperation')).toBe(0);
  });
});

describe('what Azure answers', () => {
  test.each<[string, AzureOutcome, string, boolean | undefined]>([
    ['the right is missing', refused(403, 'AuthorizationFailed'), 'refused', true],
    ['a policy', refused(403, 'RequestDisallowedByPolicy'), 'refused', false],
    ['a lock', refused(409, 'ScopeLocked'), 'refused', false],
    ['a bad request', refused(400, 'InvalidParameter'), 'refused', false],
    ['another delete is under way', refused(409, 'OperationNotAllowed'), 'unknown', undefined],
    ['too many requests', refused(429, 'TooManyRequests'), 'unknown', undefined],
    ['no token at the moment', refused(401, 'azure-unauthorized'), 'unknown', undefined],
    ['not found', refused(404, 'NotFound'), 'unknown', undefined],
    ['not active any more', refused(400, 'InstanceIdsListInstanceIdNotActiveVM'), 'deleting', undefined],
    ['nothing', { kind: 'unknown', code: 'azure-unavailable', text: '' }, 'unknown', undefined],
  ])('%s', async (_name, outcome, answer, right) => {
    const at = ready('1');
    at.scaleSet.nextOutcomes.push(outcome);
    const { answers } = await run(at);
    expect(answers[at.entity.record('1').id]).toMatchObject({ answer, ...(right === undefined ? {} : { right }) });
  });

  test('a batch refused for one id goes again without it', async () => {
    const at = ready('1', '2', '3');
    const deleteInstances = at.scaleSet.deleteInstances.bind(at.scaleSet);
    at.scaleSet.deleteInstances = (ids) => (ids.includes('2') ? Promise.resolve(refused(409, 'ScopeLocked')) : deleteInstances(ids));
    expect(answersOf(at, await run(at))).toEqual({ 1: 'accepted', 2: 'refused', 3: 'accepted' });
    expect(at.scaleSet.instances.map(({ id }) => id)).toEqual(['2']);
  });

  test('where Azure takes one delete at a time, the rest waits for the next turn', async () => {
    const at = ready('1', '2', '3');
    at.scaleSet.nextOutcomes.push(
      refused(409, 'ScopeLocked'),
      { kind: 'accepted', operation: undefined },
      refused(409, 'OperationNotAllowed'),
    );
    expect(answersOf(at, await run(at))).toEqual({ 1: 'accepted', 2: 'unknown', 3: 'unknown' });
  });

  test('a missing right is asked for once, not once per VM', async () => {
    const at = ready('1', '2', '3');
    at.scaleSet.nextOutcomes.push(refused(403, 'AuthorizationFailed'));
    expect(answersOf(at, await run(at))).toEqual({ 1: 'refused', 2: 'refused', 3: 'refused' });
    expect(at.scaleSet.script.count('deleteInstances')).toBe(1);
  });
});

test('a stray needs no runner, and a machine that registered meanwhile stays', async () => {
  const at = stage([aRecord('1', { kind: 'stray', runnerId: undefined }), aRecord('2', { kind: 'stray', runnerId: undefined })]);
  at.runners.group = { ...at.runners.group, runners: [aRunner('2')] };
  expect(answersOf(at, await run(at))).toEqual({ 1: 'accepted', 2: 'back' });
});

test.each(['readInstance', 'readOperation'] as const)(
  'a stray that registers during %s stays: the group is read last of all',
  async (reading) => {
    const at = stage([aRecord('1', { kind: 'stray', runnerId: undefined })]);
    at.runners.group = { ...at.runners.group, runners: [] };
    at.entity.memory.deletion.operation = 'https://azure.fake/operations/1';
    const read = at.scaleSet[reading].bind(at.scaleSet) as (...args: unknown[]) => unknown;
    Object.assign(at.scaleSet, {
      [reading]: (...args: unknown[]) => {
        at.runners.group = { ...at.runners.group, runners: [aRunner('1')] };
        return read(...args);
      },
    });
    expect(answersOf(at, await run(at))).toEqual({ 1: 'back' });
    expect(sentIds(at)).toEqual([]);
  },
);

test('what is gone or deleting already asks StackGuardian nothing', async () => {
  const at = ready('1', '2');
  at.scaleSet.instances = [anInstance('1', { provisioningState: 'Deleting' })];
  expect(answersOf(at, await run(at))).toEqual({ 1: 'deleting', 2: 'gone' });
  expect(at.runners.script.count('readGroup')).toBe(0);
});
