import type { Admission, Alert, TickPlan } from '../model/decision';
import type { Cooldowns, PoolMemory } from '../model/pool';
import type { PoolSettings } from '../settings/settings';

/** customStatus must stay under 4 KB, and the engine fails an orchestration above 16 KB (UTF-16). */
const MOST_BYTES = 3_800;
const MOST_DRAINS = 50;

/** What the portal shows of a loop: the essentials of its last tick. */
export function essentials(
  plan: TickPlan,
  admission: Pick<Admission, 'refused' | 'shown'>,
  cooldowns: { readonly scaleOutCooldown: number; readonly scaleInCooldown: number },
): Record<string, unknown> {
  const { shown } = admission;
  const base = {
    mode: plan.dryRun ? 'dry-run' : shown?.paused === undefined ? 'running' : 'paused',
    paused: shown?.paused ?? null,

    tick: plan.tickId,
    at: iso(plan.at),
    next: iso(plan.nextAt),
    held: plan.held,
    rule: plan.decision.rule,
    reason: plan.decision.reason.slice(0, 400),
    acts: countKinds(plan.decision.acts.map((act) => act.kind)),
    counts: plan.counts,
    cooldownsLeftSeconds: shown === undefined ? null : leftOf(cooldowns, shown.cooldowns, plan.at),
    drains: shown?.drains ?? 0,
    firstDrains: shown?.first.map(({ runner, phase, since }) => ({ runner: runner.slice(0, 80), phase, since: iso(since) })) ?? [],
    ...(plan.forecast === undefined ? {} : { forecast: plan.forecast }),
    settings: plan.settingsVersion,
    refused: admission.refused.slice(0, 3),
  };
  return fit(
    base,
    plan.alerts.map(({ code, text }) => ({ code, text: text.slice(0, 160) })),
    plan.warnings,
  );
}

function fit(base: Record<string, unknown>, alerts: readonly unknown[], warnings: readonly string[]): Record<string, unknown> {
  for (let kept = Math.min(10, Math.max(alerts.length, warnings.length)); kept > 0; kept -= 1) {
    const whole = { ...base, alerts: alerts.slice(0, kept), warnings: warnings.slice(0, kept).map((text) => text.slice(0, 160)) };
    if (Buffer.byteLength(JSON.stringify(whole)) <= MOST_BYTES) return whole;
  }
  return { ...base, alerts: [], warnings: [] };
}

function countKinds(kinds: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const kind of kinds) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

export interface StatusInput {
  readonly pool: string;
  /** Of the app. */
  readonly version: string;
  readonly settings: PoolSettings | undefined;
  /** Undefined: no loop was ever started. */
  readonly loop: { readonly runtimeStatus: string } | undefined;
  readonly memory: PoolMemory | undefined;
  /** What could not be read for this answer. */
  readonly problems?: readonly { readonly code: string; readonly text: string }[];
  readonly now: number;
}

/** Loop, entity and drains joined into one small JSON. The last tick comes from the entity: customStatus reads null now and then. */
export function poolStatus({ pool, version, settings, loop, memory, problems = [], now }: StatusInput): Record<string, unknown> {
  const tick = memory?.tick;
  const shown = (tick?.status ?? {}) as Record<string, unknown>;
  const drains = Object.values(memory?.drains ?? {});
  return {
    pool,
    version,
    now: iso(now),
    mode: modeOf(settings, loop, memory, now),
    loop: loop?.runtimeStatus ?? null,
    lastTick: tick === undefined ? null : { id: tick.id, at: iso(tick.at), ticks: tick.ticks, held: shown['held'] === true },
    nextTick: tick === undefined ? null : iso(tick.nextAt),
    decision: tick === undefined ? null : { rule: tick.rule, reason: tick.reason },
    cooldownsLeftSeconds: settings === undefined ? null : leftOf(settings.durations, memory?.cooldowns ?? {}, now),
    counts: shown['counts'] ?? null,
    drains: drains.slice(0, MOST_DRAINS).map((record) => ({
      id: record.id,
      runner: record.runnerId ?? null,
      vm: record.vmId,
      computerName: record.computerName,
      phase: record.phase,
      ageSeconds: Math.round((now - record.startedAt) / 1000),
      ...(record.note === undefined ? {} : { note: record.note }),
    })),
    drainsNotShown: Math.max(0, drains.length - MOST_DRAINS),
    alerts: [...problems.map((problem) => ({ ...problem, since: iso(now) })), ...datedAlerts(shown['alerts'])],
    changedByOthers: changesOf(shown['noticed']),
    warnings: shown['warnings'] ?? settings?.warnings ?? [],
    asked: shown['asked'] ?? [],
    forecast: shown['forecast'] ?? null,
    paused: pauseOf(memory, now),
    stopped: stopOf(memory),
    protected: { runners: memory?.flags.protectedRunners ?? [], instances: memory?.flags.protectedInstances ?? [] },
    growth: growthOf(memory),
    growthFailures: failuresOf(memory),
    vmHourlyCost: settings?.vmHourlyCost ?? null,
  };
}

/** What others changed within the last hour, the latest five. */
function changesOf(noticed: unknown): readonly { at: string; text: string }[] {
  return ((noticed ?? []) as { at: number; text: string }[]).map(({ at, text }) => ({ at: iso(at), text }));
}

const DEAD = new Set(['Completed', 'Failed', 'Terminated', 'Canceled']);

function modeOf(settings: PoolSettings | undefined, loop: StatusInput['loop'], memory: PoolMemory | undefined, now: number): string {
  if (settings === undefined) return 'not in the settings';
  if (memory?.flags.stopped !== undefined) return 'stopped';
  if (loop === undefined) return 'not started';
  if (DEAD.has(loop.runtimeStatus)) return 'not running';
  if (loop.runtimeStatus === 'Suspended') return 'suspended';
  if (settings.dryRun) return 'dry-run';
  return pauseOf(memory, now) === null ? 'running' : 'paused';
}

/** A pause whose time is over is lifted by the next tick; it shows no more. */
function pauseOf(memory: PoolMemory | undefined, now: number): Record<string, unknown> | null {
  const paused = memory?.flags.paused;
  if (paused === undefined || (paused.until !== undefined && paused.until <= now)) return null;
  const { scaleOut, scaleIn, reason, at, until } = paused;
  return { scaleOut, scaleIn, reason, since: iso(at), until: until === undefined ? null : iso(until) };
}

function stopOf(memory: PoolMemory | undefined): Record<string, unknown> | null {
  const stopped = memory?.flags.stopped;
  return stopped === undefined ? null : { since: iso(stopped.at), reason: stopped.reason, drainsHeld: stopped.holdDrains };
}

function growthOf(memory: PoolMemory | undefined): Record<string, unknown> | null {
  const growth = memory?.growth;
  if (growth === undefined) return null;
  const { at, from, to, rule, state } = growth;
  return { at: iso(at), from, to, rule, state };
}

function failuresOf(memory: PoolMemory | undefined): Record<string, unknown> | null {
  const failures = memory?.growthFailures;
  if (failures === undefined) return null;
  const { count, waitUntil, code, text } = failures;
  return { count, nextTry: iso(waitUntil), code, text };
}

const datedAlerts = (alerts: unknown): readonly unknown[] =>
  (Array.isArray(alerts) ? (alerts as Alert[]) : []).map((alert) => ({ ...alert, since: iso(alert.since) }));

function leftOf(
  { scaleOutCooldown, scaleInCooldown }: { readonly scaleOutCooldown: number; readonly scaleInCooldown: number },
  { scaleOutAt = 0, scaleInAt = 0, giveBackAt = 0 }: Cooldowns,
  now: number,
): { scaleOut: number; scaleIn: number } {
  const left = (since: number, lasts: number): number => Math.max(0, Math.ceil((since + lasts - now) / 1000));
  return { scaleOut: left(scaleOutAt, scaleOutCooldown), scaleIn: left(Math.max(scaleInAt, scaleOutAt, giveBackAt), scaleInCooldown) };
}

const iso = (at: number): string => new Date(at).toISOString();
