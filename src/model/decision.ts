import type { DrainRecord } from './drain';
import type { Cooldowns, Growth } from './pool';

/** What crosses the orchestrator: counts, one sentence, and at most 50 acts, whatever the size of the fleet (I9). */

export const MAX_ACTS = 50;

export type Act =
  /** Give an uncommitted drain of ours back. */
  | { readonly kind: 'reactivate'; readonly drainId: string; readonly runnerId: string }
  | {
      readonly kind: 'setCapacity';
      /** `<tick id>`: the entity admits a growth only where its last attempt is still `after`. */
      readonly attempt: string;
      readonly after: string | undefined;
      readonly add: number;
      readonly from: number;
      readonly to: number;
      readonly etag: string;
      /** Ordered before and not yet listed: it goes on counting beside this order. */
      readonly earlier?: Growth['earlier'];
      readonly rule: string;
      /** It waited for the cooldown: rules 2a (by step) and 2d. Every growth stamps it. */
      readonly waits: boolean;
    }
  | {
      readonly kind: 'drain';
      /** stray, lost: deletes without a runner; runner: the whole way. */
      readonly target: 'runner' | 'stray' | 'lost';
      readonly runnerId: string | undefined;
      readonly vmId: string;
      readonly instanceId: string;
      readonly computerName: string;
      readonly rule: string;
      readonly adopted: boolean;
      /** A recorded drain whose instance is over and that is adopted anew. */
      readonly replaces: string | undefined;
      /** Stamps the scale-in cooldown (rule 3), or not (repair, adoption). */
      readonly stamps: boolean;
    }
  /** Ghosts and stale registrations. */
  | {
      readonly kind: 'deregister';
      readonly runnerId: string;
      readonly reason: 'ghost' | 'stale';
      readonly vmId: string | undefined;
      readonly instanceId: string | undefined;
    }
  | {
      readonly kind: 'nudge';
      readonly drainId: string;
      readonly news: 'look' | 'complete' | 'giveBack';
    }
  /** Uniform: keep Azure and others who lower the capacity from choosing this registered instance. */
  | { readonly kind: 'protect'; readonly instanceId: string; readonly vmId: string; readonly runnerId: string }
  /** A record whose drain instance has not been heard of for long: look at the instance, report whether it is over. */
  | { readonly kind: 'inspect'; readonly drainId: string }
  /** A record that nothing stands behind any more. */
  | { readonly kind: 'forgetDrain'; readonly drainId: string; readonly reason: string };

export interface Alert {
  readonly code: string;
  readonly since: number;
  /** What is wrong, one sentence. */
  readonly text: string;
  /** The next step for the person who reads it. */
  readonly next: string;
}

export interface Counts {
  readonly demand: number | undefined;
  readonly deducted: number;
  readonly counted: number;
  readonly instances: number;
  readonly capacity: number;
  readonly active: number;
  readonly idle: number;
  readonly busy: number;
  readonly booting: number;
  readonly draining: number;
  readonly unhealthy: number;
  readonly stray: number;
  readonly lost: number;
  readonly unjudged: number;
  readonly ghost: number;
  readonly stale: number;
  readonly foreign: number;
}

export interface Decision {
  /** Name of the rule that decided, e.g. `scale-out/threshold`, `hold/sg-unavailable`, `steady`. */
  readonly rule: string;
  /** One English sentence. */
  readonly reason: string;
  readonly acts: readonly Act[];
}

/** What the entity let pass of a plan, after stamping and recording it. */
export interface Admission {
  /** stopped: the loop ends. */
  readonly mode: 'run' | 'stopped';
  readonly acts: readonly AdmittedAct[];
  /** Each kind and reason once. */
  readonly refused: readonly { readonly kind: Act['kind']; readonly reason: string }[];
  /** What the blobs are to say, where this tick stamped something. */
  readonly stamped: Cooldowns | undefined;
  /** Set where this tick records drains: the scaleIn instance to start, with its records. */
  readonly scaleIn: { readonly id: string; readonly drains: readonly DrainRecord[] } | undefined;
  /** What the entity adds to the loop's custom status; at most five drains. */
  readonly shown?: AdmissionView;
}

export interface AdmissionView {
  readonly paused: 'scale-out' | 'scale-in' | 'both' | undefined;
  readonly cooldowns: Cooldowns;
  readonly drains: number;
  readonly first: readonly { readonly runner: string; readonly phase: string; readonly since: number }[];
}

/** Nothing is sent after `expiresAt` (epoch ms), so that an activity that runs minutes late does no harm. */
export type AdmittedAct = Exclude<Act, { kind: 'drain' | 'forgetDrain' }> & {
  readonly expiresAt: number;
  /** Of a give-back: sent only while the entity still names it. */
  readonly attempt?: string;
};

export interface ActOutcome {
  readonly act: AdmittedAct | { readonly kind: 'startScaleIn'; readonly id: string };
  readonly answer: 'done' | 'refused' | 'unknown' | 'conflict' | 'gone' | 'over' | 'alive' | 'late' | 'notNow';
  readonly code?: string;
  readonly text?: string;
  readonly operation?: string;
}

/** Result of the poll activity. */
export interface TickPlan {
  readonly tickId: string;
  readonly at: number;
  readonly nextAt: number;
  readonly held: boolean;
  readonly decision: Decision;
  readonly counts: Counts | undefined;
  readonly alerts: readonly Alert[];
  readonly warnings: readonly string[];
  /** What schedules and forecast ask for now, one sentence each; at most five. */
  readonly asked?: readonly string[];
  readonly settingsVersion: string;
  readonly dryRun: boolean;
  readonly binding: { readonly scaleSet: string; readonly group: string } | undefined;
  /** What the reading said of the last growth, when it has something new to say. */
  readonly growthNews:
    { readonly attempt: string; readonly result: 'seen' | 'failed'; readonly code?: string; readonly text?: string } | undefined;
  /** Later timestamps found in the cooldown blobs. */
  readonly cooldownsFromBlobs: { readonly scaleOutAt?: number; readonly scaleInAt?: number } | undefined;
  /** The latest changes of the last hour that we did not make, at most five; those of this reading bear its time. */
  readonly noticed?: readonly { readonly at: number; readonly text: string }[];
  /** What the forecast says, one sentence each; `observe`: it is told and not followed. */
  readonly forecast?: { readonly mode: 'on' | 'observe'; readonly days: number; readonly says: readonly string[] };
  readonly gauges?: {
    /** How long more jobs have waited than idle and booting runners can take. */
    readonly unservedSeconds: number;
    /** Recorded drains and the age of the oldest. */
    readonly drains: number;
    readonly oldestDrainSeconds: number;
    /** What settings, schedules and forecast ask for at this tick. */
    readonly minRunners: number;
    readonly minIdleRunners: number;
    /** Ordered beyond the queue while jobs wait. */
    readonly extraRunners: number;
    /** How long an instance without a runner counts as capacity that is about to come: learned, or BOOT_TIMEOUT_MINUTES. */
    readonly bootCreditSeconds: number;
    /** From this tick to the next that is due. */
    readonly nextTickSeconds: number;
  };
}
