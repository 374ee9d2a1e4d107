import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Azurite, startAzurite } from '../../src/local/azurite';
import { realClock } from '../../src/local/host';
import { type RunningWorld, startWorld } from '../../src/local/world';

let azurite: Azurite;
let world: RunningWorld;
const folder = mkdtempSync(path.join(tmpdir(), 'check-'));

beforeAll(async () => {
  azurite = await startAzurite();
  world = await startWorld({ clock: realClock(), seed: 2, pools: [{ name: 'default', initialRunners: 2 }] });
});

afterAll(async () => {
  await world.stop();
  await azurite.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** The built command in a process of its own, as `npm run check` starts it. */
async function run(more: Readonly<Record<string, string>>, ...flags: string[]): Promise<{ code: number | null; out: string }> {
  const file = path.join(folder, 'settings.json');
  const Values = {
    ...world.settings,
    AZURE_BLOB_STORAGE_CONN_STRING: azurite.connectionString,
    AZURE_BLOB_CONTAINER_NAME: 'state-of-check',
    MAX_RUNNERS: '5',
    ...more,
  };
  writeFileSync(file, JSON.stringify({ IsEncrypted: false, Values }));
  const child = spawn(process.execPath, ['dist/local/check.js', '--settings', file, ...flags], {
    env: { ...process.env, NODE_EXTRA_CA_CERTS: world.caFile },
  });
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => void (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => void (out += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, out };
}

test('a sound file: every line ok, exit 0, and the key is not shown', async () => {
  const { code, out } = await run({}, '--write');
  expect(out).not.toContain('NOT OK');
  expect(out).toMatch(/ok +write +Capacity 2 was written over itself/);
  expect(out).not.toContain(world.settings['SG_API_KEY']);
  expect(code).toBe(0);
});

test('a wrong group and a bad setting: named with what to do, exit 1', async () => {
  const group = await run({ SG_RUNNER_GROUP: 'elsewhere' });
  expect(group.out).toMatch(/NOT OK +runner-group .*\n +→ .*SG_RUNNER_GROUP/);
  expect(group.code).toBe(1);
  const setting = await run({ MIN_RUNNERS: 'few' }, '--json');
  const { settings } = JSON.parse(setting.out) as { settings: { ok: boolean; text: string }[] };
  expect(settings).toEqual([expect.objectContaining({ ok: false, text: expect.stringContaining('MIN_RUNNERS') })]);
  expect(setting.code).toBe(1);
});
