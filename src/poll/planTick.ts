import { dated, findAlerts } from '../decide/alerts';
import { boundWarnings } from '../decide/bounds';
import { decide } from '../decide/decide';
import { planProtections } from '../decide/protect';
import { targetsOf, type Targets } from '../decide/targets';
import type { ForecastAdvice } from '../forecast/advice';
import type { Forecast } from '../forecast/forecast';
import type { Act, Decision, TickPlan } from '../model/decision';
import { MAX_ACTS } from '../model/decision';
import type { PoolMemory } from '../model/pool';
import { noteBefore } from '../observe/ledger/before';
import type { LedgerLine } from '../observe/ledger/line';
import { tell, type Seen } from '../observe/ledger/tell';
import type { PoolSettings } from '../settings/settings';
import { countsOf } from './counts';
import { deductUntaken, demandOf } from './demand';
import { mayBeEmpty } from './emptyList';
import { findDrop } from './drops';
import { classify } from './fleet';
import { freshFleet, type FleetMemory } from './fleetMemory';
import { recallGrowth } from './growthNews';
import { hold } from './hold';
import { bootCredit } from './learnedBoot';
import { observe } from './observe';
import { nextLook } from './pace';
import { prune } from './prune';
import { inOrder, type CompleteReading, type FailedReading, type Reading } from './reading';
import { noticeOthers, type StrangeStamp } from './secondWriter';
import { foresee } from './foresee';
import { setScene } from './setScene';
import { learnTasksPerRunner } from './tasksPerRunner';
import { noteUnjudged, obstacleToVerdicts } from './verdicts';
import { watchDrains } from './watch';
import { noteWork } from './work';

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
  /** What the pool's own past advises for this moment. */
  readonly forecast?: ForecastAdvice;
  /** What was learned of it, to be asked for that advice. */
  readonly learned?: Forecast;
  /** Of the app, for the ledger. */
  readonly version?: string;
  /** `fleet` is given away: it is changed in place. A copy of a large fleet takes longer than the thinking. */
  readonly inPlace?: true;
  /** Of a simulation of months: the ledger is told nothing. */
  readonly untold?: true;
}

export interface Planned {
  readonly plan: TickPlan;
  readonly fleet: FleetMemory;
  /** What the ledger is told of this tick. */
  readonly lines: readonly LedgerLine[];
}

/** The whole thinking of one tick: a reading and two memories in, a plan and the next fleet memory out. Pure, but for a fleet that is given away. */
export function planTick(input: TickInput): Planned {
  const { settings, now } = input;
  const failed = (reading: FailedReading, fleet: FleetMemory): Planned => keep(input, hold(input, reading), fleet);
  if (input.reading.kind === 'failed') return failed(input.reading, freshOrCopy(input, undefined));
  const reading = inOrder(input.reading);
  const fleet = freshOrCopy(input, { scaleSet: reading.state.uniqueId, group: settings.sgRunnerGroup });
  // Memory begins with its first complete reading: what is listed then was there before it.
  if (fleet.capacity === undefined) fleet.bornAt = now;
  const missingList =
    reading.group.runners === undefined &&
    !mayBeEmpty(reading.instances, fleet, Object.values(input.memory.drains), settings.durations.boot, now);
  if (missingList) return failed(malformed('StackGuardian sent no list of runners while some are expected'), fleet);
  const { waiting, warning } = demandOf(settings, fleet, reading.group);
  if (waiting === undefined) return failed(malformed('StackGuardian left PendingWorkflowsCount out, which it sent before'), fleet);
  return plan(input, reading, fleet, waiting, warning);
}

const malformed = (text: string): FailedReading => ({
  kind: 'failed',
  code: 'sg-malformed',
  text,
  retryAfterMs: undefined,
  side: 'stackguardian',
});

function freshOrCopy({ fleet, now, inPlace }: TickInput, binding: FleetMemory['binding']): FleetMemory {
  if (fleet === undefined) return freshFleet(binding, now);
  const known = fleet.binding;
  const isOther = binding !== undefined && known !== undefined && (known.scaleSet !== binding.scaleSet || known.group !== binding.group);
  if (isOther) return freshFleet(binding, now);
  const copy = inPlace === true ? fleet : structuredClone(fleet);
  if (binding !== undefined) copy.binding = binding;
  return copy;
}

function keep({ settings, version = '', untold }: TickInput, plan: TickPlan, fleet: FleetMemory, seen?: Seen): Planned {
  const lines = untold === true ? [] : tell(settings, version, fleet, plan, seen);
  fleet.lastTick = { id: plan.tickId, plan };
  return { plan, fleet, lines };
}

function plan(input: TickInput, reading: CompleteReading, fleet: FleetMemory, waiting: number, demandWarning: string | undefined): Planned {
  const { settings, now, tickId } = input;
  const { durations } = settings;
  const { group, state, instances } = reading;
  const runners = group.runners ?? [];
  const records = Object.values(input.memory.drains);
  const joined = observe(fleet, { settings, records, runners, instances, waiting, ghostChecks: reading.ghostChecks, now });
  const { memory, news } = recallGrowth(input, fleet, reading);
  noticeOthers(fleet, { ...{ memory, state, runners, now, minute: durations.minute }, stamps: input.strangeStamps ?? [] });
  const drop = findDrop(input, fleet, joined, reading);
  const classified = classify(settings, memory, fleet, joined, instances, obstacleToVerdicts(fleet, group), now);
  noteUnjudged(classified, now);
  learnTasksPerRunner(settings, fleet, classified, now);
  const deducted = deductUntaken(settings, fleet, classified, waiting, now);
  const work = noteWork(fleet, group, waiting, durations.minute, now);
  const foreseen = foresee(input, work.recent);
  const asked = targetsOf(settings, foreseen.followed, now);
  const targets = { ...asked, because: [...asked.because, ...foreseen.unfollowed] };
  const seen = { fleet: classified, fleetMemory: fleet, waiting, deducted, drop };
  const scene = setScene({ settings, targets, memory, tickId, now }, reading, seen);
  const watched = watchDrains(scene, instances);
  const before = noteBefore(scene);
  const decided = decide(scene);
  const held = decided.rule.startsWith('hold/');
  const besides = held ? [] : [...watched.acts, ...planProtections(scene)];
  const decision = settings.dryRun ? dryRun(decided) : held ? decided : withNudges(decided, besides, memory);
  const alerts = dated(findAlerts(scene), fleet, now);
  prune(fleet, now, 60 * durations.minute);
  const nextAt = nextLook(scene, decided, watched.isConfirming);
  const result: TickPlan = {
    tickId,
    at: now,
    nextAt,
    held,
    decision,
    counts: countsOf(scene, waiting),
    alerts,
    warnings: [...input.warnings, ...(demandWarning === undefined ? [] : [demandWarning]), ...boundWarnings(scene)],
    asked: targets.because.slice(0, 5),
    settingsVersion: settings.version,
    dryRun: settings.dryRun,
    binding: fleet.binding,
    growthNews: news,
    cooldownsFromBlobs: input.cooldownsFromBlobs,
    noticed: fleet.others?.changes.slice(-5) ?? [],
    gauges: { ...gaugesOf(memory, fleet, now), ...askedGauges(settings, targets, fleet), nextTickSeconds: secondsOf(nextAt - now) },
    ...(foreseen.told === undefined ? {} : { forecast: foreseen.told }),
  };
  return keep(input, result, fleet, { scene, before, decided, besides });
}

type Gauges = NonNullable<TickPlan['gauges']>;

const secondsOf = (ms: number): number => Math.round(ms / 1000);

function gaugesOf(memory: PoolMemory, fleet: FleetMemory, now: number): Pick<Gauges, 'unservedSeconds' | 'drains' | 'oldestDrainSeconds'> {
  const drains = Object.values(memory.drains);
  const seconds = (since: number): number => secondsOf(now - since);
  return {
    unservedSeconds: fleet.starving === undefined ? 0 : seconds(fleet.starving.since),
    drains: drains.length,
    oldestDrainSeconds: drains.length === 0 ? 0 : seconds(Math.min(...drains.map((record) => record.startedAt))),
  };
}

function askedGauges(
  settings: PoolSettings,
  { minRunners, minIdle: minIdleRunners, extra: extraRunners }: Targets,
  fleet: FleetMemory,
): Pick<Gauges, 'minRunners' | 'minIdleRunners' | 'extraRunners' | 'bootCreditSeconds'> {
  return { minRunners, minIdleRunners, extraRunners, bootCreditSeconds: secondsOf(bootCredit(settings, fleet)) };
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
