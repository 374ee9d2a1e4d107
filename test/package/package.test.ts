import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { version } from '../../package.json';
import { simulate, type Simulated } from './simulated';
import { unzipTo } from './unpacked';

const START = Date.UTC(2025, 3, 7, 6);
const HOUR = 3_600_000;
const folder = mkdtempSync(join(tmpdir(), 'autoscaler-package-'));
const zipName = `autoscaler-${version}.zip`;
let files: Record<string, Uint8Array>;
let running: Simulated | undefined;

/** Packs in a time zone of its own: a zip keeps local times. */
function pack(into: string, zone: string): string {
  return execFileSync(process.execPath, ['.ci/package.mjs', join(folder, into)], { encoding: 'utf8', env: { ...process.env, TZ: zone } });
}
const bytes = (from: string, name: string): Buffer => readFileSync(join(folder, from, name));
const text = (name: string): string => new TextDecoder().decode(files[name]);

beforeAll(() => {
  expect(pack('first', 'Pacific/Auckland')).toContain(' MB unpacked');
  files = unzipSync(bytes('first', zipName));
});

afterAll(async () => {
  await running?.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('the zip holds the bundle, host.json, package.json and licence texts, and nothing else', () => {
  expect(Object.keys(files).sort()).toEqual([
    'LICENSE',
    'THIRD-PARTY-LICENSES.txt',
    'dist/app/index.js',
    'dist/app/index.js.LEGAL.txt',
    'host.json',
    'package.json',
  ]);
  expect(JSON.parse(text('package.json'))).toEqual({ name: 'stackguardian-runner-autoscaler', version, main: 'dist/app/index.js' });
  expect(text('host.json')).toBe(readFileSync('host.json', 'utf8'));
  expect(text('dist/app/index.js')).not.toContain('sourceMappingURL');
});

test('packed a second time, in another time zone, it is the same to the byte, and so is its bill of materials', () => {
  pack('second', 'America/Los_Angeles');
  expect(readdirSync(join(folder, 'second')).sort()).toEqual(readdirSync(join(folder, 'first')).sort());
  for (const name of readdirSync(join(folder, 'first'))) expect(bytes('second', name).equals(bytes('first', name)), name).toBe(true);
});

test('the checksum file is what sha256sum would check', () => {
  const sum = createHash('sha256').update(bytes('first', zipName)).digest('hex');
  expect(bytes('first', `${zipName}.sha256`).toString()).toBe(`${sum}  ${zipName}\n`);
});

test('every package of the bill has its licence text in the zip, and no name, time or path of the machine is in the bill', () => {
  const bill = bytes('first', `autoscaler-${version}.cdx.json`).toString();
  const { components } = JSON.parse(bill) as { components: { name: string; version: string; hashes: unknown[] }[] };
  const licences = text('THIRD-PARTY-LICENSES.txt');
  for (const component of components) {
    expect(licences).toContain(`\n${component.name} ${component.version} (`);
    expect(component.hashes, component.name).toHaveLength(1);
  }
  expect(components.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['@azure/functions', 'durable-functions', '@azure/storage-blob', 'uplot']),
  );
  expect(bill).not.toMatch(/timestamp|urn:uuid|file:/);
  expect(bill).not.toContain(process.cwd());
});

test('unzipped into an empty folder it serves half a day on the local host', async () => {
  const appDirectory = join(folder, 'unzipped');
  unzipTo(bytes('first', zipName), appDirectory);
  running = await simulate({ appDirectory, start: START, seed: 11, env: (known) => ({ ...known }) });
  const { world, host, request } = running;
  world.addJobs(Array.from({ length: 20 }, (_, index) => ({ arrivalSeconds: 600 + index * 900, durationSeconds: 700 })));
  world.addJobs(Array.from({ length: 10 }, (_, index) => ({ arrivalSeconds: 7_200 + index * 10, durationSeconds: 1_200 })));
  await host.runUntil(START + 12 * HOUR);
  expect(world.metrics()).toMatchObject({ jobs: 30, jobsDone: 30, jobsKilled: 0, orphanVms: 0, ghostRunners: 0 });
  const { body } = await request('GET', 'api/pools/default');
  expect(body).toMatchObject({ mode: 'running', counts: { active: 1, draining: 0 }, drains: [], alerts: [] });
  // The dashboard is inside, and open: it holds nothing and asks for the key itself.
  const page = await fetch(`${host.url}/api/dashboard`);
  expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  const [, script = ''] = /<script>([^]*)<\/script>/.exec(await page.text()) ?? [];
  expect(script.length).toBeGreaterThan(50_000);
  const hash = createHash('sha256').update(script).digest('base64');
  expect(page.headers.get('content-security-policy')).toContain(`script-src 'sha256-${hash}'`);
  expect((await fetch(`${host.url}/api/pools`)).status).toBe(401);
}, 600_000);
