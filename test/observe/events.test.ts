import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ServiceError } from '../../src/errors';
import { EVENTS_LOGGED } from '../../src/observe/events';
import { heartbeatOf } from '../../src/observe/heartbeat';
import type { Logger } from '../../src/observe/log';
import { logTick } from '../../src/observe/tickLines';
import { createTicker } from '../support/ticker';

const sources = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? sources(join(folder, entry.name)) : [join(folder, entry.name)],
  );

const collect = (): { logger: Logger; lines: Record<string, unknown>[] } => {
  const lines: Record<string, unknown>[] = [];
  const take = (text: string): void => void lines.push(JSON.parse(text) as Record<string, unknown>);
  return { logger: { log: take, warn: take, error: take }, lines };
};

test('every event that the source writes is in the schema', () => {
  const written = ['functions', 'observe', 'check'].flatMap((folder) =>
    sources(`src/${folder}`).flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/\b(?:line\(|emit\(\s*\w+,)\s*'?(?:information|warning|error)'?,\s*'([^']+)'/g)].map(
        ([, name]) => name ?? '',
      ),
    ),
  );
  expect(written).toContain('act');
  expect(written.filter((name) => EVENTS_LOGGED[name] === undefined)).toEqual([]);
});

test('the lines of a tick carry its id, its version and nothing beside the schema', async () => {
  const ticker = createTicker({ MIN_RUNNERS: '0' });
  const { logger, lines } = collect();
  await ticker.run(2);
  ticker.scaleSet.state = { ...ticker.scaleSet.state, capacity: 5 };
  logTick(logger, 'default', (await ticker.run()).plan, '1.2.3');
  expect(lines.map((line) => line['event'])).toEqual(['tick', 'second-writer']);
  for (const { level, event, ...fields } of lines) {
    expect(['information', 'warning']).toContain(level);
    expect(fields).toMatchObject({ pool: 'default', tick: 't3' });
    expect(Object.keys(fields).filter((name) => EVENTS_LOGGED[String(event)]?.fields[name] === undefined)).toEqual([]);
  }
  expect(lines[0]).toMatchObject({ version: '1.2.3', held: false, drains: 0, alerts: [] });
});

test('an alert has one line, when it begins, and its code in each tick line', async () => {
  const ticker = createTicker({ MAX_RUNNERS: '1' });
  ticker.runners.group = { ...ticker.runners.group, queued: 5 };
  const { logger, lines } = collect();
  for (let at = 0; at < 4; at += 1) logTick(logger, 'default', (await ticker.run()).plan, '1.2.3');
  const alerts = lines.filter((line) => line['event'] === 'alert' && line['code'] === 'at-max');
  expect(alerts).toHaveLength(1);
  expect(alerts[0]).toMatchObject({ level: 'error', code: 'at-max', pool: 'default' });
  expect(lines.at(-1)?.['alerts']).toContain('at-max');
});

test('a heartbeat tells how long ago the last tick was, and since when ticks are held', async () => {
  const ticker = createTicker();
  await ticker.run(2);
  expect(heartbeatOf(ticker.memory, 'Running', ticker.now + 240_000, 0)).toMatchObject({
    lastTickSeconds: 300,
    heldSeconds: 0,
    loop: 'Running',
  });
  for (let at = 0; at < 3; at += 1) ticker.runners.script.fail('readGroup', new ServiceError('sg-unavailable', 'away'));
  await ticker.run(3);
  expect(heartbeatOf(ticker.memory, 'Running', ticker.now, 0)).toMatchObject({ heldSeconds: 180, rule: 'hold/sg-unavailable' });
  ticker.runners.reset();
  await ticker.run();
  expect(heartbeatOf(ticker.memory, 'Running', ticker.now, 0)).toMatchObject({ heldSeconds: 0 });
  expect(heartbeatOf(undefined, undefined, ticker.now, ticker.now - 600_000)).toMatchObject({
    loop: 'none',
    stopped: false,
    lastTickSeconds: 600,
  });
  for (const name of Object.keys(heartbeatOf(ticker.memory, 'Running', ticker.now, 0)))
    expect(EVENTS_LOGGED['heartbeat']?.fields[name]).toBeDefined();
});
