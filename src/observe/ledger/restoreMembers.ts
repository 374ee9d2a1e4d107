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

const LATEST_TASKS = 1_000;

/**
 * The members that the line only counts. Those that rule 3 might take come after all that are told: just born, just idle, the busiest. No rule
 * can choose the others.
 */
export function fillers(rest: Observed['rest'], now: number): readonly Member[] {
  return rest.flatMap(({ state, idle, free, back, count }) =>
    Array.from({ length: count }, (_, at): Member => {
      const name = `untold-${state}-${idle === true ? 'idle' : 'other'}-${free === true ? 'free' : back === true ? 'back' : 'fixed'}-${String(at)}`;
      const runner = free === true || back === true ? { ...noRunner(name), status: 'ACTIVE', connected: true } : undefined;
      const runnerMemory: RunnerMemory = { firstSeen: now, lastSeen: now, idle: { since: now, last: now, readings: 1 } };
      const instance = {
        ...{ id: name, vmId: name, computerName: undefined, power: undefined, createdAt: undefined, isProtected: free !== true },
        provisioningState: state === 'deleting' ? 'Deleting' : 'Succeeded',
      };
      const memory: InstanceMemory = { id: name, firstSeen: now, lastSeen: now, shown: ['untold'], bootFailed: true, turnedBad: true };
      const tasks = idle === true ? 0 : state === 'active' || back === true ? LATEST_TASKS : undefined;
      const record = back === true ? { ...bareRecord(now), id: name, runnerId: name, vmId: name } : undefined;
      return { instance, memory, runner, runnerMemory, record, state: state as MemberState, tasks };
    }),
  );
}

const noRunner = (runnerId: string): Runner => ({
  ...{ runnerId, status: undefined, connected: undefined, runningTasks: undefined, pendingTasks: undefined, computerName: undefined },
});

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
