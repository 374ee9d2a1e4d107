/** Every name that crosses the durable engine, in one place: functions, instances, events, entity and blobs. */

export const FUNCTIONS = {
  autoscaler: 'autoscaler',
  scaleIn: 'scaleIn',
  drain: 'drain',
  command: 'command',
  pool: 'pool',
  poll: 'poll',
  act: 'act',
  look: 'look',
  drainStep: 'drainStep',
  release: 'release',
  commandStep: 'commandStep',
  keeper: 'keeper',
  normalize: 'normalize',
  normalizeStep: 'normalizeStep',
} as const;

export const EVENTS = { wake: 'wake', nudge: 'nudge' } as const;

export const DEFAULT_POOL = 'default';

/** Pool names: what blobs, instance ids and routes all accept. */
export const POOL_NAME = /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/;

export const loopId = (pool: string): string => `autoscaler-${pool}`;
export const scaleInId = (pool: string, tickId: string): string => `scalein-${pool}-${tickId}`;
export const drainId = (pool: string, tickId: string, index: number): string => `drain-${pool}-${tickId}-${index}`;
/** One at a time per pool, so that a second call meets the first. */
export const normalizeId = (pool: string): string => `normalize-${pool}`;
export const commandId = (pool: string, unique: string): string => `command-${pool}-${unique}`;

const month = (at: number): string => new Date(at).toISOString().slice(0, 7);

export const BLOBS = {
  fleet: (pool: string): string => `state/${pool}/fleet.json`,
  flags: (pool: string): string => `state/${pool}/flags.json`,
  probe: (pool: string): string => `check/${pool}`,
  owner: (scaleSetUniqueId: string): string => `owners/${scaleSetUniqueId}.json`,
  certificate: (pool: string, drain: string, startedAt: number): string => `drains/${pool}/${month(startedAt)}/${drain}.json`,
  /** The folder of one month. */
  certificates: (pool: string, at: number): string => `drains/${pool}/${month(at)}/`,
  /** What was learned, and what it was learned from. */
  forecast: (pool: string): string => `forecast/${pool}.json`,
  past: (pool: string): string => `forecast/${pool}-past.json`,
  ledger: (pool: string, at: number): string => `ledger/${pool}/${new Date(at).toISOString().slice(0, 10)}.jsonl`,
} as const;
