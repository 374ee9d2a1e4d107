import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { BlobServiceClient } from '@azure/storage-blob';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Azurite, startAzurite } from '../../../src/local/azurite';
import { exportTexts } from '../../../src/local/ledger/export';
import { simulateRun } from '../../../src/local/simulate/run';
import { BLOBS } from '../../../src/names';

/** `npm run replay` and `npm run why` as a user calls them, over the past of a simulated day: as files, and in a real Azurite. */
const folder = mkdtempSync(path.join(tmpdir(), 'ledger-cli-'));
const past = path.join(folder, 'past');
const settings = path.join(folder, 'local.settings.json');
const blobs = new Map<string, string>();
let azurite: Azurite;
const { Values: example } = JSON.parse(readFileSync('local.settings.example.json', 'utf8')) as { Values: Record<string, string> };

beforeAll(async () => {
  await simulateRun({
    seed: 5,
    days: 0.25,
    faults: [],
    pools: 1,
    runners: 4,
    onBlobs: (texts) => texts.forEach((text, name) => blobs.set(name, text)),
  });
  exportTexts(blobs, past);
  azurite = await startAzurite();
  writeFileSync(
    settings,
    JSON.stringify({
      Values: { ...example, AZURE_BLOB_STORAGE_CONN_STRING: azurite.connectionString, AZURE_BLOB_CONTAINER_NAME: 'state' },
    }),
  );
  const container = BlobServiceClient.fromConnectionString(azurite.connectionString).getContainerClient('state');
  await container.create();
  const [ledger = ''] = [...blobs].filter(([name]) => name.startsWith('ledger/')).map(([, text]) => text);
  // What is read is chosen by the day in the blob's name.
  await container.getBlockBlobClient(BLOBS.ledger('default', Date.now())).upload(ledger, Buffer.byteLength(ledger));
});

afterAll(async () => {
  await azurite.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface Said {
  readonly code: number | null;
  readonly out: string;
  readonly errors: string;
}

const run = (command: 'replay' | 'why' | 'check' | 'main', ...flags: string[]): Promise<Said> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [`dist/local/${command}.js`, ...flags]);
    const said = { out: '', errors: '' };
    child.stdout.on('data', (chunk: Buffer) => void (said.out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => void (said.errors += chunk.toString()));
    child.on('close', (code) => resolve({ code, ...said }));
  });

const firstLedger = (): string => path.join(past, [...blobs.keys()].find((name) => name.startsWith('ledger/')) ?? '');
const deleted = (): { readonly runnerId: string; readonly vmId: string } => {
  const certificates = [...blobs].filter(([name]) => name.startsWith('drains/')).map(([, text]) => JSON.parse(text));
  return certificates.find(({ outcome }) => outcome === 'deleted');
};

describe('npm run replay', () => {
  test('finds nothing decided otherwise, and says how much it decided', async () => {
    const { code, out } = await run('replay', '--ledger', past, '--json');
    expect(code).toBe(0);
    const { decided, differences } = JSON.parse(out.trim()) as { decided: number; differences: unknown[] };
    expect(decided).toBeGreaterThan(50);
    expect(differences).toEqual([]);
  });

  test('shows what is decided otherwise, and ends with 1', async () => {
    const lines = readFileSync(firstLedger(), 'utf8').split('\n');
    const changed = lines.map((line) => line.replace('"rule":"steady"', '"rule":"scale-in/threshold"'));
    const other = path.join(folder, 'other.jsonl');
    writeFileSync(other, changed.join('\n'));
    const { code, out } = await run('replay', '--ledger', other);
    expect(code).toBe(1);
    expect(out).toContain('then  scale-in/threshold:');
    expect(out).toContain('today steady:');
  });

  test('reads a deployment’s own storage by its settings', async () => {
    const { code, out } = await run('replay', '--settings', settings, '--days', '1');
    expect(out).toContain('Each is decided as it was.');
    expect(code).toBe(0);
  });
});

describe('npm run why', () => {
  test('tells a moment: what was decided, what was seen, what spoke for and against', async () => {
    const { code, out } = await run('why', '--ledger', past, '--at', '07:30');
    expect(code).toBe(0);
    for (const part of ['Decided', 'What it saw', 'For and against growth', 'For and against taking runners out', 'How it went on'])
      expect(out).toContain(part);
  });

  test('tells a runner by the beginning of its id, and its VM, with the certificate of the deletion', async () => {
    const { runnerId, vmId } = deleted();
    for (const flags of [
      ['--runner', runnerId.slice(0, 8)],
      ['--vm', vmId],
    ]) {
      const { code, out } = await run('why', '--ledger', past, ...flags);
      expect(code).toBe(0);
      expect(out).toContain(`Runner ${runnerId} on VM ${vmId}`);
      expect(out).toMatch(/proof: \d+ readings over .*zero running and zero pending tasks/);
      expect(out).toContain('as deleted: its VM was deleted.');
    }
  });

  test('reads a deployment’s own storage by its settings', async () => {
    const { code, out } = await run('why', '--settings', settings, '--at', '07:30');
    expect(code).toBe(0);
    expect(out).toContain('Decided');
  });
});

test.each([
  ['--ledger nowhere: there is no such file or folder.', 'why', ['--ledger', 'nowhere', '--at', '08:15']],
  ['--at takes a time such as 2026-01-31T08:15Z, or 08:15, not "noon".', 'why', ['--ledger', past, '--at', 'noon']],
  ['no tick of the pool "other"; there are: default', 'why', ['--ledger', past, '--pool', 'other', '--at', '08:15']],
  ['--days takes a number of days from 1 to 366, not "many".', 'replay', ['--settings', settings, '--days', 'many']],
  ['--settings nowhere.json: there is no such file.', 'replay', ['--settings', 'nowhere.json']],
  ['--settings nowhere.json: there is no such file.', 'check', ['--settings', 'nowhere.json']],
  ['--settings nowhere.json: there is no such file.', 'main', ['--settings', 'nowhere.json']],
  ['--settings package.json: expected is a local.settings.json', 'check', ['--settings', 'package.json']],
  ["Unknown option '--past'", 'replay', ['--past']],
] as const)('one clear line and status 2: %s', async (message, command, flags) => {
  const { code, errors } = await run(command, ...flags);
  expect(errors).toContain(message);
  expect(errors).not.toMatch(/\n\s+at /);
  expect(code).toBe(2);
});
