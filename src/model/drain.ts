/** The words of a drain: what is recorded of it, what one reading says of it, and the certificate that justifies its end. */

/** A drain's own non-secret data, so that it ends even where its pool's settings change or the pool is removed. */
export interface Target {
  readonly pool: string;
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly vmssName: string;
  readonly scaleSetUniqueId: string;
  readonly sgBaseUri: string;
  readonly sgOrg: string;
  readonly sgRunnerGroup: string;
  /** Name of the app setting with the API key; the key itself never crosses the engine. */
  readonly apiKeyFrom: string;
}

/** runner: the whole way out. delete: a stray, a lost one or an operator's reap, which starts at the deleting step. */
export type DrainKind = 'runner' | 'stray' | 'lost' | 'reap';

/**
 * recorded → marking → waiting → committed → deregistered → deleting → (removed from memory when over).
 * givingBack: an uncommitted drain whose runner is being set ACTIVE; it can no longer commit.
 */
export type DrainPhase = 'recorded' | 'waiting' | 'givingBack' | 'committed' | 'deregistered' | 'deleting';

export type DrainStep = 'mark' | 'reactivate' | 'deregister' | 'delete';

/** The waits of a drain in ms, from the settings of the pool when it began. */
export interface DrainTiming {
  readonly poll: number;
  readonly confirm: number;
  readonly grace: number;
  /** BOOT_TIMEOUT_MINUTES: how long an instance may be without an entry. */
  readonly boot: number;
  readonly second: number;
  readonly minute: number;
}

export interface DrainRecord {
  /** `<pool>-<decision>-<n>`: id of the sub-orchestration and of the certificate blob; never used twice. */
  readonly id: string;
  readonly scaleInId: string;
  readonly kind: DrainKind;
  readonly runnerId: string | undefined;
  readonly vmId: string;
  readonly instanceId: string;
  readonly computerName: string;
  readonly rule: string;
  /** Found DRAINING without a record: never given back. */
  readonly adopted: boolean;
  /** uniqueId of its scale set: drains of one scale set alone share a batch of deletes. */
  readonly scaleSet?: string;
  /** The drain that this one goes on with: its certificate may hold the proof of a deregistration. */
  readonly replaces?: string;
  readonly startedAt: number;
  phase: DrainPhase;
  phaseAt: number;
  /** Last time that the drain itself called the entity; an old one makes the loop look whether its instance is over. */
  seenAt: number;
  /** The act that may now be sent for this drain, and until when (epoch ms): a late or superseded one sends nothing. */
  attempt?: { readonly id: string; readonly step: DrainStep; readonly expiresAt: number };
  attempts: number;
  /** Until when (epoch ms) a mark that was not answered yet may still be sent. */
  markOpen?: number;
  /** A look at its instance found it over or absent; the drain's next word takes that back. */
  isOver?: true;
  /** A deregister may have been sent: the commit cannot be undone any more unless it was refused. */
  deregisterSent?: boolean;
  /** The deleting step saw that the VM is gone, or that its machine is back in the fleet under another RunnerId. */
  end?: 'gone' | 'back';
  /** Why it waits, for status; at most 120 characters. */
  note?: string;
}

/** What one complete reading says of the runner of a drain, its instance, and other entries on the same machine. */
export interface Sighting {
  readonly at: number;
  readonly runner: 'listed' | 'unlisted';
  readonly status: string | undefined;
  readonly connected: boolean | undefined;
  readonly running: number | undefined;
  readonly pending: number | undefined;
  /** other: the instance id now belongs to another vmId. */
  readonly instance: 'present' | 'deleting' | 'gone' | 'other';
  /** Computer name of the entry equals that of the instance (case ignored, or followed by a domain). */
  readonly nameMatches: boolean;
  /** Other entries with this computer name that are connected or have tasks (unknown counts as tasks). */
  readonly rivals: readonly string[];
  /** One of them that is connected: the machine's agent registered anew. */
  readonly successor?: string;
  /** The instance carries a person's protection: nothing is committed. */
  readonly isProtected?: boolean;
  /** We saw this RunnerId before we saw this vmId: the entry belongs to an earlier machine. */
  readonly olderThanVm: boolean;
}

/** Consecutive readings in which the runner was DRAINING and all-zero, all of them connected or all of them disconnected. */
export interface ZeroWindow {
  readonly since: number;
  readonly last: number;
  readonly readings: number;
  readonly connected: boolean;
  /** The first reading and the last four: what the certificate keeps. */
  readonly sample: readonly Sighting[];
}

/** The stored justification of one deletion: `drains/<pool>/<yyyy-mm>/<drain id>.json`. */
export interface Certificate {
  readonly schema: 1;
  readonly drain: string;
  readonly kind: DrainKind;
  readonly target: Target;
  readonly rule: string;
  readonly runnerId: string | undefined;
  readonly vmId: string;
  readonly instanceId: string;
  readonly computerName: string;
  readonly startedAt: number;
  readonly window: ZeroWindow | undefined;
  /** What each step answered, in order, with its time; at most 40 lines. */
  readonly steps: readonly { readonly at: number; readonly step: string; readonly answer: string }[];
  readonly outcome: DrainOutcome | undefined;
  readonly endedAt?: number;
  /** The attempt whose deregister was about to be sent when this page was stored. */
  readonly sending?: string;
}

/** How a drain ended. */
export type DrainOutcome =
  'deleted' | 'given-back' | 'reactivated-by-hand' | 'runner-replaced' | 'instance-gone' | 'not-wanted' | 'refused' | 'expired';
