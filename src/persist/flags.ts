import { z } from 'zod';
import type { DrainRecord } from '../model/drain';
import type { Flags, PoolMemory } from '../model/pool';
import { beginGiveBack, isCommitted, recordOf, removeRecord } from './records';

/** The mirror of the flags in its blob: anything else in there is no flags. */
export const storedFlags: z.ZodType<PoolMemory['flags']> = z.object({
  stopped: z.object({ at: z.number(), reason: z.string(), holdDrains: z.boolean() }).optional(),
  paused: z
    .object({ scaleOut: z.boolean(), scaleIn: z.boolean(), reason: z.string(), until: z.number().optional(), at: z.number() })
    .transform((paused) => ({ ...paused, until: paused.until }))
    .optional(),
  protectedRunners: z.array(z.string()),
  protectedInstances: z.array(z.string()),
  acknowledgedAt: z.number().optional(),
  startedAt: z.number().optional(),
  saidAt: z.number().optional(),
}) as unknown as z.ZodType<PoolMemory['flags']>;

/** Whether an operator spoke there after the last word here. */
export const isLater = (flags: Flags, than: Flags | undefined): boolean => (flags.saidAt ?? 0) > (than?.saidAt ?? 0);

/** What an operator's command is answered with; a refusal carries the HTTP status it becomes. */
export type CommandAnswer =
  | { readonly ok: true; readonly [more: string]: unknown }
  | { readonly ok: false; readonly status: 400 | 404 | 409; readonly code: string; readonly reason: string };

const runner = z.object({ runnerId: z.string().min(1) });
const instance = z.object({ vmId: z.string().min(1) });

const INPUTS = {
  start: z.object({}),
  stop: z.object({ reason: z.string(), holdDrains: z.boolean(), endedAt: z.number().optional() }),
  pause: z.object({ scaleOut: z.boolean(), scaleIn: z.boolean(), reason: z.string(), forMs: z.number().positive().optional() }),
  resume: z.object({}),
  protectRunner: runner,
  unprotectRunner: runner,
  releaseRunner: runner,
  protectInstance: instance,
  unprotectInstance: instance,
  acknowledge: z.object({}),
  recordReap: z.object({
    id: z.string(),
    scaleInId: z.string(),
    vmId: z.string(),
    instanceId: z.string(),
    computerName: z.string(),
    scaleSet: z.string().optional(),
  }),
  restoreFlags: z.object({ flags: storedFlags }),
} as const;

export type FlagOperation = keyof typeof INPUTS;

export const FLAG_OPERATIONS = Object.keys(INPUTS) as readonly FlagOperation[];

export const isFlagOperation = (operation: string): operation is FlagOperation => Object.hasOwn(INPUTS, operation);

/** An operator's word to a pool. Mutates `memory`; answers, never throws. */
export function applyFlagOperation(memory: PoolMemory, operation: FlagOperation, input: unknown, now: number): CommandAnswer {
  const parsed = INPUTS[operation].safeParse(input ?? {});
  if (!parsed.success) return refuse(400, 'bad-input', `"${operation}" got an input it does not understand.`);
  const answer = apply(memory, operation, parsed.data as Given, now);
  // Each word is later than the one before, also where the clock of the host went back.
  if (answer.ok && !SAYS_NOTHING.includes(operation)) memory.flags.saidAt = Math.max(now, (memory.flags.saidAt ?? 0) + 1);
  return answer;
}

/** They change no flags, or bring back with them when those were said. */
const SAYS_NOTHING: readonly FlagOperation[] = ['releaseRunner', 'recordReap', 'restoreFlags'];

function apply(memory: PoolMemory, operation: FlagOperation, given: Given, now: number): CommandAnswer {
  const { flags } = memory;
  // Whoever speaks first in a task hub has restored before: a later restore would undo this word.
  if (operation !== 'restoreFlags') memory.flagsRestored = true;
  switch (operation) {
    case 'start':
      delete flags.stopped;
      flags.startedAt = now;
      return { ok: true };
    case 'stop':
      // The keeper noted a terminate, and an operator has started the loop since.
      if (given.endedAt !== undefined && (flags.startedAt ?? 0) >= given.endedAt) return { ok: true };
      flags.stopped = { at: now, reason: given.reason, holdDrains: given.holdDrains };
      return { ok: true, stopped: flags.stopped };
    case 'pause': {
      const { scaleOut, scaleIn, reason, forMs } = given;
      flags.paused = { scaleOut, scaleIn, reason, at: now, until: forMs === undefined ? undefined : now + forMs };
      return { ok: true, paused: flags.paused };
    }
    case 'resume':
      delete flags.paused;
      return { ok: true };
    case 'protectRunner':
      return protect(memory, 'protectedRunners', given.runnerId, recordOf(memory, given.runnerId, undefined), now);
    case 'protectInstance':
      return protect(memory, 'protectedInstances', given.vmId, recordOf(memory, undefined, given.vmId), now);
    case 'unprotectRunner':
      flags.protectedRunners = flags.protectedRunners.filter((id) => id !== given.runnerId);
      return { ok: true };
    case 'unprotectInstance':
      flags.protectedInstances = flags.protectedInstances.filter((id) => id !== given.vmId);
      return { ok: true };
    case 'releaseRunner':
      return releaseRunner(memory, given.runnerId, now);
    case 'acknowledge':
      flags.acknowledgedAt = now;
      return { ok: true, acknowledgedAt: now };
    case 'recordReap':
      return recordReap(memory, given, now);
    case 'restoreFlags':
      // A fresh hub remembers nothing: what the blob kept is taken over, once. Of a hub that was restored the later word counts: an older copy
      // would undo what an operator said meanwhile.
      if ((memory.tick === undefined && memory.flagsRestored !== true) || isLater(given.flags, flags)) {
        memory.flags = { ...given.flags };
        memory.flagsRestored = true;
      }
      return { ok: true };
  }
}

interface Given {
  readonly reason: string;
  readonly holdDrains: boolean;
  readonly endedAt?: number;
  readonly scaleOut: boolean;
  readonly scaleIn: boolean;
  readonly forMs?: number;
  readonly runnerId: string;
  readonly vmId: string;
  readonly id: string;
  readonly scaleInId: string;
  readonly instanceId: string;
  readonly computerName: string;
  readonly scaleSet?: string;
  readonly flags: PoolMemory['flags'];
}

const refuse = (status: 400 | 404 | 409, code: string, reason: string): CommandAnswer => ({ ok: false, status, code, reason });

/**
 * protect acts until commit. A drain of ours turns back, so that its runner goes on working; one that another's hand began is held before
 * its commit; the deletion of a stray or a lost one that was not asked for yet is dropped.
 */
function protect(
  memory: PoolMemory,
  list: 'protectedRunners' | 'protectedInstances',
  id: string,
  record: DrainRecord | undefined,
  now: number,
): CommandAnswer {
  if (record !== undefined && isCommitted(record))
    return refuse(409, 'drain-committed', `The drain of "${id}" is committed and can no longer be stopped.`);
  if (!memory.flags[list].includes(id)) memory.flags[list].push(id);
  if (record === undefined) return { ok: true, protected: id };
  if (record.kind !== 'runner') removeRecord(memory, record);
  else if (record.adopted) return { ok: true, protected: id, held: record.id };
  else beginGiveBack(memory, record, now);
  return { ok: true, protected: id, drain: record.id };
}

function releaseRunner(memory: PoolMemory, runnerId: string, now: number): CommandAnswer {
  const record = recordOf(memory, runnerId, undefined);
  if (record === undefined) return refuse(404, 'no-drain', `No drain of runner "${runnerId}" is recorded.`);
  if (isCommitted(record))
    return refuse(409, 'drain-committed', `The drain of "${runnerId}" is committed and can no longer be given back.`);
  if (record.adopted)
    return refuse(409, 'drain-adopted', `"${runnerId}" was set DRAINING by another's hand and is not given back; set it ACTIVE there.`);
  beginGiveBack(memory, record, now);
  return { ok: true, drain: record.id };
}

function recordReap(memory: PoolMemory, given: Given, now: number): CommandAnswer {
  if (memory.tick?.dryRun === true) return refuse(409, 'dry-run', 'DRY_RUN is on: nothing is deleted.');
  const standing = recordOf(memory, undefined, given.vmId);
  if (standing !== undefined) return refuse(409, 'drain-recorded', `A drain of instance "${given.vmId}" is under way (${standing.phase}).`);
  if (memory.flags.protectedInstances.includes(given.vmId))
    return refuse(409, 'instance-protected', `Instance "${given.vmId}" is protected.`);
  const record: DrainRecord = {
    id: given.id,
    scaleInId: given.scaleInId,
    kind: 'reap',
    runnerId: undefined,
    vmId: given.vmId,
    instanceId: given.instanceId,
    computerName: given.computerName,
    rule: 'command/reap',
    ...(given.scaleSet === undefined ? {} : { scaleSet: given.scaleSet }),
    adopted: false,
    startedAt: now,
    phase: 'recorded',
    phaseAt: now,
    seenAt: now,
    attempts: 0,
  };
  memory.drains[record.id] = record;
  return { ok: true, record };
}
