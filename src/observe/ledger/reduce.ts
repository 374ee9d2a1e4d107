import type { Scene } from '../../decide/scene';
import type { Act } from '../../model/decision';
import type { PoolMemory } from '../../model/pool';
import { ageOf } from './ages';
import type { Before } from './before';
import { chooseMembers } from './candidates';
import { MOST_MEMBERS, MOST_QUIET_MEMBERS, type Observed, type Remembered } from './observed';
import { defined, entryLines, memberLine, restOf } from './reduceMembers';

const MOST_TEXT = 160;
const MOST_REFUSALS = 5;
const MOST_TURNS = 50;

/** What a decision rested on, small whatever the size of the fleet: enough that the rules decide the same from it again. */
export function observedOf(scene: Scene, before: Before, acts: readonly Act[]): Observed {
  const { fleet, state, operation, drop } = scene;
  const { members, rest, cut } = chooseMembers(scene, acts, acts.length === 0 ? MOST_QUIET_MEMBERS : MOST_MEMBERS);
  return {
    waiting: scene.waiting,
    demand: scene.demand,
    deducted: scene.deducted,
    tasksPerRunner: scene.tasksPerRunner,
    counted: scene.counted,
    active: scene.active,
    idle: scene.idle,
    booting: scene.booting,
    ordered: fleet.ordered,
    live: scene.live,
    undrained: scene.undrained,
    scaleSet: { mode: state.mode, capacity: state.capacity, limit: state.limit, state: state.provisioningState, etag: state.etag },
    members: members.map((member) => memberLine(scene, before, member)),
    rest: restOf(scene, rest),
    ...entryLines(scene, before),
    ghostCount: fleet.ghosts.length,
    staleCount: fleet.stale.length,
    foreignCount: fleet.foreign.length,
    ...defined({
      starving: scene.isStarving ? (true as const) : undefined,
      freeing: scene.freeing === 0 ? undefined : scene.freeing,
      late: scene.late === 0 ? undefined : scene.late,
      unlowered: scene.unlowered === 0 ? undefined : scene.unlowered,
      untakenTry: scene.untakenTry ? (true as const) : undefined,
      drop: drop === undefined ? undefined : { holds: drop.holds, reason: drop.reason.slice(0, MOST_TEXT) },
      maxRunners: scene.group.maxRunners,
      operation:
        operation === undefined ? undefined : { kind: operation.kind, ...(operation.kind === 'failed' ? { code: operation.code } : {}) },
      cut: cut === 0 ? undefined : cut,
    }),
  };
}

/** What a decision reads of the pool's and the fleet's memory. */
export function rememberedOf({ memory, fleet, now }: Scene, before: Before): Remembered {
  const { cooldowns, growth, growthFailures, flags, deletion, drains } = memory;
  const paused = flags.paused;
  const listed = new Set(fleet.members.map(({ instance }) => instance.vmId));
  const over = Object.values(drains).filter((record) => record.isOver === true && !listed.has(record.vmId));
  const { failed, tries, strayFor } = before.boots;
  return {
    drains: Object.keys(drains).length,
    boots: {
      ...{ failed, tries },
      ...defined({ strayFor, lastFailedAge: ageOf(now, before.boots.lastFailedAt), incidentAge: ageOf(now, before.boots.incidentSince) }),
    },
    ...defined({
      scaleOutAge: ageOf(now, cooldowns.scaleOutAt),
      scaleInAge: ageOf(now, cooldowns.scaleInAt),
      giveBackAge: ageOf(now, cooldowns.giveBackAt),
      growth: growth === undefined ? undefined : growthOf(growth, now),
      growthFailures: growthFailures && {
        ...{ count: growthFailures.count, waitUntilAge: now - growthFailures.waitUntil, code: growthFailures.code },
        text: growthFailures.text.slice(0, MOST_TEXT),
      },
      paused: paused && { scaleOut: paused.scaleOut, scaleIn: paused.scaleIn, reason: paused.reason.slice(0, MOST_TEXT) },
      acknowledgedAge: ageOf(now, flags.acknowledgedAt),
      refusals: refusalsOf(deletion, now),
      deleteSucceededAge: ageOf(now, deletion.succeededAt),
      over: over.length === 0 ? undefined : over.slice(0, MOST_MEMBERS_OVER).map(({ id, vmId }) => ({ id, vm: vmId })),
      badTurns: turnsOf(before.badTurns, now),
      frozenAge: ageOf(now, before.frozenSince),
      untakenTriedAge: ageOf(now, before.triedAt),
    }),
  };
}

const MOST_MEMBERS_OVER = 50;

function growthOf(growth: NonNullable<PoolMemory['growth']>, now: number): NonNullable<Remembered['growth']> {
  const { attempt, at, answeredAt, add, from, to, rule, state, earlier } = growth;
  return {
    ...{ attempt, askedAge: now - at, add, from, to, rule, state },
    ...defined({
      answeredAge: ageOf(now, answeredAt),
      earlier: earlier && { count: earlier.count, untilAge: now - earlier.until },
    }),
  };
}

/** Those for want of a right first, then the latest: what bars new drains. */
function refusalsOf({ refusals }: PoolMemory['deletion'], now: number): Remembered['refusals'] {
  const found = Object.entries(refusals).toSorted(([, a], [, b]) => Number(b.right) - Number(a.right) || b.at - a.at);
  if (found.length === 0) return undefined;
  return found.slice(0, MOST_REFUSALS).map(([vm, { at, code, right }]) => ({ vm, age: now - at, code, right }));
}

function turnsOf(turns: readonly number[], now: number): Remembered['badTurns'] {
  const counts = new Map<number, number>();
  for (const at of turns) counts.set(at, (counts.get(at) ?? 0) + 1);
  if (counts.size === 0) return undefined;
  return [...counts].slice(-MOST_TURNS).map(([at, count]) => [now - at, count]);
}
