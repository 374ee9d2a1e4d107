import type { DrainRecord } from './drain';

/** The memory of one pool in its durable entity: small, and the only place where commit and give-back meet. Times are epoch ms. */
export interface PoolMemory {
  readonly schema: 1;
  readonly pool: string;
  /** uniqueId of the scale set and the runner group this memory is about; a change of either starts fresh memory. */
  binding: { scaleSet: string; group: string } | undefined;
  bornAt: number;
  cooldowns: Cooldowns;
  /** The last growth asked for; undefined before the first. */
  growth: Growth | undefined;
  /** Consecutive failed growths: the wait doubles up to 30 minutes. */
  growthFailures: { count: number; waitUntil: number; code: string; text: string } | undefined;
  drains: Record<string, DrainRecord>;
  /** The last drains whose runner a tick gave back: each asks once more, for its certificate's outcome. */
  givenBack?: string[];
  flags: Flags;
  /** The flags of a former task hub were taken over from their blob, or there is nothing to take over any more. */
  flagsRestored?: boolean;
  tick: LastTick | undefined;
  deletion: Deletion;
}

export interface Cooldowns {
  scaleOutAt?: number;
  scaleInAt?: number;
  /** The last give-back: holds scale-in as a scale-out does. */
  giveBackAt?: number;
}

export interface Growth {
  readonly attempt: string;
  readonly at: number;
  readonly add: number;
  readonly from: number;
  readonly to: number;
  readonly rule: string;
  /** asked: stamped, the write not answered yet. accepted: Azure took it. over: seen in the list, failed, or its five minutes passed. */
  state: 'asked' | 'accepted' | 'over';
  operation?: string;
  /** When the write was answered: its VMs are awaited from then on, since the act may run late. */
  answeredAt?: number;
  /** What an earlier growth ordered and was not listed yet when this one was asked for, and until when it counts (epoch ms). */
  readonly earlier?: { readonly count: number; readonly until: number };
  /** The scale-out cooldown as it was before this growth stamped it: restored where the write surely did not happen. */
  readonly cooldownBefore?: number;
  /** The run that answered wrote nothing (412, refused, late): of another run of it that proves nothing, the next reading's capacity tells. */
  conflict?: boolean;
  /** Deletes that may have been sent since it was asked for, while it is not answered for sure. */
  deletes?: number;
}

export interface Flags {
  stopped?: { at: number; reason: string; holdDrains: boolean };
  /** The last start by an operator: a terminate before it counts as a stop no more. */
  startedAt?: number;
  paused?: { scaleOut: boolean; scaleIn: boolean; reason: string; until: number | undefined; at: number };
  protectedRunners: string[];
  protectedInstances: string[];
  /** Lifts breakers and freezes that began before this time. */
  acknowledgedAt?: number;
  /** The last word of an operator on any of these: of entity and mirror the later one counts. */
  saidAt?: number;
}

export interface LastTick {
  id: string;
  at: number;
  nextAt: number;
  ticks: number;
  /** DRY_RUN was on: drains under way hold. */
  dryRun: boolean;
  /** Since the first of the held ticks in a row. */
  heldSince?: number;
  /** How many they are. */
  heldTicks?: number;
  rule: string;
  reason: string;
  /** Essentials for status, under 3 KB: counts, alerts, mode. */
  status: unknown;
}

/** The one deleting step of a pool. */
export interface Deletion {
  /** The batch in flight: led by one drain, expires five minutes after it began. */
  batch?: { leader: string; attempt: string; drains: string[]; expiresAt: number };
  /** No batch before this time: the pause after the last one. */
  notBefore?: number;
  /** URL of the last delete's operation, read by the next batch. */
  operation?: string;
  /** Batches since the last VM went: the pause between batches grows with it. */
  tries: number;
  /** Refused for good, by vmId: tried again ten minutes later. */
  refusals: Record<string, { at: number; code: string; text: string; right: boolean }>;
  /** The last time that Azure took a delete: refusals before it bar no new drains. */
  succeededAt?: number;
}

export function emptyMemory(pool: string, now: number): PoolMemory {
  return {
    schema: 1,
    pool,
    binding: undefined,
    bornAt: now,
    cooldowns: {},
    growth: undefined,
    growthFailures: undefined,
    drains: {},
    flags: { protectedRunners: [], protectedInstances: [] },
    tick: undefined,
    deletion: { tries: 0, refusals: {} },
  };
}
