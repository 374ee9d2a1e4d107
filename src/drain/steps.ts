import type { Certificate, DrainOutcome, DrainRecord, DrainTiming, Target, ZeroWindow } from '../model/drain';
import type { PoolMemory } from '../model/pool';
import { ServiceError } from '../errors';
import { BLOBS } from '../names';
import type { Clock } from '../ports/clock';
import type { RunnerService, WriteOutcome } from '../ports/runnerService';
import type { ScaleSet } from '../ports/scaleSet';
import type { StateStore } from '../ports/stateStore';
import { sightingOf } from '../poll/sighting';
import { parseFleet } from '../poll/fleetMemory';
import { extendWindow, type WindowRules, type WindowVerdict } from './window';

export interface StepPorts {
  readonly runners: RunnerService;
  readonly scaleSet: ScaleSet;
  readonly store: StateStore;
  readonly clock: Clock;
  readonly readMemory: () => Promise<PoolMemory | undefined>;
  /** False: another app owns the scale set now. */
  readonly isOwner: () => Promise<boolean>;
}

export interface StepLine {
  readonly at: number;
  readonly step: string;
  readonly answer: string;
}

/** An act that the entity granted. */
export interface Grant {
  readonly attempt: string;
  readonly expiresAt: number;
}

export interface StepAnswer {
  readonly answer: WriteOutcome['kind'] | 'late' | 'notNow';
  readonly line: StepLine;
  /** What the reading just before the act said, where it forbade it. */
  readonly verdict?: WindowVerdict;
}

/**
 * Whether a granted act may still be sent: within its five minutes, still the one that the entity names, and the scale set still ours. An
 * entity read that lags behind shows a lower attempt: that is no reason to hold.
 */
export async function mayStillAct(ports: StepPorts, record: Pick<DrainRecord, 'id'>, grant: Grant): Promise<boolean> {
  if (ports.clock.now() > grant.expiresAt) return false;
  const memory = await ports.readMemory();
  const named = memory?.drains[record.id];
  if (memory?.tick?.dryRun === true) return false;
  if (named === undefined || named.attempts > attemptNumber(grant.attempt)) return false;
  return ports.isOwner();
}

export const attemptNumber = (attempt: string): number => Number(attempt.slice(attempt.lastIndexOf('#') + 1));

/** DRAINING or ACTIVE again; idempotent. */
export async function setStatus(ports: StepPorts, record: DrainRecord, status: 'DRAINING' | 'ACTIVE', grant: Grant): Promise<StepAnswer> {
  const step = status === 'DRAINING' ? 'mark' : 'reactivate';
  if (record.runnerId === undefined) return { answer: 'gone', line: line(ports, step, 'gone') };
  if (!(await mayStillAct(ports, record, grant))) return { answer: 'late', line: line(ports, step, 'late: nothing sent') };
  const outcome = await ports.runners.setStatus(record.runnerId, status);
  return { answer: outcome.kind, line: line(ports, step, describe(outcome)) };
}

export interface LookAnswer {
  readonly verdict: WindowVerdict | 'unreadable';
  readonly window: ZeroWindow | undefined;
  readonly line: StepLine;
}

/** One reading of runner and instance for a drain of its own, while the loop is silent or the drain confirms. */
export async function look(
  ports: StepPorts,
  record: DrainRecord,
  window: ZeroWindow | undefined,
  timing: DrainTiming,
): Promise<LookAnswer> {
  try {
    const { window: extended, verdict } = await sight(ports, record, window, timing);
    return { verdict, window: extended, line: line(ports, 'look', verdict) };
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return { verdict: 'unreadable', window, line: line(ports, 'look', error.code) };
  }
}

/** Group first, then the instance by its id and vmId. A group without a list says nothing. */
async function sight(
  ports: StepPorts,
  record: DrainRecord,
  window: ZeroWindow | undefined,
  rules: WindowRules,
): Promise<ReturnType<typeof extendWindow>> {
  const group = await ports.runners.readGroup();
  const at = ports.clock.now();
  const state = await ports.scaleSet.readState();
  const instance = await ports.scaleSet.readInstance(state.mode, record.instanceId);
  const blob = await ports.store.read(BLOBS.fleet(poolOf(record)));
  const fleet = blob === undefined ? undefined : parseFleet(blob.text);
  const seen = sightingOf(record, group, instance === undefined ? [] : [instance], fleet, at);
  return seen === undefined ? { window: undefined, verdict: 'unknown' } : extendWindow(window, seen, rules);
}

/** `drain-<pool>-<tick>-<n>`: the pool of a record. */
const poolOf = (record: DrainRecord): string => record.id.split('-').slice(1, -2).join('-');

/**
 * Deregisters, never forced. Reads again first and sends nothing unless the runner is DRAINING and all-zero at that moment (I1); stores the
 * certificate before it sends. After a lost answer an entry that is no longer listed is done.
 */
export async function deregister(ports: StepPorts, certificate: Certificate, record: DrainRecord, grant: Grant): Promise<StepAnswer> {
  if (record.runnerId === undefined) return { answer: 'gone', line: line(ports, 'deregister', 'gone') };
  if (!(await mayStillAct(ports, record, grant))) return { answer: 'late', line: line(ports, 'deregister', 'late: nothing sent') };
  const { verdict } = await sight(ports, record, undefined, { confirm: 0, grace: 0 });
  if (verdict === 'unlisted' && record.deregisterSent === true)
    return { answer: 'gone', line: line(ports, 'deregister', 'no longer listed') };
  if (verdict !== 'open' && verdict !== 'complete')
    return { answer: 'notNow', verdict, line: line(ports, 'deregister', `nothing sent: ${verdict}`) };
  await writeCertificate(ports.store, certificate);
  const outcome = await ports.runners.deregister(record.runnerId, false);
  return { answer: outcome.kind, line: line(ports, 'deregister', describe(outcome)) };
}

export async function writeCertificate(store: StateStore, certificate: Certificate): Promise<void> {
  const name = BLOBS.certificate(certificate.target.pool, certificate.drain, certificate.startedAt);
  await store.write(name, JSON.stringify(certificate, undefined, 1));
}

/** The last page of a drain: how it ended. */
export async function close(ports: StepPorts, certificate: Certificate, outcome: DrainOutcome): Promise<{ readonly line: StepLine }> {
  await writeCertificate(ports.store, { ...certificate, outcome });
  return { line: line(ports, 'close', outcome) };
}

export function certificateOf(
  record: DrainRecord,
  target: Target,
  window: ZeroWindow | undefined,
  steps: readonly StepLine[],
): Certificate {
  const { id, kind, rule, runnerId, vmId, instanceId, computerName, startedAt } = record;
  return {
    schema: 1,
    drain: id,
    kind,
    target,
    rule,
    runnerId,
    vmId,
    instanceId,
    computerName,
    startedAt,
    window,
    steps,
    outcome: undefined,
  };
}

export function line(ports: Pick<StepPorts, 'clock'>, step: string, answer: string): StepLine {
  return { at: ports.clock.now(), step, answer: answer.slice(0, 200) };
}

const describe = (outcome: WriteOutcome): string => ('text' in outcome ? `${outcome.kind}: ${outcome.code} ${outcome.text}` : outcome.kind);
