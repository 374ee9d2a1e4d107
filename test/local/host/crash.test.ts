import { buildSync } from 'esbuild';
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { memoryStorage, sqliteStorage, type HostStorage } from '../../../src/local/host';
import { bundled } from './build';
import { run } from './support';

const folder = (): string => mkdtempSync(path.join(tmpdir(), 'host-crash-'));
const ended = (child: ChildProcess): Promise<void> => new Promise((resolve) => child.once('exit', () => resolve()));
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe.each([
  ['memory', memoryStorage],
  ['sqlite', () => sqliteStorage(path.join(folder(), 'state.db'))],
] as [string, () => HostStorage][])('a host killed in mid-step (%s)', (_, make) => {
  it('leaves everything to the next one; what was at work comes back after the visibility timeout', async () => {
    const storage = make();
    let held = false;
    const hooks = {
      beforeStep: ({ kind }: { kind: string }) => {
        if (kind !== 'activity') return undefined;
        held = true;
        return new Promise<undefined>(() => undefined);
      },
    };
    const first = await run('basic', { storage, hooks });
    first.host.signalEntity('counter', 'main', 'add', 7);
    first.host.startNew('child', 'c', { n: 1 });
    first.host.startNew('waiting', 'w');
    await first.pass(500);
    first.host.startNew('timing', 't');
    while (!held) await new Promise((resolve) => setImmediate(resolve));
    await first.host.kill();

    const second = await run('basic', { storage, startAt: storage.load().now, visibilityTimeoutMs: 60_000 });
    expect(second.host.readEntity('counter', 'main')).toBe(7);
    expect(second.host.status('w')?.runtimeStatus).toBe('Running');
    second.host.raiseEvent('w', 'go', 'after');
    await second.pass(30_000);
    expect(second.output('c')).toEqual({ child: { n: 1 } });
    expect(second.output('w')).toBe('after');
    expect(second.output('t')).toBeNull();
    await second.pass(31_000);
    expect(second.host.status('t')?.runtimeStatus).toBe('Completed');
    await second.host.stop();
    storage.close();
  });
});

it('an answer that comes before its request is on record waits for it: the host died when the messages of a checkpoint were out, and no more', async () => {
  const inner = memoryStorage();
  let die = (): void => undefined;
  const storage: HostStorage = {
    ...inner,
    commit: (change) => {
      const asksEntity = change.row?.id === 't' && change.sent?.some(({ queue }) => queue === 'entity') === true;
      if (!asksEntity) return inner.commit(change);
      inner.commit({ now: change.now, sent: change.sent ?? [] });
      die();
    },
  };
  const first = await run('basic', { storage });
  const dead = new Promise<void>((resolve) => {
    die = () => {
      void first.host.kill();
      resolve();
    };
  });
  first.host.startNew('ticker', 't');
  await dead;
  const second = await run('basic', { storage: inner, startAt: inner.load().now });
  await second.pass(30_000);
  expect(second.host.readEntity('counter', 'main')).toBe(1);
  await second.pass(200_000);
  expect(second.hangs).toEqual([]);
  expect(second.host.status('t')?.customStatus).toEqual({ ticks: 2 });
});

it('a killed host does not hold up the clock that the next one shares', async () => {
  const storage = memoryStorage();
  const first = await run('basic', {
    storage,
    hooks: { beforeStep: ({ kind }) => (kind === 'activity' ? new Promise<undefined>(() => undefined) : undefined) },
  });
  first.host.startNew('timing', 't');
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(first.clock.isBusy()).toBe(true);
  await first.host.kill();
  const { host } = await run('basic', { storage, clock: first.clock });
  await host.runUntil(first.clock.now() + 61_000);
  expect(host.status('t')?.runtimeStatus).toBe('Completed');
});

it('a process killed again and again ends its ledger in order, nothing lost, nothing twice', { timeout: 90_000 }, async () => {
  const at = folder();
  const outfile = path.join(at, 'child.cjs');
  buildSync({
    entryPoints: [path.join(__dirname, 'crashChild.ts')],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    outfile,
    logLevel: 'error',
  });
  const notes = path.join(at, 'notes');
  const written = (): string => (existsSync(notes) ? readFileSync(notes, 'utf8') : '');
  let kills = 0;
  for (let lives = 0; !written().includes('end ') && lives < 60; lives += 1) {
    const seen = written().length;
    const child = spawn(process.execPath, [outfile, bundled('ledger'), path.join(at, 'state.db'), notes], { stdio: 'ignore' });
    let alive = true;
    const gone = ended(child).then(() => (alive = false));
    if (kills < 12) {
      while (alive && !written().slice(seen).includes('ready')) await sleep(5);
      await sleep(20 + ((lives * 37) % 180));
      if (child.kill('SIGKILL')) kills += 1;
    }
    await gone;
  }
  const end = JSON.parse(/^end (.*)$/m.exec(written())?.[1] ?? 'null') as { entity: number[]; status: { output: unknown } };
  const ticks = Array.from({ length: 40 }, (_, index) => index + 1);
  expect(end.entity).toEqual(ticks);
  expect(end.status.output).toEqual({ length: 40 });
  const noted = written().match(/^tick \d+$/gm) ?? [];
  expect(new Set(noted).size).toBe(40);
  expect(kills).toBe(12);
});
