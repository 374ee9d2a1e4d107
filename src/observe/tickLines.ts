import type { TickPlan } from '../model/decision';
import { emit, type Logger } from './log';

/** One line per tick; one line per alert that began with it and per change that another made. */
export function logTick(logger: Logger, pool: string, plan: TickPlan, version: string): void {
  const { tickId: tick, held, dryRun, counts, gauges } = plan;
  const { rule, reason, acts } = plan.decision;
  const kinds = acts.map((act) => act.kind);
  const alerts = plan.alerts.map(({ code }) => code);
  emit(logger, held ? 'warning' : 'information', 'tick', {
    ...{ pool, tick, version, rule, reason, acts: kinds, counts, held, dryRun, alerts },
    ...gauges,
  });
  for (const { code, since, text, next } of plan.alerts)
    if (since === plan.at) emit(logger, 'error', 'alert', { pool, tick, code, text, next });
  for (const { at, text } of plan.noticed ?? []) if (at === plan.at) emit(logger, 'warning', 'second-writer', { pool, tick, text });
}
