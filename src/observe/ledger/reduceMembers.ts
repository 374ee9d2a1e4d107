import { mayDrain } from '../../decide/candidates';
import { canGiveBack } from '../../decide/scaleOut';
import type { Scene } from '../../decide/scene';
import { isIdle, type Member } from '../../poll/fleet';
import { bornAt, type InstanceMemory } from '../../poll/fleetMemory';
import { ageOf, agesOf } from './ages';
import type { Before } from './before';
import { MOST_ENTRIES, type Observed, type ObservedEntry, type ObservedMember } from './observed';

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** JSON leaves undefined out; so do the lines before they are written, so that both read alike. */
export function defined<T extends object>(fields: T): Defined<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<T>;
}

const flag = (condition: boolean): true | undefined => (condition ? true : undefined);

export function memberLine({ now, fleet, memory: { flags } }: Scene, before: Before, member: Member): ObservedMember {
  const { instance, memory, runner, runnerMemory, state } = member;
  const { vmId } = instance;
  const then = before.members.get(vmId) ?? memory;
  const born = bornAt(memory);
  return {
    vm: vmId,
    id: instance.id,
    state,
    bornAge: now - born,
    ...defined({
      name: instance.computerName,
      tasks: member.tasks,
      seenAge: memory.firstSeen === born ? undefined : now - memory.firstSeen,
      provisioning: instance.provisioningState === 'Succeeded' ? undefined : instance.provisioningState,
      power: instance.power === 'running' ? undefined : instance.power,
      protected: flag(instance.isProtected === true),
      kept: flag(flags.protectedInstances.includes(vmId) || (runner !== undefined && flags.protectedRunners.includes(runner.runnerId))),
      ambiguous: flag(fleet.ambiguous.has(vmId)),
      contested: flag(fleet.contested.has(vmId)),
      runner: runner?.runnerId,
      status: runner?.status === 'ACTIVE' ? undefined : runner?.status,
      shown: memory.shown.length === (runner === undefined ? 0 : 1) ? undefined : memory.shown.length,
      bootFailed: then.bootFailed,
      turnedBad: then.turnedBad,
      deregistered: flag(memory.deregistered !== undefined),
      bare: agesOf(now, then.bare),
      bad: agesOf(now, memory.bad),
      idle: agesOf(now, runnerMemory?.idle),
      disconnected: agesOf(now, runnerMemory?.disconnected),
      draining: agesOf(now, runnerMemory?.draining),
      record: recordLine(member),
      ...lastSeenIdle(memory, now, runner === undefined),
    }),
    ...(runner === undefined || runner.connected === true ? {} : { connected: runner.connected === false ? false : null }),
  };
}

/** When a machine without a runner last had none or some to do; of the others the reading itself tells. */
function lastSeenIdle(memory: InstanceMemory, now: number, isBare: boolean): Pick<ObservedMember, 'lastIdleAge' | 'lastBusyAge'> {
  if (!isBare) return {};
  return defined({ lastIdleAge: ageOf(now, memory.lastIdle), lastBusyAge: ageOf(now, memory.lastBusy) });
}

function recordLine({ record, instance, runner }: Member): ObservedMember['record'] {
  if (record === undefined) return undefined;
  return {
    ...{ id: record.id, kind: record.kind, phase: record.phase },
    ...defined({
      runner: record.runnerId === runner?.runnerId ? undefined : (record.runnerId ?? null),
      vm: record.vmId === instance.vmId ? undefined : record.vmId,
      adopted: flag(record.adopted),
      over: record.isOver,
    }),
  };
}

/** The members that are not told one by one. */
export function restOf(scene: Scene, members: readonly Member[]): Observed['rest'] {
  const groups = new Map<string, Observed['rest'][number]>();
  for (const member of members) {
    const back = flag(canGiveBack(scene, member));
    const idle = flag(isIdle(member) || (back === true && member.tasks === 0));
    const free = flag(member.state === 'active' && isFree(scene, member));
    const key = `${member.state} ${String(idle)} ${String(free)} ${String(back)}`;
    const count = (groups.get(key)?.count ?? 0) + 1;
    groups.set(key, { state: member.state, ...defined({ idle, free, back }), count });
  }
  return [...groups.values()];
}

const isFree = (scene: Scene, member: Member): boolean =>
  member.tasks !== undefined && mayDrain(scene, member) && !scene.fleet.contested.has(member.instance.vmId);

/** Those whose clocks have run longest first: they are the ones that a repair takes. */
export function entryLines({ fleet, fleetMemory, now }: Scene, before: Before): Pick<Observed, 'ghosts' | 'stale'> {
  const lineOf = (runnerId: string, vmId: string | undefined): ObservedEntry => {
    const known = fleetMemory.runners[runnerId];
    const instance = vmId === undefined ? undefined : fleetMemory.instances[vmId];
    return {
      runner: runnerId,
      ...defined({
        vm: vmId,
        id: instance?.id,
        checkedAbsent: instance?.checkedAbsent,
        absent: agesOf(now, instance?.absent),
        zero: agesOf(now, known?.zero),
        stale: agesOf(now, known?.stale),
        askedAge: ageOf(now, before.asked.get(runnerId)),
      }),
    };
  };
  const first = (entries: readonly ObservedEntry[]): ObservedEntry[] => {
    const kept = new Set(entries.toSorted((a, b) => (b.zero?.[0] ?? -1) - (a.zero?.[0] ?? -1)).slice(0, MOST_ENTRIES));
    return entries.filter((entry) => kept.has(entry));
  };
  return {
    ghosts: first(fleet.ghosts.map(({ runnerId }) => lineOf(runnerId, fleetMemory.runners[runnerId]?.vmId))),
    stale: first(fleet.stale.map(({ runner, instance }) => lineOf(runner.runnerId, instance.vmId))),
  };
}
