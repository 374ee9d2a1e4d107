import type { DrainKind, DrainPhase, DrainRecord } from '../../model/drain';
import type { Member, MemberState } from '../../poll/fleet';
import type { FleetMemory, InstanceMemory, RunnerMemory } from '../../poll/fleetMemory';
import type { Instance } from '../../ports/scaleSet';
import type { Runner } from '../../ports/runnerService';
import { clockOf, timeOf } from './ages';
import type { Observed, ObservedEntry, ObservedMember } from './observed';
import { defined } from './reduceMembers';

/** One member as its line tells it. */
export function memberOf(told: ObservedMember, now: number): Member {
  const runner = told.runner === undefined ? undefined : runnerOf(told, told.runner);
  return {
    instance: instanceOf(told, now),
    memory: instanceMemoryOf(told, now),
    runner,
    runnerMemory: runner === undefined ? undefined : runnerMemoryOf(told, now),
    record: recordOf(told, now),
    state: told.state as MemberState,
    tasks: told.tasks,
  };
}

const instanceOf = (told: ObservedMember, now: number): Instance => ({
  ...{ id: told.id, vmId: told.vm, computerName: told.name, power: told.power ?? 'running', createdAt: now - told.bornAge },
  provisioningState: told.provisioning ?? 'Succeeded',
  ...(told.protected === true ? { isProtected: true } : {}),
});

const runnerOf = (told: ObservedMember, runnerId: string): Runner => ({
  ...{ runnerId, status: told.status ?? 'ACTIVE', runningTasks: told.tasks, pendingTasks: told.tasks === undefined ? undefined : 0 },
  ...{ connected: told.connected === undefined ? true : (told.connected ?? undefined), computerName: told.name },
});

function instanceMemoryOf(told: ObservedMember, now: number): InstanceMemory {
  const shown = told.shown ?? (told.runner === undefined ? 0 : 1);
  return {
    ...{ id: told.id, firstSeen: now - (told.seenAge ?? told.bornAge), lastSeen: now, createdAt: now - told.bornAge },
    shown: Array.from({ length: shown }, (_, at) => (at === 0 ? (told.runner ?? 'untold') : `untold-${String(at)}`)),
    ...defined({
      name: told.name,
      lastIdle: timeOf(now, told.lastIdleAge),
      lastBusy: timeOf(now, told.lastBusyAge),
      bootFailed: told.bootFailed,
      turnedBad: told.turnedBad,
      bare: clockOf(now, told.bare),
      bad: clockOf(now, told.bad),
      deregistered: told.deregistered === true ? { drain: '', at: now } : undefined,
    }),
  };
}

const runnerMemoryOf = (told: ObservedMember, now: number): RunnerMemory => ({
  ...{ firstSeen: now - told.bornAge, lastSeen: now, vmId: told.vm },
  ...defined({
    idle: clockOf(now, told.idle),
    disconnected: clockOf(now, told.disconnected),
    draining: clockOf(now, told.draining),
  }),
});

export const bareRecord = (now: number): DrainRecord => ({
  ...{ id: '', scaleInId: '', kind: 'runner', runnerId: undefined, vmId: '', instanceId: '', computerName: '', rule: '' },
  ...{ adopted: false, startedAt: now, phase: 'waiting', phaseAt: now, seenAt: now, attempts: 0 },
});

function recordOf({ record, vm, id, runner, name }: ObservedMember, now: number): DrainRecord | undefined {
  if (record === undefined) return undefined;
  return {
    ...bareRecord(now),
    ...{
      id: record.id,
      kind: record.kind as DrainKind,
      phase: record.phase as DrainPhase,
      runnerId: record.runner === undefined ? runner : (record.runner ?? undefined),
    },
    ...{ vmId: record.vm ?? vm, instanceId: id, computerName: name ?? '', adopted: record.adopted === true },
    ...(record.over === true ? { isOver: true } : {}),
  };
}

/** The members that the line only counts: none of them can be chosen by a rule, each counts in its state. */
export function fillers(rest: Observed['rest'], now: number): readonly Member[] {
  return rest.flatMap(({ state, idle, count }) =>
    Array.from({ length: count }, (_, at): Member => {
      const vmId = `untold-${state}-${idle === true ? 'idle' : 'busy'}-${String(at)}`;
      const instance = {
        ...{ id: vmId, vmId, computerName: undefined, power: undefined, createdAt: undefined, isProtected: true },
        provisioningState: state === 'deleting' ? 'Deleting' : 'Succeeded',
      };
      const memory: InstanceMemory = { id: vmId, firstSeen: 0, lastSeen: now, shown: ['untold'], bootFailed: true, turnedBad: true };
      const base = { instance, memory, runner: undefined, runnerMemory: undefined, record: undefined };
      return { ...base, state: state as MemberState, tasks: idle === true ? 0 : state === 'active' ? 1 : undefined };
    }),
  );
}

/** What the fleet's memory knows of ghosts, stale registrations and the machines they were on. */
export function putEntries(fleet: FleetMemory, { ghosts, stale }: Observed, now: number): void {
  for (const entry of [...ghosts, ...stale]) {
    fleet.runners[entry.runner] = entryMemory(entry, now);
    if (entry.vm === undefined) continue;
    fleet.instances[entry.vm] = {
      ...{ id: entry.id ?? '', firstSeen: 0, lastSeen: now, shown: [entry.runner] },
      ...defined({ checkedAbsent: entry.checkedAbsent, absent: clockOf(now, entry.absent) }),
    };
  }
}

const entryMemory = (entry: ObservedEntry, now: number): RunnerMemory => ({
  ...{ firstSeen: 0, lastSeen: now },
  ...defined({
    vmId: entry.vm,
    zero: clockOf(now, entry.zero),
    stale: clockOf(now, entry.stale),
    deregisterAskedAt: timeOf(now, entry.askedAge),
  }),
});
