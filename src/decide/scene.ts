import type { PoolMemory } from '../model/pool';
import type { OperationResult, ScaleSetState } from '../ports/scaleSet';
import type { RunnerGroup } from '../ports/runnerService';
import type { PoolSettings } from '../settings/settings';
import type { Drop } from '../poll/drops';
import type { Fleet } from '../poll/fleet';
import type { FleetMemory } from '../poll/fleetMemory';
import type { Targets } from './targets';

/** All that a decision rests on: one complete reading, joined and classified, with memory and settings. */
export interface Scene {
  readonly settings: PoolSettings;
  /** What is asked for at this moment: MIN_RUNNERS and its like as schedules and forecast make them. */
  readonly targets: Targets;
  readonly memory: PoolMemory;
  readonly fleetMemory: FleetMemory;
  readonly fleet: Fleet;
  readonly group: RunnerGroup;
  readonly state: ScaleSetState;
  /** What Azure says of the last growth's operation, while it is not over. */
  readonly operation: OperationResult | undefined;
  readonly tickId: string;
  readonly now: number;
  /** Jobs waiting. */
  readonly waiting: number;
  /** Of them, less those that nobody takes. */
  readonly demand: number;
  readonly deducted: number;
  readonly tasksPerRunner: number;
  /** Runners that count: active ones plus booting. */
  readonly counted: number;
  readonly active: number;
  readonly idle: number;
  /** Busy ones that the pool's own runs foretell to be free within a minute; 0 where runs are of any length. */
  readonly freeing: number;
  /** Listed without a runner within the boot allowance, plus ordered and not yet listed. */
  readonly booting: number;
  /** Within the boot allowance, but longer than the pool's boots take: none of the booting ones above, and no capacity to wait for. */
  readonly late: number;
  /** Instances listed and not Deleting. */
  readonly live: number;
  /** Of those, without a recorded drain. */
  readonly undrained: number;
  /** Deletes of the last hour whose lowering of sku.capacity was not seen. */
  readonly unlowered: number;
  readonly drop: Drop | undefined;
  readonly isStarving: boolean;
  readonly untakenTry: boolean;
}
