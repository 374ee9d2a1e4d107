import type { DrainPhase, DrainRecord, DrainStep } from '../model/drain';
import type { PoolMemory } from '../model/pool';

/** What several operations do to a drain's record. All of it mutates. */

/** From five minutes after it was asked for, an act is not sent any more; minutes of the engine, whose lateness they bound. */
export const ATTEMPT_MINUTES = 5;

/** The act that may now be sent. Whatever was granted before finds another attempt in the entity and sends nothing. */
export function grantAttempt(record: DrainRecord, step: DrainStep, expiresAt: number): string {
  record.attempts += 1;
  const id = `${record.id}#${record.attempts}`;
  record.attempt = { id, step, expiresAt };
  if (step === 'mark') record.markOpen = expiresAt;
  return id;
}

/** A new phase closes the attempt of the last one: a second run of its activity sends nothing any more. */
export function setPhase(record: DrainRecord, phase: DrainPhase, now: number): void {
  record.phase = phase;
  record.phaseAt = now;
  delete record.note;
  delete record.attempt;
}

/** An uncommitted drain turns back. Its number moves on, so that a mark still under way cannot follow the give-back. */
export function beginGiveBack(memory: PoolMemory, record: DrainRecord, now: number): void {
  if (record.phase === 'givingBack') return;
  setPhase(record, 'givingBack', now);
  record.attempts += 1;
  memory.cooldowns.giveBackAt = now;
}

export function removeRecord(memory: PoolMemory, record: DrainRecord): void {
  delete memory.drains[record.id];
  delete memory.deletion.refusals[record.vmId];
}

/** The drain itself speaks: it is not over. */
export function noteAlive(record: DrainRecord, now: number): void {
  record.seenAt = now;
  delete record.isOver;
}

const COMMITTED: readonly DrainPhase[] = ['committed', 'deregistered', 'deleting'];

export const isCommitted = (record: DrainRecord): boolean => COMMITTED.includes(record.phase);

/** What keeps a drain from beginning or committing; undefined where nothing does. */
export function heldBy(memory: PoolMemory): string | undefined {
  if (memory.tick?.dryRun === true) return 'DRY_RUN is on';
  if (memory.flags.paused?.scaleIn) return `scale-in is paused: ${memory.flags.paused.reason}`;
  if (memory.flags.stopped?.holdDrains) return 'the loop was stopped with its drains held';
  return undefined;
}

export function protectedBy(memory: PoolMemory, record: DrainRecord): string | undefined {
  if (memory.flags.protectedInstances.includes(record.vmId)) return 'the instance is protected';
  const runner = record.runnerId;
  return runner !== undefined && memory.flags.protectedRunners.includes(runner) ? 'the runner is protected' : undefined;
}

/** One drain per runner and per instance (I5). */
export function recordOf(memory: PoolMemory, runnerId: string | undefined, vmId: string | undefined): DrainRecord | undefined {
  return Object.values(memory.drains).find(
    (record) => (vmId !== undefined && record.vmId === vmId) || (runnerId !== undefined && record.runnerId === runnerId),
  );
}
