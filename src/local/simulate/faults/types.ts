import type { WorldClock } from '../../world/clock';
import type { WorldFaults } from '../../world/faults';
import type { Random } from '../../world/random';
import type { PoolState } from '../../world/state';
import type { World } from '../../world/world';
import type { Limits } from './limits';

export type FaultArea = 'stackguardian' | 'azure' | 'clock' | 'operators';

/** One way in which the world is hostile: named, switchable, counted. */
export interface FaultKind {
  /** kebab-case; the name under which it is counted. */
  readonly name: string;
  readonly area: FaultArea;
  /** What it does, one sentence. */
  readonly sentence: string;
  install(context: FaultContext): void;
}

/** What an operator can do with the app; the harness offers it. */
export interface AppHands {
  /** One call of the app's HTTP API, its path below /api/. Resolves with the answer; never rejects. */
  request(method: string, path: string, body?: unknown): Promise<{ readonly status: number; readonly body: unknown }>;
  /** The app starts again with these settings changed; undefined takes one away. */
  changeSettings(changes: Readonly<Record<string, string | undefined>>): void;
  /** Settings as they stand. */
  settings(): Readonly<Record<string, string | undefined>>;
}

export interface FaultContext {
  readonly world: World;
  readonly clock: WorldClock;
  /** Of this kind alone, so that switching one kind off does not shift another. */
  readonly random: Random;
  readonly limits: Limits;
  /** Epoch ms: nothing is injected from then on, and what was begun is over. */
  readonly until: number;
  /** Multiplies how often things happen; 1 as designed. */
  readonly intensity: number;
  /** Undefined where no app is there to be operated. */
  readonly app: AppHands | undefined;
  /** Adds to what the host's clock shows (ms); undefined where the harness has no such clock. */
  readonly hostSkew: ((ms: number) => void) | undefined;
  /** The blob store without faults, for the Python original's stamps. */
  readonly stamp: ((pool: PoolState, kind: 'in' | 'out', at: number) => void) | undefined;
  /** Hooks that are asked until the faults cease. */
  hook(hooks: WorldFaults): void;
  /** One injection. `what` is for the story of a failed run. */
  count(what?: string): void;
}
