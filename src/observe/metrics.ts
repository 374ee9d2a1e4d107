import { type Gauge, metrics } from '@opentelemetry/api';
import type { TickPlan } from '../model/decision';

/**
 * The same numbers as the tick line, as OpenTelemetry gauges. Only the API is used: without a registered meter provider every call is
 * empty, so an operator who wants them preloads an SDK with its exporter (METRICS=otel in the README).
 */
export interface TickMetrics {
  record(pool: string, plan: TickPlan): void;
}

const STATES = ['idle', 'busy', 'booting', 'draining', 'unhealthy', 'stray', 'lost', 'unjudged', 'ghost', 'stale', 'foreign'] as const;

export function createTickMetrics(version: string): TickMetrics {
  const meter = metrics.getMeter('stackguardian-runner-autoscaler', version);
  const gauge = (name: string, unit: string, description: string): Gauge =>
    meter.createGauge(`sg.autoscaler.${name}`, { unit, description });
  const waiting = gauge('jobs.waiting', '{job}', 'Jobs waiting in the runner group');
  const unserved = gauge('jobs.unserved.time', 's', 'How long more jobs have waited than idle and booting runners can take');
  const runners = gauge('runners', '{runner}', 'Runners and instances by state');
  const instances = gauge('instances', '{instance}', 'VMs listed in the scale set');
  const capacity = gauge('capacity', '{instance}', 'sku.capacity of the scale set');
  const drains = gauge('drains', '{drain}', 'Recorded drains');
  const oldest = gauge('drain.oldest.time', 's', 'Age of the oldest drain');
  const held = gauge('tick.held', '1', '1 while ticks are held');
  const alerts = gauge('alerts', '{alert}', 'Alerts that stand');

  return {
    record: (pool, { counts, gauges, held: isHeld, alerts: standing }) => {
      const of = { 'sg.pool': pool };
      held.record(isHeld ? 1 : 0, of);
      alerts.record(standing.length, of);
      if (gauges !== undefined) {
        unserved.record(gauges.unservedSeconds, of);
        drains.record(gauges.drains, of);
        oldest.record(gauges.oldestDrainSeconds, of);
      }
      if (counts === undefined) return;
      if (counts.demand !== undefined) waiting.record(counts.demand, of);
      instances.record(counts.instances, of);
      capacity.record(counts.capacity, of);
      for (const state of STATES) runners.record(counts[state], { ...of, 'sg.runner.state': state });
    },
  };
}
