import { spawnSync } from 'node:child_process';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { readBlobs, simulate, type Simulated } from '../package/simulated';
import { unpackedApp } from '../package/unpacked';

// Each starts its own Azurite, services and host: on a busy machine that takes a while.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

/** What docs/migrate.md promises to whoever comes from the Python autoscaler, and to whoever goes back. */
const START = Date.UTC(2025, 3, 7, 6);
const MINUTE = 60_000;
const NAMES = { SCALE_OUT_TIMESTAMP_BLOB_NAME: 'scale_out_timestamp', SCALE_IN_TIMESTAMP_BLOB_NAME: 'scale_in_timestamp' };

let running: Simulated | undefined;
afterEach(async () => {
  await running?.stop();
  running = undefined;
});

/** One runner, five jobs waiting from the start: without a cooldown the first tick orders a VM. */
async function takeOver(blobs: Record<string, string>, env: Record<string, string> = {}): Promise<Simulated> {
  running = await simulate({
    appDirectory: unpackedApp(),
    start: START,
    seed: 3,
    initialRunners: 1,
    blobs,
    env: (known) => ({ ...known, ...NAMES, ...env }),
  });
  running.world.addJobs(Array.from({ length: 6 }, () => ({ arrivalSeconds: 1, durationSeconds: 1_200 })));
  return running;
}

const capacity = ({ world }: Simulated): number => world.pools[0]?.capacity ?? 0;
const statusOf = async ({ request }: Simulated): Promise<Record<string, unknown>> => (await request('GET', 'api/pools/default')).body;

describe("the original's scale-out stamp", () => {
  const TWO_MINUTES_AGO = '2025-04-07T05:58:00.123456';

  test.each([
    ['without a zone, as the original writes it, is read as UTC', TWO_MINUTES_AGO, 'waits'],
    ['without a fraction', '2025-04-07T05:58:00', 'waits'],
    ['with a zone', '2025-04-07T07:58:00.123456+02:00', 'waits'],
    ['with Z', '2025-04-07T05:58:00Z', 'waits'],
    ['of yesterday', '2025-04-06T05:58:00.123456', 'grows'],
    ['that is empty counts as absent', '', 'grows'],
    ['that is missing', undefined, 'grows'],
  ])('%s', async (_, stamp, then) => {
    const app = await takeOver(stamp === undefined ? {} : { scale_out_timestamp: stamp });
    await app.host.runUntil(START + 1.6 * MINUTE);
    expect(capacity(app)).toBe(then === 'waits' ? 1 : 2);
    await app.host.runUntil(START + 3.6 * MINUTE);
    expect(capacity(app)).toBe(2);
    const blobs = await readBlobs(app.container);
    expect([...blobs.keys()].some((name) => name.startsWith('scale_out_timestamp.invalid-'))).toBe(stamp === '');
  });

  test('of the future counts as now', async () => {
    const app = await takeOver({ scale_out_timestamp: '2025-04-07T09:00:00.000000' });
    await app.host.runUntil(START + 3 * MINUTE);
    expect(capacity(app)).toBe(1);
    await app.host.runUntil(START + 6 * MINUTE);
    expect(capacity(app)).toBe(2);
  });
});

test('both at once: a stamp that the original writes while we run is told in the status', async () => {
  const app = await takeOver({ scale_out_timestamp: '2025-04-07T05:00:00.123456' });
  await app.host.runUntil(START + 10 * MINUTE);
  expect((await statusOf(app))['changedByOthers']).toEqual([]);
  const stamp = '2025-04-07T06:10:30.654321';
  await app.container.getBlockBlobClient('scale_in_timestamp').upload(stamp, stamp.length);
  await app.host.runUntil(START + 20 * MINUTE);
  expect((await statusOf(app))['changedByOthers']).toEqual([
    {
      at: expect.any(String) as string,
      text: expect.stringMatching(/"scale_in_timestamp" was stamped .* without us: another autoscaler/) as string,
    },
  ]);
});

test('DRY_RUN beside the original decides, and changes neither runners, VMs nor its blobs', async () => {
  const blobs = { scale_out_timestamp: '2025-04-07T05:00:00.123456', scale_in_timestamp: '' };
  const app = await takeOver(blobs, { DRY_RUN: 'true' });
  await app.host.runUntil(START + 30 * MINUTE);
  const status = await statusOf(app);
  expect(status).toMatchObject({ mode: 'dry-run', decision: { rule: expect.stringMatching(/scale-out/) as string } });
  const writes = Object.keys(app.world.counters).filter((name) => /^azure (PUT|PATCH|POST|DELETE)|^stackguardian (?!group)/.test(name));
  expect(writes).toEqual([]);
  expect(capacity(app)).toBe(1);
  expect(Object.fromEntries(await readBlobs(app.container))).toMatchObject(blobs);
});

describe('going back', () => {
  const ORIGINALS = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}$/;
  const python = spawnSync('python3', ['--version']).status === 0;

  test('both blobs hold what the original writes itself', async () => {
    const app = await takeOver({});
    await app.host.runUntil(START + 120 * MINUTE);
    const blobs = await readBlobs(app.container);
    for (const name of Object.values(NAMES)) expect(blobs.get(name), name).toMatch(ORIGINALS);
    if (!python) return;
    const read = 'import datetime,sys;print(datetime.datetime.fromisoformat(sys.argv[1]).tzinfo)';
    for (const name of Object.values(NAMES)) {
      expect(spawnSync('python3', ['-c', read, blobs.get(name) ?? ''], { encoding: 'utf8' }).stdout.trim(), name).toBe('None');
    }
  });
});
