import type { PoolMemory } from '../../model/pool';
import { bornAt, type FleetMemory, type InstanceMemory, type RunnerMemory } from '../../poll/fleetMemory';

export type RunnerState = 'idle' | 'busy' | 'booting' | 'draining' | 'disconnected' | 'without-runner' | 'deleting';

/** One instance of the last complete reading with the runner that speaks for it; times are epoch ms. */
export interface RunnerNow {
  readonly runner: string | null;
  readonly vm: string;
  readonly instance: string;
  readonly computerName: string | null;
  readonly state: RunnerState;
  readonly tasks: number | null;
  readonly since: number;
  readonly bornAt: number;
  readonly protected: boolean;
  readonly drain: string | null;
}

export interface RunnersNow {
  /** Of the last complete reading; undefined before the first. */
  readonly at: number | undefined;
  /** By computer name. */
  readonly runners: readonly RunnerNow[];
}

/** What the fleet's memory knows of the instances that the last complete reading listed. `boot`: the boot allowance in ms. */
export function runnersNow(fleet: FleetMemory | undefined, memory: PoolMemory | undefined, boot: number): RunnersNow {
  const seen = Object.values(fleet?.instances ?? {}).map(({ lastSeen }) => lastSeen);
  if (fleet === undefined || seen.length === 0) return { at: fleet?.lastTick?.plan.at, runners: [] };
  const at = seen.reduce((latest, each) => Math.max(latest, each), 0);
  const listed = Object.entries(fleet.instances).filter(([, { lastSeen }]) => lastSeen === at);
  const runners = listed.map(([vm, known]) => rowOf(vm, known, fleet, memory, boot, at));
  return { at, runners: runners.toSorted((a, b) => compare(a.computerName ?? '', b.computerName ?? '') || compare(a.vm, b.vm)) };
}

function rowOf(vm: string, known: InstanceMemory, fleet: FleetMemory, memory: PoolMemory | undefined, boot: number, at: number): RunnerNow {
  const id = known.shown.findLast((each) => fleet.runners[each]?.lastSeen === at);
  const runner = id === undefined ? undefined : fleet.runners[id];
  const flags = memory?.flags;
  const isProtected =
    flags?.protectedInstances.includes(vm) === true || (id !== undefined && flags?.protectedRunners.includes(id) === true);
  return {
    runner: id ?? null,
    vm,
    instance: known.id,
    computerName: known.name ?? null,
    ...stateOf(known, runner, memory, boot, at),
    tasks: runner?.tasks ?? null,
    bornAt: bornAt(known),
    protected: isProtected,
    drain: known.drain ?? null,
  };
}

function stateOf(
  known: InstanceMemory,
  runner: RunnerMemory | undefined,
  memory: PoolMemory | undefined,
  boot: number,
  at: number,
): { readonly state: RunnerState; readonly since: number } {
  if (known.deleting !== undefined) return { state: 'deleting', since: known.deleting };
  if (known.drain !== undefined) return { state: 'draining', since: memory?.drains[known.drain]?.startedAt ?? at };
  if (runner === undefined) {
    const isBooting = known.shown.length === 0 && at - bornAt(known) <= boot;
    return isBooting
      ? { state: 'booting', since: bornAt(known) }
      : { state: 'without-runner', since: Math.max(known.lastIdle ?? 0, known.lastBusy ?? 0, known.firstSeen) };
  }
  if (runner.draining !== undefined) return { state: 'draining', since: runner.draining.since };
  if (runner.disconnected !== undefined) return { state: 'disconnected', since: runner.disconnected.since };
  if (runner.zero !== undefined) return { state: 'idle', since: runner.zero.since };
  return { state: 'busy', since: known.lastIdle ?? runner.firstSeen };
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
