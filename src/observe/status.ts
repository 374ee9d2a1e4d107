import type { Admission, TickPlan } from '../model/decision';
import type { PoolMemory } from '../model/pool';
import type { PoolSettings } from '../settings/settings';

/** customStatus must stay under 4 KB, and the engine fails an orchestration above 16 KB (UTF-16). */
const MOST_CHARACTERS = 3_600;
const MOST_DRAINS = 50;

/** What the portal shows of a loop: the essentials of its last tick. */
export function essentials(plan: TickPlan, admission: Pick<Admission, 'mode' | 'refused'>): Record<string, unknown> {
  const base = {
    tick: plan.tickId,
    at: iso(plan.at),
    next: iso(plan.nextAt),
    held: plan.held,
    rule: plan.decision.rule,
    reason: plan.decision.reason.slice(0, 400),
    acts: countKinds(plan.decision.acts.map((act) => act.kind)),
    counts: plan.counts,
    dryRun: plan.dryRun,
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
    if (JSON.stringify(whole).length <= MOST_CHARACTERS) return whole;
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
  readonly now: number;
}

/** Loop, entity and drains joined into one small JSON. The last tick comes from the entity: customStatus reads null now and then. */
export function poolStatus({ pool, version, settings, loop, memory, now }: StatusInput): Record<string, unknown> {
  const tick = memory?.tick;
  const shown = (tick?.status ?? {}) as Record<string, unknown>;
  const drains = Object.values(memory?.drains ?? {});
  return {
    pool,
    version,
    mode: modeOf(settings, loop, memory),
    loop: loop?.runtimeStatus ?? null,
    lastTick: tick === undefined ? null : { id: tick.id, at: iso(tick.at), ticks: tick.ticks, held: shown['held'] === true },
    nextTick: tick === undefined ? null : iso(tick.nextAt),
    decision: tick === undefined ? null : { rule: tick.rule, reason: tick.reason },
    cooldownsLeftSeconds: settings === undefined ? null : cooldownsLeft(settings, memory, now),
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
    alerts: shown['alerts'] ?? [],
    changedByOthers: changesOf(shown['noticed']),
    warnings: shown['warnings'] ?? settings?.warnings ?? [],
    paused: memory?.flags.paused ?? null,
    stopped: memory?.flags.stopped ?? null,
    protected: { runners: memory?.flags.protectedRunners ?? [], instances: memory?.flags.protectedInstances ?? [] },
    growth: memory?.growth ?? null,
    growthFailures: memory?.growthFailures ?? null,
  };
}

/** What others changed within the last hour, the latest five. */
function changesOf(noticed: unknown): readonly { at: string; text: string }[] {
  return ((noticed ?? []) as { at: number; text: string }[]).map(({ at, text }) => ({ at: iso(at), text }));
}

const DEAD = new Set(['Completed', 'Failed', 'Terminated', 'Canceled']);

function modeOf(settings: PoolSettings | undefined, loop: StatusInput['loop'], memory: PoolMemory | undefined): string {
  if (settings === undefined) return 'not in the settings';
  if (memory?.flags.stopped !== undefined) return 'stopped';
  if (loop === undefined) return 'not started';
  if (DEAD.has(loop.runtimeStatus)) return 'not running';
  if (loop.runtimeStatus === 'Suspended') return 'suspended';
  if (settings.dryRun) return 'dry-run';
  return memory?.flags.paused === undefined ? 'running' : 'paused';
}

function cooldownsLeft(settings: PoolSettings, memory: PoolMemory | undefined, now: number): { scaleOut: number; scaleIn: number } {
  const { scaleOutAt = 0, scaleInAt = 0, giveBackAt = 0 } = memory?.cooldowns ?? {};
  const { scaleOutCooldown, scaleInCooldown } = settings.durations;
  const left = (since: number, lasts: number): number => Math.max(0, Math.ceil((since + lasts - now) / 1000));
  return { scaleOut: left(scaleOutAt, scaleOutCooldown), scaleIn: left(Math.max(scaleInAt, scaleOutAt, giveBackAt), scaleInCooldown) };
}

const iso = (at: number): string => new Date(at).toISOString();
