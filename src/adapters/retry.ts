import { systemClock } from './clock';

/** Milliseconds in, resolved after them. Injected so that tests and simulated time need not wait. */
export type Sleep = (ms: number) => Promise<void>;

export const realSleep: Sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** The longest Retry-After that one reading waits for: a tick must not be held up for longer. */
export const LONGEST_WAIT_MS = 20_000;

const BACKOFF_MS = [500, 2_000] as const;

/** Two retries at most. */
export const READ_RETRIES = BACKOFF_MS.length;

/**
 * Milliseconds to wait before retry number `retry` (from 0), or undefined to give up: after two retries, or when the service asks for
 * more than {@link LONGEST_WAIT_MS} – waiting less than it asked would only be throttled again, so the caller gets its wish to keep.
 */
export function waitBefore(retry: number, retryAfterMs: number | undefined): number | undefined {
  const backoff = BACKOFF_MS[retry];
  if (backoff === undefined) return undefined;
  if (retryAfterMs === undefined) return backoff;
  return retryAfterMs <= LONGEST_WAIT_MS ? retryAfterMs : undefined;
}

/** Retry-After (RFC 9110 §10.2.3): seconds or an HTTP date. Milliseconds from now; undefined when absent or not readable. */
export function parseRetryAfter(header: string | null | undefined): number | undefined {
  if (header === null || header === undefined || header.trim() === '') return undefined;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return seconds >= 0 ? Math.ceil(seconds * 1_000) : undefined;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - systemClock.now());
}
