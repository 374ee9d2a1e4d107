import { type Meter, type MeterProvider, metrics } from '@opentelemetry/api';
import { readFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { createTickMetrics } from '../../src/observe/metrics';
import { aRunner } from '../support/fakes/fakeRunnerService';
import { anInstance } from '../support/fakes/fakeScaleSet';
import { createTicker } from '../support/ticker';

afterEach(() => metrics.disable());

/** What a preloaded SDK would get. */
function collect(): Map<string, number> {
  const seen = new Map<string, number>();
  const meter = {
    createGauge: (name: string) => ({
      record: (value: number, attributes: Record<string, string>) => void seen.set([name, ...Object.values(attributes)].join(' '), value),
    }),
    createCounter: (name: string) => ({
      add: (value: number, attributes: Record<string, string>) => {
        const key = [name, ...Object.values(attributes)].join(' ');
        seen.set(key, (seen.get(key) ?? 0) + value);
      },
    }),
  } as unknown as Meter;
  metrics.setGlobalMeterProvider({ getMeter: () => meter } satisfies MeterProvider);
  return seen;
}

/** A scale set of two with these runners. */
function fleetOfTwo(settings: Record<string, string>, queued: number, runners: readonly ReturnType<typeof aRunner>[]) {
  const ticker = createTicker({ PROTECT_INSTANCES: 'false', ...settings });
  ticker.scaleSet.instances = ['0', '1'].map((id) => anInstance(id, { createdAt: ticker.now }));
  ticker.scaleSet.state = { ...ticker.scaleSet.state, capacity: 2 };
  ticker.runners.group = { ...ticker.runners.group, queued, runners: [...runners] };
  return ticker;
}

test('a tick is told as gauges with pool and state', async () => {
  const seen = collect();
  const ticker = fleetOfTwo({ MIN_RUNNERS: '3' }, 4, [aRunner('0'), aRunner('1', { runningTasks: 1 })]);
  createTickMetrics('1.0.0').record('default', (await ticker.run()).plan);
  expect(Object.fromEntries(seen)).toMatchObject({
    'sg.autoscaler.jobs.waiting default': 4,
    'sg.autoscaler.instances default': 2,
    'sg.autoscaler.capacity default': 2,
    'sg.autoscaler.runners default idle': 1,
    'sg.autoscaler.runners default busy': 1,
    'sg.autoscaler.tick.held default': 0,
  });
});

test('what was decided is counted by rule, and so are the VMs and drains asked for; what is asked for stands beside it', async () => {
  const seen = collect();
  const ticker = createTicker({ MIN_RUNNERS: '2', SCALE_OUT_EXTRA: '1', SCALE_OUT_STRATEGY: 'demand', POLL_MIN_SECONDS: '60' });
  const told = createTickMetrics('1.0.0');
  told.record('default', (await ticker.run()).plan);
  expect(Object.fromEntries(seen)).toMatchObject({
    'sg.autoscaler.decisions default scale-out/minimum': 1,
    'sg.autoscaler.instances.ordered default': 2,
    'sg.autoscaler.minimum default runners': 2,
    'sg.autoscaler.minimum default idle': 0,
    'sg.autoscaler.minimum default extra': 1,
    'sg.autoscaler.boot.credit.time default': 900,
    'sg.autoscaler.tick.next.time default': 60,
  });
});

test('drains asked for are counted', async () => {
  const seen = collect();
  const ticker = fleetOfTwo({ MIN_RUNNERS: '0', SCALE_IN_STEP: '2' }, 0, [aRunner('0'), aRunner('1')]);
  createTickMetrics('1.0.0').record('default', (await ticker.run()).plan);
  expect(seen.get('sg.autoscaler.drains.begun default')).toBe(2);
});

test('a held tick tells that it is held, and no counts', async () => {
  const seen = collect();
  const ticker = createTicker();
  ticker.runners.group = { ...ticker.runners.group, pending: undefined };
  ticker.scaleSet.instances = [anInstance('0', { createdAt: ticker.now - 86_400_000 })];
  ticker.runners.group = { ...ticker.runners.group, runners: undefined };
  createTickMetrics('1.0.0').record('default', (await ticker.run()).plan);
  expect(seen.get('sg.autoscaler.tick.held default')).toBe(1);
  expect(seen.has('sg.autoscaler.instances default')).toBe(false);
});

test('without a preloaded SDK nothing happens', async () => {
  const ticker = createTicker();
  const { plan } = await ticker.run();
  expect(() => createTickMetrics('1.0.0').record('default', plan)).not.toThrow();
});

test('the runbook lists every metric', () => {
  const made: string[] = [];
  const make = (name: string, options: { readonly unit: string }) => void made.push(`${name} ${options.unit}`);
  const meter = { createGauge: make, createCounter: make } as unknown as Meter;
  metrics.setGlobalMeterProvider({ getMeter: () => meter } satisfies MeterProvider);
  createTickMetrics('1.0.0');
  const listed = [...readFileSync('docs/runbook.md', 'utf8').matchAll(/^\| `(sg\.autoscaler\.[\w.]+)` \| (?:gauge|counter), `([^`]+)`/gm)];
  expect(listed.map(([, name, unit]) => `${name ?? ''} ${unit ?? ''}`).toSorted()).toEqual(made.toSorted());
});
