import { afterEach, describe, expect, test } from 'vitest';
import { memoryStorage } from '../../src/local/host';
import { MINUTE, startWholeApp, type WholeApp } from '../support/wholeApp';

let app: WholeApp;

afterEach(() => app.stop());

const modeOf = async (pool = 'default'): Promise<unknown> => (await app.request('GET', `pools/${pool}`)).body['mode'];
const ticksOf = async (pool = 'default'): Promise<number> =>
  ((await app.request('GET', `pools/${pool}`)).body['lastTick'] as { ticks: number }).ticks;

test('AUTO_START=false: nothing begins until somebody starts it, and what was started is kept alive', async () => {
  app = await startWholeApp({ env: { AUTO_START: 'false' } });
  await app.pass(5 * MINUTE);
  expect(await modeOf()).toBe('not started');
  expect((await app.request('POST', 'keeper')).body).toMatchObject({
    pools: { default: { action: 'leave', reason: 'AUTO_START is false and no one started the loop' } },
  });
  expect((await app.request('POST', 'pools/default/start')).status).toBe(202);
  await app.pass(2 * MINUTE);
  expect(await modeOf()).toBe('running');
  app.host().terminate('autoscaler-default', 'keeper: replaced');
  await app.pass(3 * MINUTE);
  expect(await modeOf()).toBe('running');
});

test('keepers that run at once make one loop', async () => {
  app = await startWholeApp();
  await Promise.all([1, 2, 3].map(() => app.request('POST', 'keeper')));
  await app.pass(10 * MINUTE);
  const ticks = await ticksOf();
  await app.pass(10 * MINUTE);
  expect((await ticksOf()) - ticks).toBe(10);
});

test('what an operator said outlives the task hub: stop, pause and protected ids', async () => {
  app = await startWholeApp();
  await app.pass(3 * MINUTE);
  await app.request('POST', 'pools/default/runners/keep-me/protect');
  await app.request('POST', 'pools/default/pause', { scaleOut: false, reason: 'audit' });
  await app.request('POST', 'pools/default/stop', { reason: 'moving' });
  await app.restart({}, memoryStorage());
  await app.pass(5 * MINUTE);
  expect((await app.request('GET', 'pools/default')).body).toMatchObject({
    mode: 'stopped',
    loop: null,
    stopped: { reason: 'moving' },
    paused: { scaleIn: true, reason: 'audit' },
    protected: { runners: ['keep-me'] },
  });

  // A start is the first word in yet another hub: it lifts the stop alone.
  await app.restart({}, memoryStorage());
  await app.request('POST', 'pools/default/start');
  await app.pass(3 * MINUTE);
  expect((await app.request('GET', 'pools/default')).body).toMatchObject({
    mode: 'paused',
    stopped: null,
    protected: { runners: ['keep-me'] },
  });
});

test('a task hub restored from an older state takes what an operator said since, once, from the mirror', async () => {
  app = await startWholeApp();
  const hub = memoryStorage();
  await app.restart({}, hub);
  await app.pass(3 * MINUTE);
  await app.request('POST', 'pools/default/runners/keep-me/protect');
  await app.pass(2 * MINUTE);
  const older = hub.load();
  await app.request('POST', 'pools/default/runners/keep-me/unprotect');
  await app.request('POST', 'pools/default/stop', { reason: 'moving' });
  await app.restart({}, memoryStorage(older));
  await app.pass(3 * MINUTE);
  const said = { mode: 'stopped', stopped: { reason: 'moving' }, protected: { runners: [] } };
  expect((await app.request('GET', 'pools/default')).body).toMatchObject(said);

  // A word before the keeper has looked goes upon the mirror, not upon what the old hub knew.
  await app.restart({}, memoryStorage(older));
  await app.request('POST', 'pools/default/runners/another/protect');
  await app.pass(3 * MINUTE);
  expect((await app.request('GET', 'pools/default')).body).toMatchObject({ ...said, protected: { runners: ['another'] } });
});

test('a mirror that holds rubbish is no flags, and is told', async () => {
  app = await startWholeApp();
  await app.container.createIfNotExists();
  await app.container.getBlockBlobClient('state/default/flags.json').upload('{"protectedRunners":5}', 22);
  await app.pass(3 * MINUTE);
  expect(await modeOf()).toBe('running');
  expect(app.logs.join('\n')).toContain('The blob \\"state/default/flags.json\\" holds no flags; it is ignored.');
});

test('finished commands are purged after HISTORY_RETENTION_DAYS; the loop stays', async () => {
  app = await startWholeApp({ env: { HISTORY_RETENTION_DAYS: '0.01' } });
  await app.request('POST', 'pools/default/resume');
  expect(app.host().listInstances('command-')).toHaveLength(1);
  await app.pass(10 * MINUTE);
  expect(app.host().listInstances('command-')).toHaveLength(1);
  // The keeper looks for what is over once an hour.
  await app.pass(60 * MINUTE);
  expect(app.host().listInstances('command-')).toHaveLength(0);
  expect(await modeOf()).toBe('running');
});

describe('two pools', () => {
  const world = {
    pools: [
      { name: 'a', group: 'group-a', vmssName: 'vmss-a' },
      { name: 'b', group: 'group-b', vmssName: 'vmss-b' },
    ],
  };

  test('each has its loop; one that leaves the settings ends while its drain finishes, and begins again when it is back', async () => {
    app = await startWholeApp({ world: { ...world, flags: { initialRunners: 3 } }, env: { MIN_RUNNERS: '0' } });
    app.world.addJobs([{ arrivalSeconds: 0, durationSeconds: 60 }], { pool: 'a' });
    const drains = async (): Promise<unknown[]> => (await app.request('GET', 'pools/b')).body['drains'] as unknown[];
    for (let minute = 0; minute < 30 && (await drains()).length === 0; minute += 1) await app.pass(MINUTE);
    expect(await drains()).toHaveLength(1);
    const both = JSON.parse(app.world.settings['POOLS'] ?? '') as { name: string }[];
    const before = app.world.pools[1]?.vms.size;

    await app.restart({ POOLS: JSON.stringify(both.filter(({ name }) => name === 'a')) });
    await app.pass(20 * MINUTE);
    expect(app.host().status('autoscaler-b')).toMatchObject({
      runtimeStatus: 'Completed',
      output: { ended: 'no longer in the settings' },
    });
    expect(await modeOf('b')).toBe('not in the settings');
    expect(await drains()).toEqual([]);
    expect(app.world.pools[1]?.vms.size).toBe((before ?? 0) - 1);
    expect(await modeOf('a')).toBe('running');
    expect((await app.request('GET', 'pools')).body['pools']).toHaveLength(1);
    expect((await app.request('POST', 'pools/b/wake')).status).toBe(404);

    await app.restart({ POOLS: JSON.stringify(both) });
    await app.pass(3 * MINUTE);
    expect(await modeOf('b')).toBe('running');
  });

  test('a pool whose key is refused holds alone', async () => {
    const own = JSON.stringify(
      world.pools.map(({ name, group, vmssName }) => ({
        name,
        AZURE_VMSS_NAME: vmssName,
        SG_RUNNER_GROUP: group,
        ...(name === 'b' ? { SG_API_KEY_FROM: 'OTHER_KEY' } : {}),
      })),
    );
    app = await startWholeApp({ world, env: { POOLS: own, OTHER_KEY: 'sgu_refused_secret' } });
    await app.pass(5 * MINUTE);
    expect((await app.request('GET', 'pools/a')).body).toMatchObject({ lastTick: { held: false } });
    const { body } = await app.request('GET', 'pools/b');
    expect(body).toMatchObject({ lastTick: { held: true }, decision: { rule: 'hold/sg-forbidden' } });
    expect(JSON.stringify(body)).toContain('OTHER_KEY');
    expect(JSON.stringify(body) + app.logs.join('\n')).not.toContain('sgu_refused_secret');
  });
});

test('settings that cannot be used: the host starts, status shows them, commands are refused, nothing scales', async () => {
  app = await startWholeApp({ env: { SCALE_OUT_STEP: '0', MIN_RUNNERS: '5', MAX_RUNNERS: '4' } });
  await app.pass(5 * MINUTE);
  const message = [
    'Settings are not usable:',
    '- SCALE_OUT_STEP: given "0"; accepted is a whole number from 1 to 1000.',
    '- MIN_RUNNERS: given 5, above MAX_RUNNERS 4; accepted is at most MAX_RUNNERS.',
  ].join('\n');
  const error = { code: 'settings-invalid', message };
  expect(await app.request('GET', 'pools')).toEqual({ status: 200, body: { mode: 'invalid settings', error, pools: [] } });
  expect(await app.request('GET', 'pools/default')).toEqual({ status: 200, body: { mode: 'invalid settings', error, pool: 'default' } });
  for (const path of ['keeper', 'pools/default/start', 'pools/default/stop', 'pools/default/wake'])
    expect(await app.request('POST', path)).toEqual({ status: 409, body: { error } });
  expect(app.host().listInstances()).toEqual([]);
  expect(app.logs.join('\n')).toContain('SCALE_OUT_STEP');
});

test('settings that turn bad under way hold the loop with the message, and it goes on when they are mended', async () => {
  app = await startWholeApp();
  await app.pass(3 * MINUTE);
  await app.restart({ SCALE_OUT_STEP: 'many' });
  await app.pass(5 * MINUTE);
  expect(app.host().status('autoscaler-default')?.customStatus).toMatchObject({
    rule: 'hold/settings-invalid',
    held: true,
    reason: 'Nothing was decided: Settings are not usable:\n- SCALE_OUT_STEP: given "many"; accepted is a whole number from 1 to 1000.',
  });
  await app.restart({ SCALE_OUT_STEP: '1' });
  await app.pass(3 * MINUTE);
  expect((await app.request('GET', 'pools/default')).body).toMatchObject({ mode: 'running', lastTick: { held: false } });
});
