/** What the pool's own past advises for this moment. It may only raise what the plain rule asks for. */
export interface ForecastAdvice {
  /** Idle runners to keep beside demand. */
  readonly minIdle: number;
  /** Minutes that an idle runner is kept; undefined: no advice. */
  readonly idleMinutes: number | undefined;
  /** Of the idle ones so many newest are kept for that time; undefined: no advice. */
  readonly keepNewestIdle: number | undefined;
  /** Runners ordered beyond the queue while jobs wait. */
  readonly extra: number;
  /** One sentence each. */
  readonly because: readonly string[];
}
