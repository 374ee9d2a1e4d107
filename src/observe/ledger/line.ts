import { z } from 'zod';
import { observed, remembered } from './observed';

/**
 * The decision ledger: one JSON line each in an append blob per pool and day, `ledger/<pool>/<yyyy-mm-dd>.jsonl`. Three kinds: `settings`
 * (once per day and version, before the first tick under it), `tick` (what was seen and decided), `done` (what its acts were answered). A
 * line may be lost, torn or there twice; its reader tolerates each. Fields may be added within schema 1; a reader ignores those it does not know.
 */

export const SCHEMA = 1;
/** UTF-8 bytes of one line, whatever the size of the fleet. */
export const MOST_LINE_BYTES = 24_576;

const base = { schema: z.literal(SCHEMA), at: z.number(), pool: z.string() };

/** One act with what identifies it. */
export const lineAct = z.object({
  kind: z.enum(['reactivate', 'setCapacity', 'drain', 'deregister', 'nudge', 'protect', 'inspect', 'forgetDrain', 'startScaleIn']),
  runner: z.string().optional(),
  vm: z.string().optional(),
  drain: z.string().optional(),
  rule: z.string().optional(),
  reason: z.string().optional(),
  target: z.enum(['runner', 'stray', 'lost']).optional(),
  adopted: z.literal(true).optional(),
  replaces: z.string().optional(),
  add: z.number().optional(),
  from: z.number().optional(),
  to: z.number().optional(),
});

const targets = z.object({
  minRunners: z.number(),
  minIdle: z.number(),
  idleFor: z.number(),
  keepNewestIdle: z.number().optional(),
  kept: z.object({ newest: z.number(), idleFor: z.number() }).optional(),
  extra: z.number(),
  because: z.array(z.string()),
});

const counts = z.object({
  demand: z.number().optional(),
  deducted: z.number(),
  counted: z.number(),
  instances: z.number(),
  capacity: z.number(),
  active: z.number(),
  idle: z.number(),
  busy: z.number(),
  booting: z.number(),
  draining: z.number(),
  unhealthy: z.number(),
  stray: z.number(),
  lost: z.number(),
  unjudged: z.number(),
  ghost: z.number(),
  stale: z.number(),
  foreign: z.number(),
});

export const settingsLine = z.object({
  ...base,
  kind: z.literal('settings'),
  settingsVersion: z.string(),
  /** The pool's settings without secrets, durations in ms. */
  settings: z.record(z.string(), z.unknown()),
});

export const tickLine = z.object({
  ...base,
  kind: z.literal('tick'),
  tick: z.string(),
  /** Of the app. */
  version: z.string(),
  settingsVersion: z.string(),
  nextAt: z.number(),
  /** Nothing was done, for want of data to trust. */
  held: z.boolean(),
  dryRun: z.literal(true).optional(),
  /** Absent where the reading failed. */
  counts: counts.optional(),
  observation: observed.optional(),
  memory: remembered.optional(),
  targets: targets.optional(),
  /** Tasks that ran, and the jobs seen to come since the fleet's memory began. */
  work: z.object({ running: z.number(), arrived: z.number() }).optional(),
  /** What the rules decided, before DRY_RUN took its acts away. */
  decision: z.object({ rule: z.string(), reason: z.string(), acts: z.array(lineAct) }),
  /** Acts beside the decision, by kind: nudges, protections, looks at silent drains. */
  besides: z.record(z.string(), z.number()).optional(),
  alerts: z.array(z.string()),
  /** What others changed, seen with this reading. */
  noticed: z.array(z.string()).optional(),
  unservedSeconds: z.number().optional(),
  oldestDrainSeconds: z.number().optional(),
});

export const doneAct = z.object({ act: lineAct, answer: z.string(), code: z.string().optional(), text: z.string().optional() });

export const doneLine = z.object({ ...base, kind: z.literal('done'), tick: z.string(), done: z.array(doneAct) });

export const ledgerLine = z.discriminatedUnion('kind', [settingsLine, tickLine, doneLine]);

export type LineAct = z.infer<typeof lineAct>;
export type DoneAct = z.infer<typeof doneAct>;
export type SettingsLine = z.infer<typeof settingsLine>;
export type TickLine = z.infer<typeof tickLine>;
export type DoneLine = z.infer<typeof doneLine>;
export type LedgerLine = z.infer<typeof ledgerLine>;
