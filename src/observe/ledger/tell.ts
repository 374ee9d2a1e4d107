import type { Scene } from '../../decide/scene';
import type { Act, Decision, TickPlan } from '../../model/decision';
import type { FleetMemory } from '../../poll/fleetMemory';
import type { PoolSettings } from '../../settings/settings';
import { besidesOf, lineActOf } from './acts';
import type { Before } from './before';
import { dueOf } from './due';
import { MOST_LINE_BYTES, SCHEMA, type SettingsLine, type TickLine } from './line';
import { observedOf, rememberedOf } from './reduce';

const MOST_REASON = 600;
const MOST_ALERTS = 20;
const MOST_NOTICED = 5;
const MOST_NOTICED_TEXT = 160;

/** What a complete reading was decided on; undefined where the reading failed. */
export interface Seen {
  readonly scene: Scene;
  readonly before: Before;
  /** What the rules decided, before DRY_RUN took its acts away and nudges were added. */
  readonly decided: Decision;
  readonly besides: readonly Act[];
}

/** The lines of this tick, settings first; empty where nothing is due. Notes in `fleet` what was told. */
export function tell(
  settings: PoolSettings,
  version: string,
  fleet: FleetMemory,
  plan: TickPlan,
  seen: Seen | undefined,
): readonly (SettingsLine | TickLine)[] {
  const decision = seen?.decided ?? plan.decision;
  const alerts = plan.alerts.map(({ code }) => code);
  const key = alerts.join(' ');
  const { minute } = settings.durations;
  const due = dueOf(fleet.ledger, { decision, alerts: key, settingsVersion: settings.version, minute, now: plan.at });
  if (!due.tick) return [];
  fleet.ledger = {
    ...{ at: plan.at, rule: decision.rule, reason: decision.reason, alerts: key, settingsVersion: settings.version },
    settingsAt: due.settings ? plan.at : (fleet.ledger?.settingsAt ?? plan.at),
  };
  const tick = bounded(tickLineOf(settings, version, plan, decision, alerts, seen));
  return due.settings ? [settingsLineOf(settings, plan.at), tick] : [tick];
}

function tickLineOf(
  settings: PoolSettings,
  version: string,
  plan: TickPlan,
  decision: Decision,
  alerts: readonly string[],
  seen: Seen | undefined,
): TickLine {
  const noticed = (plan.noticed ?? []).filter(({ at }) => at === plan.at).map(({ text }) => text.slice(0, MOST_NOTICED_TEXT));
  return {
    ...{ schema: SCHEMA, kind: 'tick', at: plan.at, pool: settings.pool, tick: plan.tickId, version },
    ...{ settingsVersion: settings.version, nextAt: plan.nextAt, held: plan.held },
    ...(plan.dryRun ? { dryRun: true as const } : {}),
    decision: { rule: decision.rule, reason: decision.reason.slice(0, MOST_REASON), acts: decision.acts.map(lineActOf) },
    alerts: alerts.slice(0, MOST_ALERTS),
    ...(noticed.length === 0 ? {} : { noticed: noticed.slice(0, MOST_NOTICED) }),
    ...(plan.counts === undefined ? {} : { counts: plan.counts }),
    ...(plan.gauges === undefined
      ? {}
      : { unservedSeconds: plan.gauges.unservedSeconds, oldestDrainSeconds: plan.gauges.oldestDrainSeconds }),
    ...(seen === undefined ? {} : seenPart(seen)),
  };
}

function seenPart({ scene, before, decided, besides }: Seen): Partial<TickLine> {
  const { because, keepNewestIdle, ...targets } = scene.targets;
  return {
    targets: { ...targets, because: because.slice(0, 5), ...(keepNewestIdle === undefined ? {} : { keepNewestIdle }) },
    ...workOf(scene),
    observation: observedOf(scene, before, decided.acts),
    memory: rememberedOf(scene, before),
    ...(besides.length === 0 ? {} : { besides: besidesOf(besides) }),
  };
}

const workOf = ({ fleetMemory: { work } }: Seen['scene']): Partial<TickLine> =>
  work === undefined ? {} : { work: { running: work.running, arrived: work.arrived } };

/** Names as long as they may be and fifty acts at once can pass the bound: then the members that no act names go, and the line says so. */
function bounded(line: TickLine): TickLine {
  if (Buffer.byteLength(JSON.stringify(line)) <= MOST_LINE_BYTES || line.observation === undefined) return line;
  const acted = new Set(line.decision.acts.map(({ vm }) => vm));
  const { members, cut = 0, ...observation } = line.observation;
  const kept = members.filter(({ vm }) => acted.has(vm)).slice(0, 25);
  const smaller: TickLine = { ...line, observation: { ...observation, members: kept, cut: cut + members.length - kept.length } };
  if (Buffer.byteLength(JSON.stringify(smaller)) <= MOST_LINE_BYTES) return smaller;
  // Not even that: the line is kept for its counts and its words.
  return { ...withoutReading(line), decision: { ...line.decision, acts: line.decision.acts.slice(0, 25) } };
}

function withoutReading(line: TickLine): TickLine {
  const kept = { ...line };
  delete kept.observation;
  delete kept.memory;
  return kept;
}

/** Who and where is no matter of a decision, and a ledger is copied to laptops. */
const LEFT_OUT: ReadonlySet<keyof PoolSettings> = new Set([
  ...(['pool', 'version', 'warnings', 'apiKey', 'apiKeyFrom', 'subscriptionId', 'resourceGroup', 'vmssName'] as const),
  ...(['sgBaseUri', 'sgOrg', 'sgRunnerGroup', 'sgRunnerType', 'scaleInBlob', 'scaleOutBlob'] as const),
]);

function settingsLineOf(settings: PoolSettings, at: number): SettingsLine {
  const told = Object.entries(settings).filter(([name]) => !LEFT_OUT.has(name as keyof PoolSettings));
  const { pool, version } = settings;
  return { schema: SCHEMA, kind: 'settings', at, pool, settingsVersion: version, settings: Object.fromEntries(told) };
}
