/** What the page knows of the API's answers, after {@link ./decode}. Times are epoch ms of the app's own clock; null: not told. */

export interface Alert {
  readonly code: string;
  readonly since: number | null;
  readonly text: string;
  /** What to do. */
  readonly next: string;
}

export interface Drain {
  readonly id: string;
  readonly runner: string | null;
  readonly vm: string | null;
  readonly computerName: string;
  readonly phase: string;
  readonly ageSeconds: number;
  readonly note: string;
}

export interface Counts {
  readonly demand: number | null;
  readonly instances: number;
  readonly capacity: number;
  readonly idle: number;
  readonly busy: number;
  readonly booting: number;
  readonly draining: number;
  readonly unhealthy: number;
}

export interface Pause {
  readonly scaleOut: boolean;
  readonly scaleIn: boolean;
  readonly reason: string;
  readonly since: number | null;
  readonly until: number | null;
}

export interface PoolStatus {
  readonly pool: string;
  readonly version: string;
  readonly now: number | null;
  readonly mode: string;
  /** Set where the settings are invalid. */
  readonly problem: string;
  readonly lastTick: { readonly id: string; readonly at: number; readonly held: boolean } | null;
  readonly nextTick: number | null;
  readonly decision: { readonly rule: string; readonly reason: string } | null;
  readonly cooldownsLeftSeconds: { readonly scaleOut: number; readonly scaleIn: number } | null;
  readonly counts: Counts | null;
  readonly drains: readonly Drain[];
  readonly drainsNotShown: number;
  readonly alerts: readonly Alert[];
  readonly warnings: readonly string[];
  /** What schedules and forecast ask for now, one sentence each. */
  readonly asked: readonly string[];
  readonly paused: Pause | null;
  readonly stopped: { readonly since: number | null; readonly reason: string } | null;
  readonly protectedRunners: readonly string[];
  readonly vmHourlyCost: number | null;
}

/** One bucket of the history; a number is null where nothing was read in it. */
export interface Bucket {
  readonly at: number;
  readonly demand: number | null;
  readonly waiting: number | null;
  readonly idle: number | null;
  readonly busy: number | null;
  readonly booting: number | null;
  readonly draining: number | null;
  readonly instances: number | null;
  readonly capacity: number | null;
  readonly unservedSeconds: number | null;
  /** A tick in it did nothing for want of data to trust. */
  readonly held: boolean;
  readonly scaleOuts: number;
  readonly scaleIns: number;
}

export interface Act {
  readonly kind: string;
  readonly runner: string | null;
  readonly vm: string | null;
  readonly target: string;
  readonly reason: string;
  readonly add: number | null;
  readonly from: number | null;
  readonly to: number | null;
}

export interface Decision {
  readonly at: number;
  readonly tick: string;
  readonly rule: string;
  readonly reason: string;
  /** What was asked for; under DRY_RUN what would have been. */
  readonly acts: readonly Act[];
  /** What was answered. */
  readonly done: readonly { readonly act: Act; readonly answer: string; readonly code: string }[];
  readonly dryRun: boolean;
  /** Codes of the alerts that stood. */
  readonly alerts: readonly string[];
  /** Changes by others. */
  readonly noticed: readonly string[];
}

/** A drain, under way or over. */
export interface PastDrain {
  readonly id: string;
  readonly runner: string | null;
  readonly vm: string;
  readonly computerName: string;
  readonly startedAt: number;
  readonly endedAt: number | null;
  /** Empty while it is under way. */
  readonly outcome: string;
  readonly rule: string;
}

/** An instance with its runner, or one without. */
export interface Runner {
  readonly runner: string | null;
  readonly vm: string;
  readonly computerName: string;
  readonly state: string;
  /** Running and pending. */
  readonly tasks: number | null;
  readonly since: number | null;
  readonly bornAt: number | null;
  readonly isProtected: boolean;
}

/** One page; `next` asks for the one after it. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}
