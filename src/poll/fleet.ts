import type { DrainRecord } from '../model/drain';
import type { PoolMemory } from '../model/pool';
import type { Runner } from '../ports/runnerService';
import type { Instance } from '../ports/scaleSet';
import type { PoolSettings } from '../settings/settings';
import { confirmed, READINGS } from './clocks';
import { bornAt, type FleetMemory, type InstanceMemory, type RunnerMemory } from './fleetMemory';
import { orderedOf } from './growthNews';
import type { Joined } from './join';
import { isDeleting } from './sighting';

/** active: counted, as booting is. The rest are not; bare shows a runner that is neither ACTIVE nor DRAINING. */
export type MemberState = 'active' | 'booting' | 'draining' | 'unhealthy' | 'deleting' | 'stray' | 'lost' | 'unjudged' | 'bare';

/** One instance with the entry that speaks for it and what we remember of both. */
export interface Member {
  readonly instance: Instance;
  readonly memory: InstanceMemory;
  readonly runner: Runner | undefined;
  readonly runnerMemory: RunnerMemory | undefined;
  readonly record: DrainRecord | undefined;
  readonly state: MemberState;
  /** Undefined where a count was not told. */
  readonly tasks: number | undefined;
}

export interface Fleet {
  readonly members: readonly Member[];
  readonly stale: Joined['stale'];
  readonly ghosts: readonly Runner[];
  readonly foreign: readonly Runner[];
  /** vmIds that share their computer name with another: nothing is ever done to them. */
  readonly ambiguous: ReadonlySet<string>;
  /** vmIds with another living entry of their name: a drain could not commit while it stands, for good where it died with a task. */
  readonly contested: ReadonlySet<string>;
  /** Ordered and not yet listed, for five minutes after the write or until its operation failed. */
  readonly ordered: number;
  /** Why no instance could be called stray or lost on this reading. */
  readonly noVerdict: string | undefined;
}

export const tasksOf = (runner: Runner | undefined): number | undefined =>
  runner?.runningTasks === undefined || runner.pendingTasks === undefined ? undefined : runner.runningTasks + runner.pendingTasks;

export const isIdle = (member: Member): boolean => member.state === 'active' && member.tasks === 0;

/** Whether a runner's agent is connected, or was lately enough. */
export function isConnected(runner: Runner, memory: RunnerMemory | undefined, grace: number): boolean {
  return runner.connected === true || !confirmed(memory?.disconnected, READINGS, grace);
}

export function classify(
  settings: PoolSettings,
  memory: PoolMemory,
  fleet: FleetMemory,
  joined: Joined,
  instances: readonly Instance[],
  /** Why no instance may be called stray or lost on this reading. */
  noVerdict: string | undefined,
  now: number,
): Fleet {
  const records = new Map(Object.values(memory.drains).map((record) => [record.vmId, record]));
  const byRunner = new Map(Object.values(memory.drains).map((record) => [record.runnerId, record]));
  const strangerSince = lastStranger(fleet, joined);
  const members = instances.map((instance): Member => {
    const known = fleet.instances[instance.vmId] as InstanceMemory;
    const runner = joined.speakers.get(instance.vmId);
    const runnerMemory = runner === undefined ? undefined : fleet.runners[runner.runnerId];
    const record = records.get(instance.vmId) ?? (runner === undefined ? undefined : byRunner.get(runner.runnerId));
    const held = noVerdict !== undefined || joined.ambiguous.has(instance.vmId) || strangerSince >= bornAt(known);
    const state = stateOf({ settings, fleet, instance, known, runner, runnerMemory, record, verdictsHeld: held, now });
    return { instance, memory: known, runner, runnerMemory, record, state, tasks: tasksOf(runner) };
  });
  const { ambiguous } = joined;
  return {
    members,
    ambiguous,
    contested: new Set(joined.rivals.keys()),
    stale: joined.stale,
    ghosts: joined.ghosts,
    foreign: joined.foreign,
    ordered: orderedOf(memory, fleet, instances, settings.durations.minute, now),
    noVerdict,
  };
}

/**
 * When a connected runner that matches no instance last showed itself for the first time: an instance made before that may be its machine,
 * under a name of its choice, and gets no verdict.
 */
export const lastStranger = (fleet: FleetMemory, { foreign }: Pick<Joined, 'foreign'>): number =>
  foreign.reduce(
    (last, runner) => (runner.connected === false ? last : Math.max(last, fleet.runners[runner.runnerId]?.firstSeen ?? -Infinity)),
    -Infinity,
  );

interface Judged {
  readonly settings: PoolSettings;
  readonly fleet: FleetMemory;
  readonly instance: Instance;
  readonly known: InstanceMemory;
  readonly runner: Runner | undefined;
  readonly runnerMemory: RunnerMemory | undefined;
  readonly record: DrainRecord | undefined;
  readonly verdictsHeld: boolean;
  readonly now: number;
}

function stateOf(judged: Judged): MemberState {
  const { settings, instance, known, runner, runnerMemory, record } = judged;
  const { disconnectGrace } = settings.durations;
  if (isDeleting(instance)) return 'deleting';
  if (record !== undefined || runner?.status === 'DRAINING') return 'draining';
  if (runner === undefined) return bareState(judged);
  if (confirmed(known.bad, READINGS, disconnectGrace)) return 'unhealthy';
  if (runner.status !== 'ACTIVE') return 'bare';
  return isConnected(runner, runnerMemory, disconnectGrace) ? 'active' : 'unhealthy';
}

/** An instance that shows no runner. */
function bareState({ settings, fleet, instance, known, verdictsHeld, now }: Judged): MemberState {
  const hasShown = known.shown.length > 0;
  if (!hasShown && now - bornAt(known) <= settings.durations.boot) return 'booting';
  if (verdictsHeld || instance.computerName === undefined) return 'unjudged';
  if (known.deregistered !== undefined) return 'stray';
  // What was listed in our first reading, or created before it, may have shown a runner that we no longer know of.
  const predates = known.firstSeen <= fleet.bornAt || (instance.createdAt ?? known.firstSeen) < fleet.bornAt;
  if (hasShown || predates) return 'lost';
  return 'stray';
}
