import { z } from 'zod';

/**
 * What one complete reading showed, as the ledger keeps it: counts, the at most {@link MOST_MEMBERS} members that the rules would look at,
 * and the rest by number. Every `…Age` and every clock is told in ms before the line's `at` (negative: ahead of it), which is shorter than a time.
 */

export const MOST_MEMBERS = 50;
/** Of a tick without an act: it is written for its counts. */
export const MOST_QUIET_MEMBERS = 10;
export const MOST_ENTRIES = 10;

const age = z.number();
/** Since, last, readings. */
const clock = z.tuple([age, age, z.number()]);
const flag = z.literal(true).optional();

const record = z.object({
  id: z.string(),
  kind: z.string(),
  phase: z.string(),
  /** Where they are not the member's own; null: it names no runner. */
  runner: z.string().nullable().optional(),
  vm: z.string().optional(),
  adopted: flag,
  over: flag,
});

const member = z.object({
  vm: z.string(),
  id: z.string(),
  name: z.string().optional(),
  state: z.string(),
  /** Running and pending; absent where a count was not told. */
  tasks: z.number().optional(),
  /** Since its boot began. */
  bornAge: age,
  /** Since we saw it first, where that is another time. */
  seenAge: age.optional(),
  provisioning: z.string().optional(),
  power: z.string().optional(),
  /** By a tag or Azure's protection; by an operator's command to us. */
  protected: flag,
  kept: flag,
  ambiguous: flag,
  contested: flag,
  runner: z.string().optional(),
  status: z.string().optional(),
  /** Absent: connected. null: not told. */
  connected: z.literal(false).nullable().optional(),
  /** How many runner ids it has shown. */
  shown: z.number().optional(),
  lastIdleAge: age.optional(),
  lastBusyAge: age.optional(),
  bootFailed: flag,
  turnedBad: flag,
  deregistered: flag,
  bare: clock.optional(),
  bad: clock.optional(),
  idle: clock.optional(),
  disconnected: clock.optional(),
  draining: clock.optional(),
  record: record.optional(),
});

/** An entry that speaks for no instance, or not any more: a ghost or a stale registration. */
const entry = z.object({
  runner: z.string(),
  vm: z.string().optional(),
  id: z.string().optional(),
  checkedAbsent: flag,
  absent: clock.optional(),
  zero: clock.optional(),
  stale: clock.optional(),
  askedAge: age.optional(),
});

export const observed = z.object({
  /** Jobs waiting. */
  waiting: z.number(),
  /** Of them, less those that no idle runner takes. */
  demand: z.number(),
  deducted: z.number(),
  tasksPerRunner: z.number(),
  counted: z.number(),
  active: z.number(),
  idle: z.number(),
  /** Busy ones about to be free. */
  freeing: z.number().optional(),
  booting: z.number(),
  late: z.number().optional(),
  ordered: z.number(),
  live: z.number(),
  undrained: z.number(),
  /** Deletes whose lowering of sku.capacity was not seen. */
  unlowered: z.number().optional(),
  starving: flag,
  untakenTry: flag,
  drop: z.object({ holds: z.enum(['growth', 'all']), reason: z.string() }).optional(),
  maxRunners: z.number().optional(),
  scaleSet: z.object({
    mode: z.enum(['Uniform', 'Flexible']),
    capacity: z.number(),
    limit: z.number(),
    state: z.string(),
    etag: z.string(),
  }),
  /** What Azure says of the last growth, while it is not over. */
  operation: z.object({ kind: z.enum(['running', 'succeeded', 'failed', 'forgotten']), code: z.string().optional() }).optional(),
  members: z.array(member).max(MOST_MEMBERS),
  /**
   * The members that are not told, by state, by whether they are idle, and by whether rule 3 might have taken them (free), or rule 2 given
   * them back (back), after those told. */
  rest: z.array(z.object({ state: z.string(), idle: flag, free: flag, back: flag, count: z.number() })),
  /** Of the rest, how many a rule might have looked at: above 0 the line cannot be decided again with certainty. */
  cut: z.number().optional(),
  ghosts: z.array(entry).max(MOST_ENTRIES),
  stale: z.array(entry).max(MOST_ENTRIES),
  ghostCount: z.number(),
  staleCount: z.number(),
  foreignCount: z.number(),
});

/** The part of the memories that a decision reads. */
export const remembered = z.object({
  scaleOutAge: age.optional(),
  scaleInAge: age.optional(),
  giveBackAge: age.optional(),
  growth: z
    .object({
      attempt: z.string(),
      askedAge: age,
      answeredAge: age.optional(),
      add: z.number(),
      from: z.number(),
      to: z.number(),
      rule: z.string(),
      state: z.enum(['asked', 'accepted', 'over']),
      earlier: z.object({ count: z.number(), untilAge: age }).optional(),
    })
    .optional(),
  growthFailures: z.object({ count: z.number(), waitUntilAge: age, code: z.string(), text: z.string() }).optional(),
  paused: z.object({ scaleOut: z.boolean(), scaleIn: z.boolean(), reason: z.string() }).optional(),
  acknowledgedAge: age.optional(),
  /** Deletes that Azure refuses, at most five; and since its last accepted one. */
  refusals: z.array(z.object({ vm: z.string(), age, code: z.string(), right: z.boolean() })).optional(),
  deleteSucceededAge: age.optional(),
  /** Recorded drains. */
  drains: z.number(),
  /** Records without a living drain, whose instance is not listed: at most fifty. */
  over: z.array(z.object({ id: z.string(), vm: z.string() })).optional(),
  boots: z.object({
    failed: z.number(),
    tries: z.number(),
    lastFailedAge: age.optional(),
    incidentAge: age.optional(),
    strayFor: z.number().optional(),
  }),
  /** When runners turned bad, and how many at once. */
  badTurns: z.array(z.tuple([age, z.number()])).optional(),
  frozenAge: age.optional(),
  untakenTriedAge: age.optional(),
});

export type Observed = z.infer<typeof observed>;
export type ObservedMember = z.infer<typeof member>;
export type ObservedEntry = z.infer<typeof entry>;
export type Remembered = z.infer<typeof remembered>;
