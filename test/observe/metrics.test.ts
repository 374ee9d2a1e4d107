import { type Meter, type MeterProvider, metrics } from '@opentelemetry/api';
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
  } as unknown as Meter;
  metrics.setGlobalMeterProvider({ getMeter: () => meter } satisfies MeterProvider);
  return seen;
}

test('a tick is told as gauges with pool and state', async () => {
  const seen = collect();
  const ticker = createTicker({ MIN_RUNNERS: '3', PROTECT_INSTANCES: 'false' });
  ticker.scaleSet.instances = ['0', '1'].map((id) => anInstance(id, { createdAt: ticker.now }));
  ticker.scaleSet.state = { ...ticker.scaleSet.state, capacity: 2 };
  ticker.runners.group = { ...ticker.runners.group, queued: 4, runners: [aRunner('0'), aRunner('1', { runningTasks: 1 })] };
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
