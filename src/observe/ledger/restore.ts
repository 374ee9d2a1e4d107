import type { Scene } from '../../decide/scene';
import type { Targets } from '../../decide/targets';
import type { DrainRecord } from '../../model/drain';
import { emptyMemory, type PoolMemory } from '../../model/pool';
import type { Fleet, Member } from '../../poll/fleet';
import { freshFleet, type FleetMemory } from '../../poll/fleetMemory';
import type { OperationResult } from '../../ports/scaleSet';
import type { PoolSettings } from '../../settings/settings';
import { timeOf } from './ages';
import type { TickLine } from './line';
import type { Observed, Remembered } from './observed';
import { bareRecord, fillers, memberOf, putEntries } from './restoreMembers';
import { defined } from './reduceMembers';

/** A tick line with a reading. */
export type ObservedTick = TickLine & { readonly observation: Observed; readonly memory: Remembered };

export const isObserved = (line: TickLine): line is ObservedTick => line.observation !== undefined && line.memory !== undefined;

/** The scene that a line was decided on, as far as the rules look at it: what they never read is empty. */
export function sceneOf(line: ObservedTick, settings: PoolSettings): Scene {
  const { at: now, observation: seen, memory: known, tick: tickId } = line;
  const fleetMemory = fleetMemoryOf(known, now);
  const members = [...seen.members.map((member) => memberOf(member, now)), ...fillers(seen.rest, now)];
  putEntries(fleetMemory, seen, now);
  return {
    settings,
    targets: targetsOf(line, settings),
    memory: memoryOf(line, members, now),
    fleetMemory,
    fleet: fleetOf(seen, members),
    group: {
      ...{ queued: seen.waiting, pending: 0, running: undefined, maxRunners: seen.maxRunners, runners: [], anonymous: 0 },
      registrationErrors: [],
    },
    state: {
      ...{ uniqueId: '', mode: seen.scaleSet.mode, capacity: seen.scaleSet.capacity, etag: seen.scaleSet.etag, surprises: [] },
      ...{ provisioningState: seen.scaleSet.state, limit: seen.scaleSet.limit },
    },
    operation: operationOf(seen),
    tickId,
    now,
    waiting: seen.waiting,
    demand: seen.demand,
    deducted: seen.deducted,
    tasksPerRunner: seen.tasksPerRunner,
    counted: seen.counted,
    active: seen.active,
    idle: seen.idle,
    freeing: seen.freeing ?? 0,
    booting: seen.booting,
    late: seen.late ?? 0,
    live: seen.live,
    undrained: seen.undrained,
    unlowered: seen.unlowered ?? 0,
    drop: seen.drop,
    isStarving: seen.starving === true,
    untakenTry: seen.untakenTry === true,
  };
}

/** What was asked for then: schedules and forecast as they stood. */
function targetsOf({ targets }: TickLine, settings: PoolSettings): Targets {
  if (targets !== undefined) return { ...targets, keepNewestIdle: targets.keepNewestIdle };
  const { minRunners, minIdleRunners: minIdle, keepNewestIdle, scaleOutExtra: extra, durations } = settings;
  return { minRunners, minIdle, idleFor: durations.scaleInIdle, keepNewestIdle, extra, because: [] };
}

function operationOf({ operation }: Observed): OperationResult | undefined {
  if (operation === undefined) return undefined;
  return operation.kind === 'failed' ? { kind: 'failed', code: operation.code ?? '', text: '' } : { kind: operation.kind };
}

function fleetOf(seen: Observed, members: readonly Member[]): Fleet {
  const marked = (key: 'ambiguous' | 'contested'): ReadonlySet<string> =>
    new Set(seen.members.filter((member) => member[key] === true).map(({ vm }) => vm));
  const entries = (told: Observed['ghosts'], count: number): { runnerId: string; vm: string; id: string }[] => [
    ...told.map(({ runner, vm, id }) => ({ runnerId: runner, vm: vm ?? '', id: id ?? '' })),
    ...Array.from({ length: Math.max(0, count - told.length) }, (_, at) => ({ runnerId: `untold-${String(at)}`, vm: '', id: '' })),
  ];
  const runnerOf = (runnerId: string) => ({
    ...{ runnerId, status: undefined, connected: undefined, runningTasks: undefined, pendingTasks: undefined, computerName: undefined },
  });
  const bare = { computerName: undefined, provisioningState: 'Succeeded', power: undefined, createdAt: undefined };
  return {
    members,
    ambiguous: marked('ambiguous'),
    contested: marked('contested'),
    ghosts: entries(seen.ghosts, seen.ghostCount).map(({ runnerId }) => runnerOf(runnerId)),
    stale: entries(seen.stale, seen.staleCount).map(({ runnerId, vm, id }) => ({
      runner: runnerOf(runnerId),
      instance: { id, vmId: vm, ...bare },
    })),
    foreign: entries([], seen.foreignCount).map(({ runnerId }) => runnerOf(runnerId)),
    ordered: seen.ordered,
    noVerdict: undefined,
  };
}

function fleetMemoryOf(known: Remembered, now: number): FleetMemory {
  const { boots, badTurns = [] } = known;
  const fresh = freshFleet(undefined, 0);
  const triedAt = timeOf(now, known.untakenTriedAge);
  const frozenSince = timeOf(now, known.frozenAge);
  return {
    ...fresh,
    untaken: { ...fresh.untaken, ...defined({ triedAt }) },
    boots: {
      ...{ failed: boots.failed, tries: boots.tries },
      ...defined({
        strayFor: boots.strayFor,
        lastFailedAt: timeOf(now, boots.lastFailedAge),
        incidentSince: timeOf(now, boots.incidentAge),
      }),
    },
    badTurns: badTurns.flatMap(([age, count]) => Array.from({ length: count }, () => now - age)),
    ...defined({ frozenSince }),
  };
}

function memoryOf({ pool, memory: known, observation }: ObservedTick, members: readonly Member[], now: number): PoolMemory {
  const { growth, growthFailures: failures, paused, refusals = [], over = [] } = known;
  const records = [
    ...members.flatMap(({ record }) => (record === undefined ? [] : [record])),
    ...over.map(({ id, vm }): DrainRecord => ({ ...bareRecord(now), id, vmId: vm, isOver: true })),
  ];
  return {
    ...emptyMemory(pool, 0),
    cooldowns: defined({
      scaleOutAt: timeOf(now, known.scaleOutAge),
      scaleInAt: timeOf(now, known.scaleInAge),
      giveBackAt: timeOf(now, known.giveBackAge),
    }),
    growth: growth && {
      ...{ attempt: growth.attempt, at: now - growth.askedAge, add: growth.add, from: growth.from, to: growth.to, rule: growth.rule },
      state: growth.state,
      ...defined({
        answeredAt: timeOf(now, growth.answeredAge),
        earlier: growth.earlier && { count: growth.earlier.count, until: now - growth.earlier.untilAge },
      }),
    },
    growthFailures: failures && {
      ...{ count: failures.count, waitUntil: now - failures.waitUntilAge, code: failures.code, text: failures.text },
    },
    drains: Object.fromEntries(records.map((record) => [record.id, record])),
    flags: {
      protectedRunners: [],
      protectedInstances: observation.members.filter(({ kept }) => kept === true).map(({ vm }) => vm),
      ...defined({
        paused: paused && { ...paused, until: undefined, at: now },
        acknowledgedAt: timeOf(now, known.acknowledgedAge),
      }),
    },
    deletion: {
      tries: 0,
      refusals: Object.fromEntries(refusals.map(({ vm, age, code, right }) => [vm, { at: now - age, code, text: '', right }])),
      ...defined({ succeededAt: timeOf(now, known.deleteSucceededAge) }),
    },
  };
}
