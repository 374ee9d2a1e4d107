import { describe, expect, test } from 'vitest';
import type { Grant } from '../../src/drain/grant';
import { deregister, type StepAnswer } from '../../src/drain/steps';
import { ServiceError } from '../../src/errors';
import type { Certificate, DrainRecord, ZeroWindow } from '../../src/model/drain';
import { BLOBS } from '../../src/names';
import { OPERATIONS } from '../../src/persist/poolEntity';
import { aCertificate, aRecord, aWindow, MINUTE, NOW, SECOND, TIMING } from '../support/builders/drains';
import { aRunner } from '../support/fakes/fakeRunnerService';
import { anInstance } from '../support/fakes/fakeScaleSet';
import { stage, type Stage } from './stage';

/** Committed, its window of zeros complete ten seconds ago. */
const committed = (fields: Partial<DrainRecord> = {}): Stage => stage([aRecord('1', { phase: 'committed', ...fields })]);
const grantOf = (at: Stage): Grant => at.entity.drain<Grant>(OPERATIONS.ask, '1');

const NO_WINDOW = 'none';

async function run(
  at: Stage,
  window: ZeroWindow | typeof NO_WINDOW = aWindow(NOW - 10 * SECOND),
  grant = grantOf(at),
): Promise<StepAnswer> {
  const record = at.entity.record('1');
  return deregister(at.ports, aCertificate(record, window === NO_WINDOW ? undefined : window), record, grant, TIMING);
}

const certificate = (at: Stage, record: DrainRecord = at.entity.record('1')): Certificate | undefined => {
  const blob = at.store.blobs.get(BLOBS.certificate('default', record.id, record.startedAt));
  return blob === undefined ? undefined : (JSON.parse(blob.text) as Certificate);
};

test('sends once, without force, after the certificate with its own reading is stored', async () => {
  const at = committed();
  let stored: Certificate | undefined;
  const send = at.runners.deregister.bind(at.runners);
  at.runners.deregister = (runnerId, force) => {
    stored = certificate(at);
    return send(runnerId, force);
  };
  expect(await run(at)).toMatchObject({ answer: 'done' });
  expect(stored?.window).toMatchObject({ last: NOW, readings: 4 });
  expect(at.runners.script.calls.at(-1)).toEqual({ method: 'deregister', args: ['1', false] });
});

describe('sends nothing', () => {
  test.each<[string, (at: Stage) => void, string]>([
    ['a task runs', (at) => at.runners.edit('1', { runningTasks: 1 }), 'busy'],
    ['a task is pending', (at) => at.runners.edit('1', { pendingTasks: 1 }), 'busy'],
    ['a count is not told', (at) => at.runners.edit('1', { pendingTasks: undefined }), 'unknown'],
    ['it is ACTIVE', (at) => at.runners.edit('1', { status: 'ACTIVE' }), 'active'],
    ['it disconnected since the window', (at) => at.runners.edit('1', { connected: false }), 'open'],
    ['its name is another', (at) => at.runners.edit('1', { computerName: 'vm-11' }), 'identity'],
    ['its instance is gone', (at) => at.scaleSet.instances.splice(0), 'gone'],
    ['its id is another VM', (at) => at.scaleSet.instances.splice(0, 1, anInstance('1', { vmId: 'other' })), 'gone'],
    ['the entry is off the list, and we sent nothing', (at) => (at.runners.group = { ...at.runners.group, runners: [] }), 'unlisted'],
    ['the list is missing', (at) => (at.runners.group = { ...at.runners.group, runners: undefined }), 'unknown'],
    [
      'another entry of its machine is connected',
      (at) =>
        (at.runners.group = {
          ...at.runners.group,
          runners: [aRunner('1', { status: 'DRAINING' }), aRunner('2', { computerName: 'VM-1.corp' })],
        }),
      'rival',
    ],
    [
      'we saw the runner before its VM',
      (at) =>
        at.remember((fleet) => {
          fleet.runners['1'] = { firstSeen: 1, lastSeen: 9 };
          fleet.instances['vmid-1'] = { id: '1', firstSeen: 2, lastSeen: 9, shown: [] };
        }),
      'identity',
    ],
  ])('%s', async (_name, change, verdict) => {
    const at = committed();
    change(at);
    expect(await run(at)).toMatchObject({ answer: 'notNow', verdict });
    expect(at.runners.script.count('deregister')).toBe(0);
    expect(certificate(at)).toBeUndefined();
  });

  test.each<[string, ZeroWindow | typeof NO_WINDOW]>([
    ['there is no window: an adopted commit builds one up again', NO_WINDOW],
    ['the window is short', aWindow(NOW - 10 * SECOND, { since: NOW - 59 * SECOND })],
    ['nobody looked for long', aWindow(NOW - 8 * MINUTE)],
    ['it is disconnected, for less than its grace', aWindow(NOW - 10 * SECOND, { connected: false, since: NOW - 9 * MINUTE })],
  ])('%s', async (_name, window) => {
    const at = committed();
    if (window !== NO_WINDOW && !window.connected) at.runners.edit('1', { connected: false });
    expect(await run(at, window)).toMatchObject({ answer: 'notNow', verdict: 'open', window: { last: NOW } });
    expect(at.runners.script.count('deregister')).toBe(0);
  });

  test('disconnected for its whole grace it is sent', async () => {
    const at = committed();
    at.runners.edit('1', { connected: false });
    const window = aWindow(NOW - 10 * SECOND, { connected: false, since: NOW - 10 * MINUTE });
    expect(await run(at, window)).toMatchObject({ answer: 'done' });
  });

  test.each<[string, (at: Stage, grant: Grant) => void]>([
    ['the grant ran out', (at, grant) => (at.entity.now = grant.expiresAt + 1)],
    ['the entity names another attempt', (at) => void at.entity.drain(OPERATIONS.ask, '1')],
    ['its attempt was answered', (at) => void at.entity.drain(OPERATIONS.deregistered, '1', { answer: 'notNow' })],
    ['the drain is over', (at) => void at.entity.drain(OPERATIONS.end, '1', { outcome: 'deleted' })],
    ['the scale set is another app’s', (at) => (at.owned.isMine = false)],
    ['DRY_RUN is on', (at) => void at.entity.admit([], { dryRun: true })],
  ])('%s', async (_name, change) => {
    const at = committed();
    const record = at.entity.record('1');
    const grant = grantOf(at);
    change(at, grant);
    const window = aWindow(at.entity.now - 10 * SECOND);
    const answer = await deregister(at.ports, aCertificate(record, window), record, grant, TIMING);
    expect(answer.answer).toBe('late');
    expect(at.runners.script.count('deregister')).toBe(0);
    expect(certificate(at, record)).toBeUndefined();
  });

  test('a give-back overtakes it while it stores its certificate', async () => {
    const at = committed();
    const grant = grantOf(at);
    const record = at.entity.record('1');
    const write = at.store.write.bind(at.store);
    at.store.write = (name, text, condition) => {
      at.entity.drain(OPERATIONS.deregistered, '1', { answer: 'notNow' });
      return write(name, text, condition);
    };
    const answer = await deregister(at.ports, aCertificate(record, aWindow(NOW - 10 * SECOND)), record, grant, TIMING);
    expect(answer.answer).toBe('late');
    expect(at.runners.script.count('deregister')).toBe(0);
  });

  test('the certificate cannot be stored: it throws, and the drain waits', async () => {
    const at = committed();
    at.store.script.fail('write', new ServiceError('store-unavailable', 'away'));
    await expect(run(at)).rejects.toThrow('away');
    expect(at.runners.script.count('deregister')).toBe(0);
  });
});

test('a run that comes too late, after one that died before it could answer, leaves open whether it was sent: the commit stands', async () => {
  const at = committed();
  const grant = grantOf(at);
  expect(await run(at, aWindow(NOW - 10 * SECOND), grant)).toMatchObject({ answer: 'done' });
  at.entity.now = grant.expiresAt + 1;
  const { answer } = await run(at, aWindow(NOW - 10 * SECOND), grant);
  expect(answer).toBe('unknown');
  expect(at.runners.script.count('deregister')).toBe(1);
  at.entity.drain(OPERATIONS.deregistered, '1', { answer });
  expect(at.entity.record('1').phase).toBe('committed');
  expect(await run(at, NO_WINDOW)).toMatchObject({ answer: 'gone' });
});

test('a read of the entity that lags behind the grant does not hold it', async () => {
  const at = committed();
  const before = structuredClone(at.entity.memory);
  const grant = grantOf(at);
  const record = at.entity.record('1');
  const ports = { ...at.ports, readMemory: () => Promise.resolve(before) };
  expect(await deregister(ports, aCertificate(record, aWindow(NOW - 10 * SECOND)), record, grant, TIMING)).toMatchObject({
    answer: 'done',
  });
});

describe('an entry that is off the list is done where our deregister may be behind it', () => {
  test('a second run of the same activity', async () => {
    const at = committed();
    const grant = grantOf(at);
    expect(await run(at, NO_WINDOW, grant)).toMatchObject({ answer: 'notNow' });
    await run(at, aWindow(NOW - 10 * SECOND), grant);
    expect(await run(at, aWindow(NOW - 10 * SECOND), grant)).toMatchObject({ answer: 'gone' });
  });

  test('an earlier attempt whose activity failed after it was sent', async () => {
    const at = committed();
    await run(at);
    expect(await run(at)).toMatchObject({ answer: 'gone' });
  });

  test('a lost answer', async () => {
    const at = committed();
    at.runners.nextOutcomes.push({ kind: 'unknown', code: 'sg-unavailable', text: '' });
    expect(await run(at)).toMatchObject({ answer: 'unknown' });
    at.entity.drain(OPERATIONS.deregistered, '1', { answer: 'unknown' });
    at.runners.group = { ...at.runners.group, runners: [] };
    expect(await run(at)).toMatchObject({ answer: 'gone' });
  });

  test('and the list may have been cut: the entry may stand behind its end', async () => {
    const at = committed();
    at.runners.nextOutcomes.push({ kind: 'unknown', code: 'sg-unavailable', text: '' });
    await run(at);
    at.entity.drain(OPERATIONS.deregistered, '1', { answer: 'unknown' });
    at.runners.group = { ...at.runners.group, runners: Array.from({ length: 100 }, (_, index) => aRunner(String(1_000 + index))) };
    at.remember((fleet) => {
      fleet.instances['vmid-9'] = { id: '9', firstSeen: 1, lastSeen: NOW, shown: ['9'] };
    });
    expect(await run(at)).toMatchObject({ answer: 'notNow', verdict: 'unknown' });
  });

  test('and the list is missing, since it was the last one', async () => {
    const at = committed();
    at.runners.nextOutcomes.push({ kind: 'unknown', code: 'sg-unavailable', text: '' });
    await run(at);
    at.entity.drain(OPERATIONS.deregistered, '1', { answer: 'unknown' });
    at.runners.group = { ...at.runners.group, runners: undefined };
    expect(await run(at)).toMatchObject({ answer: 'gone' });
  });

  test.each([
    ['the drain before it had stored its page', true, 'gone'],
    ['nothing shows that it ever sent one', false, 'notNow'],
  ])('%s', async (_name, hasPage, answer) => {
    const former = aRecord('1', { id: 'drain-default-t0-0', phase: 'committed' });
    const at = committed({ replaces: former.id, deregisterSent: true });
    const page = { ...aCertificate(former, aWindow(NOW)), sending: `${former.id}#3` };
    if (hasPage) await at.store.write(BLOBS.certificate('default', former.id, former.startedAt), JSON.stringify(page));
    at.runners.group = { ...at.runners.group, runners: [] };
    expect(await run(at, NO_WINDOW)).toMatchObject({ answer });
  });
});

test('a scale set that is gone takes its instances along', async () => {
  const at = committed();
  at.scaleSet.script.fail('readState', new ServiceError('azure-not-found', 'no such scale set'));
  expect(await run(at)).toMatchObject({ answer: 'notNow', verdict: 'gone' });
});
