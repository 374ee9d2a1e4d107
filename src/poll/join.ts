import type { Runner } from '../ports/runnerService';
import type { Instance } from '../ports/scaleSet';
import type { FleetMemory, RunnerMemory } from './fleetMemory';
import { MachineIndex, sameMachine } from './identity';
import type { Observed } from './reading';
import { isAlive, isDeleting, isZero } from './sighting';

/** Which entry speaks for which machine, and the entries that speak for none. */
export interface Joined {
  /** By vmId. */
  readonly speakers: ReadonlyMap<string, Runner>;
  /** By vmId: entries with its computer name that are connected or have tasks, beside the speaker. */
  readonly rivals: ReadonlyMap<string, readonly Runner[]>;
  readonly stale: readonly { readonly runner: Runner; readonly instance: Instance }[];
  readonly ghosts: readonly Runner[];
  readonly foreign: readonly Runner[];
  /** vmIds that share their computer name with another living instance: nothing is ever done to them. */
  readonly ambiguous: ReadonlySet<string>;
}

type Sides = Pick<Observed, 'runners' | 'instances' | 'settings' | 'now'>;

/** By then the agent of a machine that is gone is disconnected: that takes it a few minutes. */
const GONE_AGENT_MINUTES = 10;

/** An entry of this reading, what is remembered of it, and the instances that bear its name. */
interface Entry {
  readonly runner: Runner;
  readonly known: RunnerMemory;
  readonly found: readonly Instance[];
}

/**
 * Matches the entries of one reading with its instances. Writes into `fleet` which machine each entry belongs to, the name of one that belongs
 * to none, and `firstSeen` of what is new.
 */
export function join(fleet: FleetMemory, { runners, instances, settings, now }: Sides, firstSeen: number): Joined {
  const index = new MachineIndex<Instance>();
  const byVm = new Map<string, Instance>();
  for (const instance of instances) {
    index.add(instance.computerName, instance);
    byVm.set(instance.vmId, instance);
  }
  const ambiguous = new Set<string>();
  const named = new Map<string, Runner[]>();
  const entries = new Map<string, Runner[]>();
  const ghosts: Runner[] = [];
  const foreign: Runner[] = [];
  for (const instance of instances) {
    const twins = index.find(instance.computerName).filter((one) => !isDeleting(one));
    if (twins.length > 1) for (const twin of twins) ambiguous.add(twin.vmId);
  }
  const longAgo = now - GONE_AGENT_MINUTES * settings.durations.minute;
  for (const runner of runners) {
    const known = (fleet.runners[runner.runnerId] ??= { firstSeen, lastSeen: now });
    known.lastSeen = now;
    const found = index.find(runner.computerName);
    for (const instance of found) push(named, instance.vmId, runner);
    const owner = ownerOf(fleet, { runner, known, found }, byVm, longAgo);
    const vmId = owner?.vmId ?? known.vmId ?? lateOwner(fleet, known, runner, byVm);
    if (vmId !== undefined) known.vmId = vmId;
    if (owner !== undefined) {
      delete known.name;
      push(entries, owner.vmId, runner);
      continue;
    }
    if (runner.computerName !== undefined) known.name = runner.computerName;
    (vmId === undefined ? foreign : ghosts).push(runner);
  }
  const speakers = new Map<string, Runner>();
  const rivals = new Map<string, readonly Runner[]>();
  const stale: { runner: Runner; instance: Instance }[] = [];
  for (const instance of instances) {
    const [speaker, ...others] = (entries.get(instance.vmId) ?? []).toSorted(bySpeech(fleet));
    if (speaker !== undefined) speakers.set(instance.vmId, speaker);
    for (const runner of others) stale.push({ runner, instance });
    const alive = (named.get(instance.vmId) ?? []).filter((one) => one !== speaker && isAlive(one));
    if (alive.length > 0) rivals.set(instance.vmId, alive);
  }
  return { speakers, rivals, stale, ghosts, foreign, ambiguous };
}

/**
 * The instance that an entry belongs to. An entry that we saw before we saw the machine belongs to an earlier machine of that name (names
 * are used again), unless Azure's time of creation says otherwise; or where no machine was ever found for it and it is connected still, long
 * after an earlier machine's agent would be (seed 78411: the list lacked the VM at first, and Azure's clock ran ahead by minutes). An entry
 * whose name is not told, or changed, stays with the machine it was matched to.
 */
function ownerOf(
  fleet: FleetMemory,
  { runner, known, found }: Entry,
  byVm: ReadonlyMap<string, Instance>,
  longAgo: number,
): Instance | undefined {
  const before = known.vmId === undefined ? undefined : byVm.get(known.vmId);
  if (before !== undefined && (found.length === 0 || found.includes(before))) return before;
  const candidates = found.filter((instance) => {
    const machine = fleet.instances[instance.vmId];
    if (machine === undefined || known.firstSeen >= machine.firstSeen) return true;
    if (known.vmId !== undefined) return false;
    return (
      (machine.createdAt !== undefined && machine.createdAt <= known.firstSeen) ||
      (runner.connected === true && machine.firstSeen <= longAgo)
    );
  });
  return candidates.find((instance) => !isDeleting(instance)) ?? candidates[0];
}

/**
 * A machine that was gone before its runner was first read: the one instance of that name that we saw, and saw before the runner. Only for
 * a disconnected entry, for another scale set may use the same names.
 */
function lateOwner(fleet: FleetMemory, known: RunnerMemory, runner: Runner, byVm: ReadonlyMap<string, Instance>): string | undefined {
  if (runner.connected !== false) return undefined;
  const found = Object.entries(fleet.instances).filter(
    ([vmId, machine]) => !byVm.has(vmId) && machine.firstSeen <= known.firstSeen && sameMachine(runner.computerName, machine.name),
  );
  return found.length === 1 ? found[0]?.[0] : undefined;
}

/** The connected entry speaks for its machine; of several the one with tasks, then the one seen last. */
function bySpeech(fleet: FleetMemory): (a: Runner, b: Runner) => number {
  const seen = (runner: Runner): number => fleet.runners[runner.runnerId]?.firstSeen ?? 0;
  const connection = (runner: Runner): number => (runner.connected === true ? 2 : runner.connected === undefined ? 1 : 0);
  return (a, b) =>
    connection(b) - connection(a) || Number(isZero(a)) - Number(isZero(b)) || seen(b) - seen(a) || (a.runnerId < b.runnerId ? -1 : 1);
}

function push<T>(map: Map<string, T[]>, key: string, item: T): void {
  const list = map.get(key);
  if (list) list.push(item);
  else map.set(key, [item]);
}
