import type { Member } from '../../poll/fleet';
import type { Scene } from '../scene';

/** Rule 2, as far as a setting chooses it: when waiting jobs call for growth, and for how much. Pure; MAX, back-off and incident stand above. */
export interface ScaleOutStrategy {
  /** The rule by which the waiting jobs call for growth, or undefined where they don't. */
  readonly rule: (scene: Scene) => 'scale-out/threshold' | 'scale-out/demand' | undefined;
  /** Instances to order once any rule calls for growth; at most what it wants, MIN_RUNNERS and MIN_IDLE_RUNNERS come beside it. */
  readonly amount: (scene: Scene) => number;
}

/** Rule 3, as far as a setting chooses it: who may go, and when. Pure; MIN, MAX, protection and every check of a drain stand above. */
export interface ScaleInStrategy {
  readonly rule: 'scale-in/threshold' | 'scale-in/idle' | 'scale-in/surplus';
  /** Waits for SCALE_IN_COOLDOWN_DURATION; else each runner's own idle time takes its place. */
  readonly waitsForCooldown: boolean;
  /** Those that may go now, first those that go first; undefined where the rule does not hold. */
  readonly choose: (scene: Scene) => Choice | undefined;
}

export interface Choice {
  readonly victims: readonly Member[];
  /** Why they may go, or why nobody may yet, as a clause. */
  readonly because: string;
}
