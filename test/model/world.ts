import type { StepPorts } from '../../src/drain/steps';
import type { PoolMemory } from '../../src/model/pool';
import type { ScaleSet } from '../../src/ports/scaleSet';
import type { RunnerService, WriteOutcome } from '../../src/ports/runnerService';
import type { StateStore } from '../../src/ports/stateStore';

/** One machine and its runner, as plain data: a state of the model is copied and compared as JSON. */
export interface Machine {
  readonly id: string;
  readonly vmId: string;
  readonly runnerId: string;
  readonly name: string;
  listed: boolean;
  status: 'ACTIVE' | 'DRAINING';
  tasks: number;
  /** Deleted. */
  gone: boolean;
}

export interface ModelWorld {
  machines: Machine[];
  blobs: Record<string, string>;
  /** Drains that set a runner ACTIVE again: what each sends afterwards is judged. */
  givenBack: string[];
  deleted: string[];
  wrong: string[];
}

export interface Variant {
  /** The write is done and its answer lost. */
  readonly loseAnswer: boolean;
  /** The entity read misses the last operation. */
  readonly lag: boolean;
}

export const machine = (id: string, vmId: string, runnerId: string, name: string): Machine => ({
  ...{ id, vmId, runnerId, name, listed: true, status: 'ACTIVE', tasks: 0, gone: false },
});

const LOST: WriteOutcome = { kind: 'unknown', code: 'sg-unavailable', text: 'the answer was lost' };

/** The ports of one activity run on behalf of a drain; every write is judged as it is made. */
export function portsOf(world: ModelWorld, memory: PoolMemory | undefined, now: number, drain: string, variant: Variant): StepPorts {
  return {
    runners: runnersOf(world, drain, variant),
    scaleSet: scaleSetOf(world),
    store: storeOf(world),
    clock: { now: () => now },
    readMemory: () => Promise.resolve(structuredClone(memory)),
    isOwner: () => Promise.resolve(true),
  };
}

function runnersOf(world: ModelWorld, drain: string, variant: Variant): RunnerService {
  const find = (runnerId: string): Machine | undefined => world.machines.find((each) => each.runnerId === runnerId && each.listed);
  const answer = (outcome: WriteOutcome): Promise<WriteOutcome> => Promise.resolve(variant.loseAnswer ? LOST : outcome);
  return {
    readGroup: () =>
      Promise.resolve({
        ...{ queued: 0, pending: 0, running: undefined, maxRunners: undefined, anonymous: 0, registrationErrors: [] },
        runners: world.machines
          .filter((each) => each.listed)

          .map(({ runnerId, name, status, tasks, gone }) => ({
            ...{ runnerId, status, connected: !gone, runningTasks: tasks, pendingTasks: 0, computerName: name },
          })),
      }),
    setStatus: (runnerId, status) => {
      const found = find(runnerId);
      if (found === undefined) return answer({ kind: 'gone' });
      if (status === 'ACTIVE') world.givenBack.push(drain);
      else if (world.givenBack.includes(drain) && !variant.lag) world.wrong.push(`${drain} marks ${runnerId} after its give-back`);
      found.status = status;
      return answer({ kind: 'done' });
    },
    deregister: (runnerId) => {
      if (world.givenBack.includes(drain)) world.wrong.push(`${drain} deregisters ${runnerId} after its give-back`);
      const found = find(runnerId);
      if (found === undefined) return answer({ kind: 'gone' });
      if (found.tasks > 0) world.wrong.push(`${drain} deregisters ${runnerId} with a task`);
      if (found.status !== 'DRAINING') world.wrong.push(`${drain} deregisters ${runnerId} that is ${found.status}`);
      found.listed = false;
      return answer({ kind: 'done' });
    },
  };
}

function scaleSetOf(world: ModelWorld): ScaleSet {
  const present = (id: string): Machine | undefined => world.machines.find((each) => each.id === id && !each.gone);
  const view = ({ id, vmId, name }: Machine) => ({
    ...{ id, vmId, computerName: name, provisioningState: 'Succeeded', power: 'running', createdAt: 0 },
  });
  const never = (): never => {
    throw new Error('not a part of the model');
  };
  return {
    readState: () =>
      Promise.resolve({
        ...{ uniqueId: 'set', mode: 'Uniform' as const, capacity: 1, etag: '1', provisioningState: 'Succeeded', limit: 100, surprises: [] },
      }),
    listInstances: () => Promise.resolve(world.machines.filter((each) => !each.gone).map(view)),
    readInstance: (_mode, id) => {
      const found = present(id);
      return Promise.resolve(found === undefined ? undefined : view(found));
    },
    deleteInstances: (ids) => {
      for (const found of ids.map(present)) {
        if (found === undefined) continue;
        if (found.vmId !== TARGET.vmId) world.wrong.push(`the delete of ${TARGET.vmId} hits ${found.vmId}`);
        if (found.tasks > 0) world.wrong.push(`${found.vmId} is deleted with a task`);
        if (found.listed) world.wrong.push(`${found.vmId} is deleted with its runner listed`);
        found.gone = true;
        world.deleted.push(found.vmId);
      }
      return Promise.resolve({ kind: 'accepted', operation: undefined });
    },
    readOperation: () => Promise.resolve({ kind: 'succeeded' }),
    setCapacity: never,
    protectFromScaleIn: never,
  };
}

function storeOf(world: ModelWorld): StateStore {
  return {
    read: (name) => {
      const text = world.blobs[name];
      return Promise.resolve(text === undefined ? undefined : { text, etag: '1' });
    },
    write: (name, text) => {
      world.blobs[name] = text;
      return Promise.resolve({ kind: 'written', etag: '1' });
    },
    tail: () => Promise.resolve(undefined),
    append: () => Promise.resolve(),
    list: () => Promise.resolve([]),
    delete: () => Promise.resolve(),
  };
}

/** The one that the first drain is about. */
export const TARGET = { id: '7', vmId: 'vm-seven', runnerId: 'runner-seven', name: 'host-seven' } as const;
