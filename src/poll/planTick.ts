import { adviceOf, MOST_TEXT } from '../errors';
import { dated, findAlerts } from '../decide/alerts';
import { decide } from '../decide/decide';
import { planProtections } from '../decide/protect';
import type { Act, Decision, TickPlan } from '../model/decision';
import { MAX_ACTS } from '../model/decision';
import type { PoolMemory } from '../model/pool';
import type { RunnerGroup } from '../ports/runnerService';
import type { Instance, OperationResult, ScaleSetState } from '../ports/scaleSet';
import type { PoolSettings } from '../settings/settings';
import { confirmed, extend, READINGS } from './clocks';
import { countsOf } from './counts';
import { deductUntaken, demandOf } from './demand';
import { mayBeEmpty } from './emptyList';
import { findDrop } from './drops';
import { classify, looksCut, tasksOf, type Fleet } from './fleet';
import { freshFleet, prune, type FleetMemory } from './fleetMemory';
import { growthNews } from './growthNews';
import { observe } from './observe';
import { noticeOthers, type StrangeStamp } from './secondWriter';
import { setScene } from './setScene';
import { watchDrains } from './watch';

export type Reading =
  | {
      readonly kind: 'complete';
      readonly group: RunnerGroup;
      readonly state: ScaleSetState;
      readonly instances: readonly Instance[];
      /** Of the last growth while it is not over. */
      readonly operation: OperationResult | undefined;
      /** Direct looks at the instances that `checkNext` asked for. */
      readonly ghostChecks: Readonly<Record<string, 'absent' | 'present'>>;
    }
  | {
      readonly kind: 'failed';
      readonly code: string;
      readonly text: string;
      readonly retryAfterMs: number | undefined;
      readonly side: 'stackguardian' | 'azure' | 'store' | 'owner';
    };

export interface TickInput {
  readonly settings: PoolSettings;
  readonly memory: PoolMemory;
  readonly fleet: FleetMemory | undefined;
  readonly reading: Reading;
  readonly now: number;
  readonly tickId: string;
  readonly warnings: readonly string[];
  readonly cooldownsFromBlobs?: TickPlan['cooldownsFromBlobs'];
  readonly strangeStamps?: readonly StrangeStamp[];
}

export interface Planned {
  readonly plan: TickPlan;
  readonly fleet: FleetMemory;
}

/** The whole thinking of one tick: a reading and two memories in, a plan and the next fleet memory out. Pure. */
export function planTick(given: TickInput): Planned {
  const input = { ...given, memory: withBlobStamps(given) };
  const { reading, settings, now } = input;
  if (reading.kind === 'failed') return hold(input, freshOrCopy(input, undefined), reading);
  const binding = { scaleSet: reading.state.uniqueId, group: settings.sgRunnerGroup };
  const fleet = freshOrCopy(input, binding);
  delete fleet.failure;
  const missingList =
    reading.group.runners === undefined &&
    !mayBeEmpty(reading.instances, fleet, Object.values(input.memory.drains), settings.durations.boot, now);
  const demand = demandOf(settings, fleet, reading.group);
  if (missingList || demand.waiting === undefined) {
    const text = missingList
      ? 'StackGuardian sent no list of runners while some are expected'
      : 'StackGuardian left PendingWorkflowsCount out, which it sent before';
    return hold(input, fleet, { kind: 'failed', code: 'sg-malformed', text, retryAfterMs: undefined, side: 'stackguardian' });
  }
  return plan(input, reading, fleet, binding, demand.waiting, demand.warning);
}

/** The later of entity and blob counts from the very tick that reads the blobs: the first decision after a take-over honours their cooldown too. */
function withBlobStamps({ memory, cooldownsFromBlobs: found = {}, now }: TickInput): PoolMemory {
  const later = (own: number | undefined, other: number | undefined): number => Math.max(own ?? 0, Math.min(other ?? 0, now));
  const { scaleOutAt, scaleInAt } = memory.cooldowns;
  const stamps = {
    ...(scaleOutAt === undefined && found.scaleOutAt === undefined ? {} : { scaleOutAt: later(scaleOutAt, found.scaleOutAt) }),
    ...(scaleInAt === undefined && found.scaleInAt === undefined ? {} : { scaleInAt: later(scaleInAt, found.scaleInAt) }),
  };
  return { ...memory, cooldowns: { ...memory.cooldowns, ...stamps } };
}

function freshOrCopy({ fleet, now }: TickInput, binding: FleetMemory['binding']): FleetMemory {
  if (fleet === undefined) return freshFleet(binding, now);
  const known = fleet.binding;
  const isOther = binding !== undefined && known !== undefined && (known.scaleSet !== binding.scaleSet || known.group !== binding.group);
  if (isOther) return freshFleet(binding, now);
  return { ...structuredClone(fleet), ...(binding === undefined ? {} : { binding }) };
}

function plan(
  input: TickInput,
  reading: Extract<Reading, { kind: 'complete' }>,
  fleet: FleetMemory,
  binding: { scaleSet: string; group: string },
  waiting: number,
  demandWarning: string | undefined,
): Planned {
  const { settings, memory, now, tickId } = input;
  const { group, state, instances } = reading;
  const records = Object.values(memory.drains);
  const joined = observe(fleet, { settings, records, runners: group.runners ?? [], instances, ghostChecks: reading.ghostChecks, now });
  const { minute } = settings.durations;
  noticeOthers(fleet, {
    ...{ memory, state, now, minute },
    runners: group.runners ?? [],
    stamps: input.strangeStamps ?? [],
  });
  const drop = findDrop(settings, fleet, state, instances, now);
  const classified = classify(settings, memory, fleet, joined, instances, verdictsHeld(fleet, group), now);
  learnTasksPerRunner(fleet, classified);
  const deducted = deductUntaken(settings, fleet, classified, waiting, now);
  const scene = setScene(input, reading, fleet, classified, waiting, deducted, drop);
  const watched = watchDrains(scene, instances);
  const decided = decide(scene);
  const decision = settings.dryRun ? dryRun(decided) : withNudges(decided, [...watched.acts, ...planProtections(scene)], memory);
  const alerts = dated(findAlerts(scene), fleet, now);
  prune(fleet, now, 60 * settings.durations.minute);
  const nextAt =
    now +
    Math.min(
      settings.durations.poll,
      watched.isConfirming ? Math.max(settings.durations.drainConfirm / 2, 10 * settings.durations.second) : Infinity,
    );
  const warnings = demandWarning === undefined ? input.warnings : [...input.warnings, demandWarning];
  const result: TickPlan = {
    tickId,
    at: now,
    nextAt,
    held: decision.rule.startsWith('hold/'),
    decision,
    counts: countsOf(scene, waiting),
    alerts,
    warnings,
    settingsVersion: settings.version,
    dryRun: settings.dryRun,
    binding,
    growthNews: growthNews(memory, fleet, reading.operation, settings, now),
    cooldownsFromBlobs: input.cooldownsFromBlobs,
    noticed: fleet.others?.changes.slice(-5) ?? [],
    gauges: gaugesOf(memory, fleet, now),
  };
  fleet.lastTick = { id: tickId, plan: result };
  return { plan: result, fleet };
}

function gaugesOf(memory: PoolMemory, fleet: FleetMemory, now: number): NonNullable<TickPlan['gauges']> {
  const drains = Object.values(memory.drains);
  const seconds = (since: number): number => Math.round((now - since) / 1000);
  return {
    unservedSeconds: fleet.starving === undefined ? 0 : seconds(fleet.starving.since),
    drains: drains.length,
    oldestDrainSeconds: drains.length === 0 ? 0 : seconds(Math.min(...drains.map((record) => record.startedAt))),
  };
}

/** No stray or lost verdict while more jobs run than the listed runners have, or the list looks cut at a page's end. */
function verdictsHeld(fleet: FleetMemory, group: RunnerGroup): boolean {
  const runners = group.runners ?? [];
  if (looksCut(runners)) return true;
  if (group.running === undefined) return fleet.runningSeen === true;
  fleet.runningSeen = true;
  const listed = runners.reduce((sum, runner) => sum + (tasksOf(runner) ?? 0), 0);
  return group.running > listed;
}

/** One until a runner was seen with more; it falls again only with the fleet's memory. */
function learnTasksPerRunner(fleet: FleetMemory, classified: Fleet): void {
  for (const { runner } of classified.members) fleet.tasksPerRunner = Math.max(fleet.tasksPerRunner, runner?.runningTasks ?? 0);
}

function dryRun(decision: Decision): Decision {
  const would = decision.acts.length === 0 ? '' : ' DRY_RUN: nothing of this is done.';
  return { rule: `dry-run/${decision.rule}`, reason: `${decision.reason}${would}`, acts: [] };
}

function withNudges(decision: Decision, nudges: readonly Act[], memory: PoolMemory): Decision {
  const givenBack = new Set(decision.acts.flatMap((act) => (act.kind === 'reactivate' ? [act.drainId] : [])));
  // A give-back whose answer was lost is asked for again until the runner is back.
  const again = Object.values(memory.drains)
    .filter((record) => record.phase === 'givingBack' && !givenBack.has(record.id) && record.runnerId !== undefined)
    .map((record): Act => ({ kind: 'reactivate', drainId: record.id, runnerId: record.runnerId ?? '' }));
  const useful = nudges.filter((act) => act.kind !== 'nudge' || !givenBack.has(act.drainId));
  return { ...decision, acts: [...decision.acts, ...again, ...useful].slice(0, MAX_ACTS) };
}

const LONGEST_BACK_OFF_MINUTES = 5;

/** Rule 1: hold on bad data, back off, alert after three readings over three minutes. */
function hold(input: TickInput, fleet: FleetMemory, reading: Extract<Reading, { kind: 'failed' }>): Planned {
  const { settings, now, tickId } = input;
  const { poll, minute } = settings.durations;
  fleet.failure = { code: reading.code, clock: extend(fleet.failure?.clock, now) };
  const { readings } = fleet.failure.clock;
  const backOff = Math.min(poll * 2 ** Math.max(0, readings - 1), Math.max(poll, LONGEST_BACK_OFF_MINUTES * minute));
  const isLasting = confirmed(fleet.failure.clock, READINGS, 3 * minute) || reading.side === 'owner';
  const { said, command } = adviceOf(reading.text);
  const next = command ?? `See docs/runbook.md under ${reading.code}; the loop goes on by itself once the cause is gone.`;
  const alerts = isLasting ? dated([{ code: reading.code, text: said.slice(0, 300), next }], fleet, now) : [];
  const result: TickPlan = {
    tickId,
    at: now,
    nextAt: now + Math.max(backOff, reading.retryAfterMs ?? 0),
    held: true,
    decision: { rule: `hold/${reading.code}`, reason: `Nothing is done: ${reading.text.slice(0, MOST_TEXT)}`, acts: [] },
    counts: undefined,
    alerts,
    warnings: input.warnings,
    settingsVersion: settings.version,
    dryRun: settings.dryRun,
    binding: undefined,
    growthNews: undefined,
    cooldownsFromBlobs: input.cooldownsFromBlobs,
  };
  fleet.lastTick = { id: tickId, plan: result };
  return { plan: result, fleet };
}
