import type { OperationResult } from '../../ports/scaleSet';
import type { CompleteReading } from '../../poll/reading';
import { limitOf, provisioningState } from '../world/capacity';
import { createModel } from '../world/model';
import type { WorldClock } from '../world/clock';
import type { Mode, PoolState } from '../world/state';

/** How the fleet behaves: what the simulated world is told, in seconds. */
export interface FleetModel {
  readonly bootSeconds: number;
  readonly registerSeconds: number;
  readonly deleteSeconds: number;
  /** A task goes on stopping while its runner already counts zero; it takes no other until then. */
  readonly stopSeconds: number;
  /** An order holds the next one for so long; 0: as long as a VM boots. */
  readonly updatingSeconds: number;
  readonly tasksPerRunner: number;
  readonly mode: Mode;
}

export const FLEET_MODEL: FleetModel = {
  bootSeconds: 90,
  registerSeconds: 60,
  deleteSeconds: 30,
  stopSeconds: 10,
  updatingSeconds: 0,
  tasksPerRunner: 1,
  mode: 'Uniform',
};

/** One pool of the simulated world that `npm start` runs too, reached without any transport. */
export function createFleet(clock: WorldClock, fleet: FleetModel, seed: number, onChange: () => void): PoolState {
  const { mode, ...flags } = fleet;
  const [pool] = createModel({ clock, seed, mode, flags, onEvent: onChange }).pools;
  return pool as PoolState;
}

/** What a poll would read of it now. */
export function readFleet(pool: PoolState, operation: string | undefined): CompleteReading {
  const entries = [...pool.entries.values()];
  return {
    kind: 'complete',
    group: {
      queued: pool.waiting.length,
      pending: 0,
      running: entries.reduce((sum, entry) => sum + entry.running, 0),
      maxRunners: undefined,
      runners: entries.map((entry) => ({
        runnerId: entry.runnerId,
        status: entry.status,
        connected: entry.connected,
        runningTasks: entry.running,
        pendingTasks: entry.pending,
        computerName: entry.vm.computerName,
      })),
      anonymous: 0,
      registrationErrors: [],
    },
    state: {
      uniqueId: pool.uniqueId,
      mode: pool.mode,
      capacity: pool.capacity,
      etag: String(pool.etag),
      provisioningState: provisioningState(pool),
      limit: limitOf(pool),
      surprises: [],
    },
    instances: [...pool.vms.values()].map((vm) => ({
      id: vm.id,
      vmId: vm.vmId,
      computerName: vm.computerName,
      provisioningState: vm.provisioningState,
      power: vm.power,
      createdAt: vm.requestedAt,
    })),
    operation: operation === undefined ? undefined : resultOf(pool, operation),
    ghostChecks: {},
  };
}

export function resultOf(pool: PoolState, operation: string): OperationResult {
  const found = pool.operations.get(operation);
  if (found === undefined) return { kind: 'forgotten' };
  if (found.endedAt === undefined) return { kind: 'running' };
  return found.failure === undefined ? { kind: 'succeeded' } : { kind: 'failed', code: found.failure.code, text: found.failure.message };
}
