import type { PoolMemory } from '../model/pool';
import type { DrainRecord, DrainTiming, Target } from '../model/drain';

export interface ScaleInInput {
  readonly target: Target;
  readonly timing: DrainTiming;
  readonly drains: readonly DrainRecord[];
}

export type InstanceState = 'absent' | 'alive' | 'over';

/** What activities ask of the durable engine; the one implementation is in `functions/`. */
export interface Engine {
  /** The pool's entity as last stored: may lag a moment behind its last operation. Undefined: there is none yet. */
  readMemory(pool: string): Promise<PoolMemory | undefined>;
  /**
   * Starts a scaleIn only where none of that id was ever seen: an engine takes a second start of a finished instance, which would run an
   * old decision again.
   */
  startScaleIn(id: string, input: ScaleInInput): Promise<void>;
  /** alive: pending, running or suspended. */
  instanceState(id: string): Promise<InstanceState>;
  /** Never throws for a finished or unknown instance: answers what it found. */
  nudge(id: string, news: unknown): Promise<'sent' | 'over' | 'absent'>;
}
