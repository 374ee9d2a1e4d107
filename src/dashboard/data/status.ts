import type { Alert, Counts, Drain, Pause, PoolStatus } from './answers';
import { each, fieldsOf, maybe, number, numberOr0, requiredText, requiredTime, text, textOrNull, texts, time, type Fields } from './decode';

/** The body of GET /api/pools. `problem`: the settings cannot be used, and there is no pool. Throws {@link MalformedAnswer}. */
export function decodePools(body: unknown): { readonly pools: readonly PoolStatus[]; readonly problem: string } {
  const fields = fieldsOf(body, 'The answer');
  return { pools: each(fields['pools'], 'A pool', decodeFields), problem: problemOf(fields) };
}

/** The body of GET /api/pools/{pool}. Throws {@link MalformedAnswer}. */
export const decodeStatus = (body: unknown): PoolStatus => decodeFields(fieldsOf(body, 'The status'));

const problemOf = (fields: Fields): string => text(maybe(fields['error'], 'The error', (error) => error['message']));

function decodeFields(fields: Fields): PoolStatus {
  const shielded = fieldsOf(fields['protected'] ?? {}, 'The protected ones');
  return {
    pool: requiredText(fields, 'pool', 'The status'),
    version: text(fields['version']),
    now: time(fields['now']),
    mode: requiredText(fields, 'mode', 'The status'),
    problem: problemOf(fields),
    lastTick: maybe(fields['lastTick'], 'The last tick', (tick) => ({
      id: text(tick['id']),
      at: requiredTime(tick, 'at', 'The last tick'),
      held: tick['held'] === true,
    })),
    nextTick: time(fields['nextTick']),
    decision: maybe(fields['decision'], 'The decision', ({ rule, reason }) => ({ rule: text(rule), reason: text(reason) })),
    cooldownsLeftSeconds: maybe(fields['cooldownsLeftSeconds'], 'The cooldowns', ({ scaleOut, scaleIn }) => ({
      scaleOut: numberOr0(scaleOut),
      scaleIn: numberOr0(scaleIn),
    })),
    counts: maybe(fields['counts'], 'The counts', decodeCounts),
    drains: each(fields['drains'], 'A drain', decodeDrain),
    drainsNotShown: numberOr0(fields['drainsNotShown']),
    alerts: each(fields['alerts'], 'An alert', decodeAlert),
    warnings: texts(fields['warnings']),
    asked: texts(fields['asked']),
    paused: maybe(fields['paused'], 'The pause', decodePause),
    stopped: maybe(fields['stopped'], 'The stop', ({ since, reason }) => ({ since: time(since), reason: text(reason) })),
    protectedRunners: texts(shielded['runners']),
    vmHourlyCost: number(fields['vmHourlyCost']),
  };
}

const decodeCounts = (fields: Fields): Counts => ({
  demand: number(fields['demand']),
  instances: numberOr0(fields['instances']),
  capacity: numberOr0(fields['capacity']),
  idle: numberOr0(fields['idle']),
  busy: numberOr0(fields['busy']),
  booting: numberOr0(fields['booting']),
  draining: numberOr0(fields['draining']),
  unhealthy: numberOr0(fields['unhealthy']),
});

const decodeDrain = (fields: Fields): Drain => ({
  id: requiredText(fields, 'id', 'A drain'),
  runner: textOrNull(fields['runner']),
  vm: textOrNull(fields['vm']),
  computerName: text(fields['computerName']),
  phase: text(fields['phase']),
  ageSeconds: numberOr0(fields['ageSeconds']),
  note: text(fields['note']),
});

const decodeAlert = (fields: Fields): Alert => ({
  code: requiredText(fields, 'code', 'An alert'),
  since: time(fields['since']),
  text: text(fields['text']),
  next: text(fields['next']),
});

const decodePause = (fields: Fields): Pause => ({
  scaleOut: fields['scaleOut'] === true,
  scaleIn: fields['scaleIn'] === true,
  reason: text(fields['reason']),
  since: time(fields['since']),
  until: time(fields['until']),
});
