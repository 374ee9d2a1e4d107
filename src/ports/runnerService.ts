/** The port to StackGuardian: one runner group of one organization. Times are epoch milliseconds. */

/** `undefined` always means "not told by the platform": unknown, never zero. */
export interface Runner {
  readonly runnerId: string;
  /** ACTIVE, DRAINING, or one of ECS's other states, upper case. */
  readonly status: string | undefined;
  readonly connected: boolean | undefined;
  readonly runningTasks: number | undefined;
  readonly pendingTasks: number | undefined;
  readonly computerName: string | undefined;
}

export interface RunnerGroup {
  /** QueuedWorkflowsCount; a missing, negative or fractional count is an error of the reading (see {@link RunnerService.readGroup}). */
  readonly queued: number;
  /** PendingWorkflowsCount; undefined where the platform does not send it. */
  readonly pending: number | undefined;
  readonly running: number | undefined;
  readonly maxRunners: number | undefined;
  /** Undefined: the list was missing or null in a well-formed group (not the same as an empty list). */
  readonly runners: readonly Runner[] | undefined;
  /** Entries of the list that carried no RunnerId: counted, never acted on. */
  readonly anonymous: number;
  /** At most five lines, newest last, each shortened to 200 characters. */
  readonly registrationErrors: readonly string[];
  /** The kind of group, where the platform tells it: external, shared-external. */
  readonly type?: string;
  /** What the platform's clock said with this answer, epoch ms. */
  readonly serverTime?: number;
}

export type RunnerStatus = 'ACTIVE' | 'DRAINING';

/**
 * done: the platform accepted it. refused: it answered 4xx and did nothing. gone: it does not know the runner (404).
 * unknown: timeout, reset, 5xx or 429 after the retries – the write may or may not have happened; look before trying again.
 */
export type WriteOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'refused'; readonly code: string; readonly text: string }
  | { readonly kind: 'gone' }
  | { readonly kind: 'unknown'; readonly code: string; readonly text: string };

export interface RunnerService {
  /**
   * Reads the group once, retries included. Throws {@link ServiceError}: `sg-unauthorized` (401), `sg-forbidden` (403),
   * `sg-not-found` (404), `sg-throttled` (429, with retryAfterMs), `sg-unavailable` (timeout, reset, 5xx), `sg-malformed` (HTML, half a
   * JSON, a count that is missing, negative or absurd; the text names the field).
   */
  readGroup(): Promise<RunnerGroup>;
  /** Idempotent. Never retried after a sent request whose answer was lost: the caller reads and decides again. */
  setStatus(runnerId: string, status: RunnerStatus): Promise<WriteOutcome>;
  /** `force` only for the explicit `forget` command of an operator. */
  deregister(runnerId: string, force: boolean): Promise<WriteOutcome>;
}
