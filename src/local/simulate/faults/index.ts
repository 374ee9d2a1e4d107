import type { WorldClock } from '../../world/clock';
import type { WorldFaults } from '../../world/faults';
import { createRandom } from '../../world/random';
import type { PoolState } from '../../world/state';
import type { World } from '../../world/world';
import { CLOCK_FAULTS } from './clocks';
import { DELETE_FAULTS } from './deletes';
import { GROUP_ANSWER_FAULTS } from './groupAnswers';
import { GROWTH_FAULTS } from './growth';
import { type Limits, shareLimits } from './limits';
import type { Hub } from './hub';
import { MACHINE_FAULTS } from './machines';
import { OPERATOR_FAULTS } from './operators';
import { ORIGINAL_FAULTS } from './original';
import { PLATFORM_WRITE_FAULTS } from './platformWrites';
import { RUNNER_FAULTS } from './runners';
import { SCALE_SET_ANSWER_FAULTS } from './scaleSetAnswers';
import { SETTING_FAULTS } from './settings';
import { STORAGE_FAULTS } from './storage';
import { TRANSPORT_FAULTS } from './transport';
import type { AppHands, FaultContext, FaultKind } from './types';
import { WORLD_FLAG_FAULTS } from './worldFlags';
import { WRITER_FAULTS } from './writers';

export type { AppHands, FaultContext, FaultKind } from './types';
export { createHub, type Hub } from './hub';
export { storeFaultsOf } from './storeFaults';
export { traitFlags } from './worldFlags';
export { BY_ORIGINAL } from './original';

/** Every way in which the simulated StackGuardian, Azure, clocks and operators are hostile. */
export const FAULTS: readonly FaultKind[] = [
  ...TRANSPORT_FAULTS,
  ...GROUP_ANSWER_FAULTS,
  ...RUNNER_FAULTS,
  ...PLATFORM_WRITE_FAULTS,
  ...SCALE_SET_ANSWER_FAULTS,
  ...WRITER_FAULTS,
  ...GROWTH_FAULTS,
  ...MACHINE_FAULTS,
  ...DELETE_FAULTS,
  ...STORAGE_FAULTS,
  ...CLOCK_FAULTS,
  ...OPERATOR_FAULTS,
  ...SETTING_FAULTS,
  ...ORIGINAL_FAULTS,
  ...WORLD_FLAG_FAULTS,
];

export interface FaultPlan {
  readonly seed: number | string;
  readonly clock: WorldClock;
  readonly world: World;
  /** The hub whose `faults` the world was made with. */
  readonly hub: Hub;
  /** Epoch ms at which all faults cease. */
  readonly until: number;
  /** The least DRAIN_CONFIRM_SECONDS of all pools. */
  readonly confirmSeconds: number;
  readonly intensity?: number;
  readonly app?: AppHands;
  readonly hostSkew?: (ms: number) => void;
  readonly stamp?: (pool: PoolState, kind: 'in' | 'out', at: number) => void;
  /** Each injection, for counting and for the story of a failed run. */
  readonly onInjection: (kind: string, what: string | undefined) => void;
}

/** Makes the world hostile in these ways. Throws a RangeError that names a kind that there is not. */
export function installFaults(kinds: readonly string[], plan: FaultPlan): Limits {
  const random = createRandom(plan.seed).fork('faults');
  const limits = shareLimits(plan.confirmSeconds, random.fork('limits'));
  for (const name of kinds) {
    const kind = FAULTS.find((each) => each.name === name);
    if (kind === undefined) throw new RangeError(`There is no fault "${name}"; there are: ${FAULTS.map((each) => each.name).join(', ')}.`);
    const { hub, until, clock } = plan;
    const context: FaultContext = {
      world: plan.world,
      clock,
      random: random.fork(name),
      limits,
      until,
      intensity: plan.intensity ?? 1,
      app: plan.app,
      hostSkew: plan.hostSkew,
      stamp: plan.stamp,
      hook: (hooks: WorldFaults) => hub.add(hooks),
      count: (what) => plan.onInjection(name, what),
    };
    kind.install(context);
  }
  return limits;
}
