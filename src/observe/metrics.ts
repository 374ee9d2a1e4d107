import { type Attributes, type Gauge, metrics } from '@opentelemetry/api';
import type { TickPlan } from '../model/decision';

/**
 * The same numbers as the tick line, as OpenTelemetry gauges, and what was decided as counters: of ticks, so one that runs twice counts twice.
 * Only the API is used: without a registered meter provider every call is empty, so an operator who wants them preloads an SDK with its
 * exporter (METRICS=otel in the README).
 */
export interface TickMetrics {
  record(pool: string, plan: TickPlan): void;
}

const STATES = ['idle', 'busy', 'booting', 'draining', 'unhealthy', 'stray', 'lost', 'unjudged', 'ghost', 'stale', 'foreign'] as const;

export function createTickMetrics(version: string): TickMetrics {
  const meter = metrics.getMeter('stackguardian-runner-autoscaler', version);
  const gauge = (name: string, unit: string, description: string): Gauge =>
    meter.createGauge(`sg.autoscaler.${name}`, { unit, description });
  const counter = (name: string, unit: string, description: string): { readonly add: (value: number, attributes: Attributes) => void } =>
    meter.createCounter(`sg.autoscaler.${name}`, { unit, description });
  const waiting = gauge('jobs.waiting', '{job}', 'Jobs waiting in the runner group');
  const unserved = gauge('jobs.unserved.time', 's', 'How long more jobs have waited than idle and booting runners can take');
  const runners = gauge('runners', '{runner}', 'Runners and instances by state');
  const instances = gauge('instances', '{instance}', 'VMs listed in the scale set');
  const capacity = gauge('capacity', '{instance}', 'sku.capacity of the scale set');
  const drains = gauge('drains', '{drain}', 'Recorded drains');
  const oldest = gauge('drain.oldest.time', 's', 'Age of the oldest drain');
  const held = gauge('tick.held', '1', '1 while ticks are held');
  const alerts = gauge('alerts', '{alert}', 'Alerts that stand');
  const minimum = gauge('minimum', '{runner}', 'What settings, schedules and forecast ask for: runners, idle ones, ones beyond the queue');
  const bootCredit = gauge('boot.credit.time', 's', 'How long a VM without a runner counts as capacity about to come');
  const nextTick = gauge('tick.next.time', 's', 'From a tick to the next that is due');
  const decisions = counter('decisions', '{decision}', 'Ticks by the rule that decided');
  const ordered = counter('instances.ordered', '{instance}', 'VMs that ticks asked for');
  const begun = counter('drains.begun', '{drain}', 'Drains that ticks asked for');

  return {
    record: (pool, { counts, gauges, decision, held: isHeld, alerts: standing }) => {
      const of = { 'sg.pool': pool };
      decisions.add(1, { ...of, 'sg.rule': decision.rule });
      for (const act of decision.acts)
        if (act.kind === 'setCapacity') ordered.add(act.add, of);
        else if (act.kind === 'drain') begun.add(1, of);
      held.record(isHeld ? 1 : 0, of);
      alerts.record(standing.length, of);
      if (gauges !== undefined) {
        unserved.record(gauges.unservedSeconds, of);
        drains.record(gauges.drains, of);
        oldest.record(gauges.oldestDrainSeconds, of);
        minimum.record(gauges.minRunners, { ...of, 'sg.minimum': 'runners' });
        minimum.record(gauges.minIdleRunners, { ...of, 'sg.minimum': 'idle' });
        minimum.record(gauges.extraRunners, { ...of, 'sg.minimum': 'extra' });
        bootCredit.record(gauges.bootCreditSeconds, of);
        nextTick.record(gauges.nextTickSeconds, of);
      }
      if (counts === undefined) return;
      if (counts.demand !== undefined) waiting.record(counts.demand, of);
      instances.record(counts.instances, of);
      capacity.record(counts.capacity, of);
      for (const state of STATES) runners.record(counts[state], { ...of, 'sg.runner.state': state });
    },
  };
}
