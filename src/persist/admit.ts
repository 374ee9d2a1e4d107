import type { Act, Admission, AdmissionView, AdmittedAct, TickPlan } from '../model/decision';
import type { DrainRecord } from '../model/drain';
import { ENGINE_MINUTE } from '../model/engineTime';
import type { PoolMemory } from '../model/pool';
import { drainId, scaleInId } from '../names';
import { ATTEMPT_MINUTES, beginGiveBack, grantAttempt, isCommitted, recordOf, removeRecord } from './records';
import { hearOfGrowth, noteDeletes, type GrowthTiming } from './growth';

export interface AdmitInput {
  readonly plan: TickPlan;
  readonly timing: GrowthTiming;
}

/**
 * The entity's word on a tick: judges each act against memory as it is now, and stamps and records what it lets pass before anything is
 * sent. Cooldowns are stamped before the write, drains recorded before their runner is marked. Mutates `memory`.
 */
export function admit(memory: PoolMemory, { plan, timing }: AdmitInput, now: number): Admission {
  if (memory.tick?.id === plan.tickId) return { mode: modeOf(memory), acts: [], refused: [], stamped: undefined, scaleIn: undefined };
  if (memory.flags.stopped !== undefined) return { mode: 'stopped', acts: [], refused: [], stamped: undefined, scaleIn: undefined };
  liftExpiredPause(memory, now);
  if (!plan.dryRun) bind(memory, plan);
  adoptBlobCooldowns(memory, plan.cooldownsFromBlobs, now);
  hearOfGrowth(memory, plan.growthNews, plan.counts?.capacity, timing, now);
  noteTick(memory, plan, now);
  if (plan.dryRun) return { mode: 'run', acts: [], refused: [], stamped: undefined, scaleIn: undefined, shown: viewOf(memory) };

  const acts: AdmittedAct[] = [];
  const records: DrainRecord[] = [];
  const refused: Refused[] = [];
  const expiresAt = now + ATTEMPT_MINUTES * ENGINE_MINUTE;
  for (const act of plan.decision.acts) {
    const obstacle = obstacleTo(memory, act);
    if (obstacle !== undefined) noteRefused(refused, { kind: act.kind, reason: obstacle });
    else if (act.kind === 'drain') records.push(recordDrain(memory, act, plan, records.length, now));
    else if (act.kind === 'forgetDrain') removeRecord(memory, memory.drains[act.drainId] as DrainRecord);
    else if (act.kind === 'reactivate') acts.push({ ...act, expiresAt, attempt: giveBack(memory, act.drainId, expiresAt, now) });
    else {
      if (act.kind === 'setCapacity') stampGrowth(memory, act, now);
      acts.push({ ...act, expiresAt });
    }
  }
  const scaleIn = records.length > 0 ? { id: scaleInId(memory.pool, plan.tickId), drains: records } : undefined;
  const stamps = records.length > 0 || acts.some((act) => act.kind === 'setCapacity');
  return { mode: 'run', acts, refused, stamped: stamps ? { ...memory.cooldowns } : undefined, scaleIn, shown: viewOf(memory) };
}

type Refused = Admission['refused'][number];

/** Each kind and reason once: they cross into the tick's history (I9). */
function noteRefused(refused: Refused[], one: Refused): void {
  if (!refused.some(({ kind, reason }) => kind === one.kind && reason === one.reason)) refused.push(one);
}

const SHOWN_DRAINS = 5;

function viewOf({ flags: { paused }, cooldowns, drains }: PoolMemory): AdmissionView {
  const records = Object.values(drains);
  const both = paused?.scaleOut === true && paused.scaleIn ? 'both' : undefined;
  return {
    paused: both ?? (paused?.scaleOut === true ? 'scale-out' : paused?.scaleIn === true ? 'scale-in' : undefined),
    cooldowns: { ...cooldowns },
    drains: records.length,
    first: records
      .slice(0, SHOWN_DRAINS)
      .map((record) => ({ runner: record.runnerId ?? record.computerName, phase: record.phase, since: record.startedAt })),
  };
}

const modeOf = (memory: PoolMemory): Admission['mode'] => (memory.flags.stopped === undefined ? 'run' : 'stopped');

function liftExpiredPause(memory: PoolMemory, now: number): void {
  const until = memory.flags.paused?.until;
  if (until !== undefined && until <= now) delete memory.flags.paused;
}

/** Another scale set or runner group: growth and refusals were about the old one; drains under way carry their own target and stay. */
function bind(memory: PoolMemory, plan: TickPlan): void {
  if (plan.binding === undefined) return;
  const known = memory.binding;
  if (known !== undefined && (known.scaleSet !== plan.binding.scaleSet || known.group !== plan.binding.group)) {
    memory.growth = undefined;
    memory.growthFailures = undefined;
    memory.deletion = { tries: 0, refusals: {} };
  }
  memory.binding = { ...plan.binding };
}

/** The later of entity and blob wins (I6); a stamp from the future was already brought back to now by the reader. */
export function adoptBlobCooldowns(memory: PoolMemory, blobs: TickPlan['cooldownsFromBlobs'], now: number): void {
  for (const key of ['scaleOutAt', 'scaleInAt'] as const) {
    const found = blobs?.[key];
    if (found !== undefined) memory.cooldowns[key] = Math.max(memory.cooldowns[key] ?? 0, Math.min(found, now));
  }
}

function noteTick(memory: PoolMemory, plan: TickPlan, now: number): void {
  const before = memory.tick;
  memory.tick = {
    id: plan.tickId,
    at: now,
    nextAt: plan.nextAt,
    ticks: (memory.tick?.ticks ?? 0) + 1,
    dryRun: plan.dryRun,
    ...(plan.held ? { heldSince: before?.heldSince ?? now, heldTicks: (before?.heldTicks ?? 0) + 1 } : {}),
    rule: plan.decision.rule,
    reason: plan.decision.reason,
    status: {
      held: plan.held,
      counts: plan.counts,
      alerts: plan.alerts,
      warnings: plan.warnings,
      asked: plan.asked ?? [],
      noticed: plan.noticed ?? [],
      forecast: plan.forecast ?? null,
      dryRun: plan.dryRun,
    },
  };
}

function obstacleTo(memory: PoolMemory, act: Act): string | undefined {
  const paused = memory.flags.paused;
  switch (act.kind) {
    case 'setCapacity':
      if (paused?.scaleOut) return 'scale-out is paused';
      return memory.growth?.attempt === act.after ? undefined : 'another growth was recorded since the reading';
    case 'reactivate': {
      const record = memory.drains[act.drainId];
      if (paused?.scaleOut) return 'scale-out is paused';
      if (record === undefined) return 'the drain is over';
      if (record.adopted) return 'an adopted drain is not given back';
      return isCommitted(record) ? 'the drain is committed' : undefined;
    }
    case 'drain':
      return obstacleToDrain(memory, act);
    case 'deregister':
      if (paused?.scaleIn) return 'scale-in is paused';
      if (memory.flags.protectedRunners.includes(act.runnerId)) return 'the runner is protected';
      return recordOf(memory, act.runnerId, undefined) === undefined ? undefined : 'a drain of this runner is recorded';
    case 'forgetDrain':
      return memory.drains[act.drainId]?.isOver === true ? undefined : 'the drain is alive or ended';
    default:
      return undefined;
  }
}

function obstacleToDrain(memory: PoolMemory, act: Extract<Act, { kind: 'drain' }>): string | undefined {
  const standing = recordOf(memory, act.runnerId, act.vmId);
  if (standing !== undefined && standing.id !== act.replaces) return 'a drain of this instance is recorded';
  if (act.replaces !== undefined && standing?.isOver !== true) return 'the drain to go on with is alive or ended';
  // A committed drain goes on whatever was said since: its runner may be off the list already.
  if (standing !== undefined && isCommitted(standing)) return undefined;
  if (memory.flags.paused?.scaleIn) return 'scale-in is paused';
  if (memory.flags.protectedInstances.includes(act.vmId)) return 'the instance is protected';
  if (act.runnerId !== undefined && memory.flags.protectedRunners.includes(act.runnerId)) return 'the runner is protected';
  return undefined;
}

function recordDrain(memory: PoolMemory, act: Extract<Act, { kind: 'drain' }>, plan: TickPlan, index: number, now: number): DrainRecord {
  const replaced = act.replaces === undefined ? undefined : memory.drains[act.replaces];
  if (replaced !== undefined) delete memory.drains[replaced.id];
  // An adopted record goes on where its commit stands: a runner that was deregistered is never marked again.
  const phase = replaced?.phase ?? 'recorded';
  const scaleSet = replaced?.scaleSet ?? plan.binding?.scaleSet;
  const record: DrainRecord = {
    id: drainId(memory.pool, plan.tickId, index),
    scaleInId: scaleInId(memory.pool, plan.tickId),
    kind: replaced?.kind ?? act.target,
    runnerId: act.runnerId,
    vmId: act.vmId,
    instanceId: act.instanceId,
    computerName: act.computerName,
    rule: act.rule,
    adopted: act.adopted && !(replaced !== undefined && !replaced.adopted),
    startedAt: replaced?.startedAt ?? now,
    phase,
    phaseAt: now,
    seenAt: now,
    attempts: 0,
    ...(scaleSet === undefined ? {} : { scaleSet }),
    ...(replaced === undefined ? {} : { replaces: replaced.id }),
    ...(replaced?.end === undefined ? {} : { end: replaced.end }),
    // Its instance may have died between the sending and the report.
    ...(replaced?.phase === 'committed' ? { deregisterSent: true } : {}),
  };
  memory.drains[record.id] = record;
  if (act.stamps) memory.cooldowns.scaleInAt = now;
  return record;
}

function stampGrowth(memory: PoolMemory, act: Extract<Act, { kind: 'setCapacity' }>, now: number): void {
  const before = memory.cooldowns.scaleOutAt;
  memory.growth = {
    attempt: act.attempt,
    at: now,
    add: act.add,
    from: act.from,
    to: act.to,
    rule: act.rule,
    state: 'asked',
    ...(before === undefined ? {} : { cooldownBefore: before }),
    ...(act.earlier === undefined ? {} : { earlier: act.earlier }),
  };
  memory.cooldowns.scaleOutAt = now;
  // The deletes of a batch under way may come after the write; a runner's that is asked for again took its one off the capacity before.
  const underWay = (memory.deletion.batch?.drains ?? []).map((id) => memory.drains[id]);
  noteDeletes(memory, underWay.filter((record) => record?.kind !== 'runner' || record.phase !== 'deleting').length);
}

/** Names the attempt of a give-back; asked again, it stamps nothing anew. */
function giveBack(memory: PoolMemory, id: string, expiresAt: number, now: number): string {
  const record = memory.drains[id] as DrainRecord;
  beginGiveBack(memory, record, now);
  return grantAttempt(record, 'reactivate', expiresAt);
}
