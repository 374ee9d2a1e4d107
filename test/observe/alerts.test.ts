import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { EVENTS_LOGGED } from '../../src/observe/events';
import { createStage, type Stage, type StageOptions } from '../../src/local/simulate/stage';
import type { PoolState } from '../../src/local/world/state';
import { runQuery, type Row } from './kql';

const MINUTE = 60_000;
const WINDOW = 15 * MINUTE;

interface Scenario extends Partial<StageOptions> {
  /** Minutes of simulated time. */
  readonly minutes: number;
  readonly initialRunners?: number;
  readonly after?: (stage: Stage, pool: PoolState) => unknown;
}

/** The app's lines of a run, with their times, as Application Insights keeps them. */
async function linesOf({ minutes, initialRunners = 2, after, ...options }: Scenario): Promise<readonly Row[]> {
  const rows: Row[] = [];
  const stage = await createStage({
    seed: 5,
    ...options,
    pools: [{ name: 'default', initialRunners }],
    settings: { MIN_RUNNERS: '1', MAX_RUNNERS: '6', ...options.settings },
    onLog: ({ message }) => rows.push({ timestamp: stage?.clock.now() ?? 0, message }),
  });
  const [pool] = stage.world.pools;
  if (pool === undefined) throw new Error('no pool');
  try {
    await stage.runUntil(stage.startedAt + 5 * MINUTE);
    await after?.(stage, pool);
    await stage.runUntil(stage.startedAt + minutes * MINUTE);
    const end = stage.clock.now();
    return rows.filter((row) => Number(row['timestamp']) > end - WINDOW);
  } finally {
    await stage.stop();
  }
}

const jobs = (count: number, seconds: number) =>
  Array.from({ length: count }, (_, index) => ({ arrivalSeconds: index, durationSeconds: seconds }));
const forbidden = {
  status: 403,
  body: '{"error":{"code":"AuthorizationFailed","message":"does not have authorization to perform action \'Microsoft.Compute/virtualMachineScaleSets/read\' over scope \'/subscriptions/s/resourceGroups/g\'"}}',
};

/** What provokes each alert: a file below infra/queries/alerts without its scenario fails. */
const scenarios: Readonly<Record<string, Scenario>> = {
  'loop-not-ticking': { minutes: 30, hooks: { beforeStep: ({ name }) => (name === 'poll' ? { delayMs: 40 * MINUTE } : undefined) } },
  held: { minutes: 30, worldFaults: { onRequest: (service) => (service === 'stackguardian' ? { status: 503 } : undefined) } },
  'drain-stuck': {
    minutes: 40,
    settings: { DRAIN_ALERT_MINUTES: '10' },
    after: ({ world }, pool) => {
      world.addJobs(jobs(2, 20_000));
      world.mishaps().setStatus([...pool.entries.keys()][0] ?? '', 'DRAINING');
    },
  },
  'breaker-open': {
    minutes: 40,
    settings: { BOOT_TIMEOUT_MINUTES: '5', SCALE_OUT_STEP: '4' },
    worldFaults: { onVm: () => ({ neverRegisters: true }) },
    after: ({ world }) => world.addJobs(jobs(8, 20_000)),
  },
  'permission-lost': { minutes: 20, worldFaults: { onRequest: (service) => (service === 'azure' ? forbidden : undefined) } },
  'key-rejected': { minutes: 20, after: ({ world }) => world.keys.clear() },
  'jobs-waiting': { minutes: 50, settings: { MAX_RUNNERS: '2' }, after: ({ world }) => world.addJobs(jobs(8, 20_000)) },
  'at-max': { minutes: 20, settings: { MAX_RUNNERS: '2' }, after: ({ world }) => world.addJobs(jobs(8, 20_000)) },
  'growth-failed': {
    minutes: 20,
    worldFaults: { onGrowth: () => ({ create: 0, code: 'AllocationFailed', message: 'no capacity in this zone' }) },
    after: ({ world }) => world.addJobs(jobs(8, 20_000)),
  },
  'second-writer': {
    minutes: 20,
    after: async (stage, pool) => {
      for (let made = 0; made < 3; made += 1) {
        stage.world.mishaps().driftCapacity(pool.capacity + 1);
        await stage.runUntil(stage.clock.now() + 2 * MINUTE);
      }
    },
  },
  'no-heartbeat': { minutes: 30, after: (stage) => stage.app.crash({ downMs: 60 * MINUTE }) },
  'settings-invalid': { minutes: 20, settings: { SCALE_IN_STEP: 'many' } },
};

const queries = Object.fromEntries(
  globSync('infra/queries/**/*.kql').map((file) => [path.basename(file, '.kql'), readFileSync(file, 'utf8')]),
);
const alerts = globSync('infra/queries/alerts/*.kql').map((file) => path.basename(file, '.kql'));

test('each alert has its scenario', () => {
  expect(Object.keys(scenarios).sort()).toEqual(alerts.sort());
});

const IDS: Readonly<Record<string, string>> = { tick: 'tick', act: 'tick', alert: 'tick', 'second-writer': 'tick', drain: 'drain' };

test('every line of a run is in the schema, and carries the id of its tick or drain', async () => {
  const fleet = { minutes: 14, initialRunners: 5, settings: { SCALE_IN_STEP: '3' } };
  const rows = await linesOf({ ...fleet, after: ({ world }, pool) => void world.mishaps().driftCapacity(pool.capacity + 1) });
  const lines = rows.map((row) => String(row['message'])).filter((text) => text.startsWith('{'));
  const seen = new Set<string>();
  for (const text of lines) {
    const { level, event, ...fields } = JSON.parse(text) as Record<string, unknown>;
    const name = String(event);
    seen.add(name);
    expect(level).toMatch(/^(information|warning|error)$/);
    expect(Object.keys(fields).filter((field) => EVENTS_LOGGED[name]?.fields[field] === undefined)).toEqual([]);
    expect(fields['pool']).toBe('default');
    const id = IDS[name];
    if (id !== undefined) expect(fields[id]).toMatch(/^(drain-default-)?\w+/);
  }
  expect([...seen].sort()).toEqual(['act', 'drain', 'heartbeat', 'keeper', 'second-writer', 'tick']);
});

test('in a sound run no alert fires', async () => {
  const rows = await linesOf({ minutes: 60, after: ({ world }) => world.addJobs(jobs(4, 600)) });
  expect(alerts.filter((name) => runQuery(queries[name] ?? '', rows).length > 0)).toEqual([]);
});

test.each(alerts)('%s fires where its condition is provoked', async (name) => {
  const rows = await linesOf(scenarios[name] ?? { minutes: 0 });
  const found = runQuery(queries[name] ?? '', rows);
  expect(found).toHaveLength(name === 'settings-invalid' ? found.length : 1);
  expect(found.length).toBeGreaterThan(0);
});

test.each(Object.entries(queries))('%s names its event and uses its fields alone', (_, text) => {
  const event = /^\/\/ event: ([\w-]+)$/m.exec(text)?.[1] ?? '';
  const said = (/^\/\/ fields: (.+)$/m.exec(text)?.[1] ?? '').split(', ');
  const known = Object.keys(EVENTS_LOGGED[event]?.fields ?? {});
  expect(text).toContain(`tostring(line.event) == "${event}"`);
  expect(said.filter((field) => !known.includes(field))).toEqual([]);
  const used = [...text.matchAll(/\bline\.(\w+)/g)].map(([, field]) => field ?? '').filter((field) => field !== 'event');
  expect(used.filter((field) => !said.includes(field))).toEqual([]);
});

test('the look-up queries find their lines', async () => {
  const rows = await linesOf({
    minutes: 40,
    initialRunners: 4,
    after: ({ world }, pool) => void world.mishaps().driftCapacity(pool.capacity + 1),
  });
  expect(runQuery(queries['ticks'] ?? '', rows).length).toBeGreaterThan(5);
  const whole = await linesOf({
    minutes: 14,
    initialRunners: 4,
    after: ({ world }, pool) => void world.mishaps().driftCapacity(pool.capacity + 1),
  });
  expect(runQuery(queries['drain'] ?? '', whole).length).toBeGreaterThan(2);
  expect(runQuery(queries['changes-by-others'] ?? '', whole)).toHaveLength(1);
});
