import type { Certificate, DrainOutcome, DrainRecord, DrainTiming, Target, ZeroWindow } from '../model/drain';
import { ServiceError } from '../errors';
import { BLOBS } from '../names';
import type { RunnerService, WriteOutcome } from '../ports/runnerService';
import type { ScaleSet, ScaleSetState } from '../ports/scaleSet';
import type { StateStore } from '../ports/stateStore';
import { mayBeEmpty } from '../poll/emptyList';
import { sightingOf } from '../poll/sighting';
import { mayHide } from '../poll/verdicts';
import { parseFleet, type FleetMemory } from '../poll/fleetMemory';
import { mayStillAct, type Grant, type GrantPorts } from './grant';
import { extendWindow, type WindowVerdict } from './window';

export interface StepPorts extends GrantPorts {
  readonly runners: RunnerService;
  readonly scaleSet: ScaleSet;
  readonly store: StateStore;
}

export interface StepLine {
  readonly at: number;
  readonly step: string;
  readonly answer: string;
}

export interface StepAnswer {
  readonly answer: WriteOutcome['kind'] | 'late' | 'notNow';
  readonly line: StepLine;
  /** What the reading just before the act said, where it forbade it. */
  readonly verdict?: WindowVerdict;
  /** The window of zeros with that reading. */
  readonly window?: ZeroWindow | undefined;
}

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

/** Group first, then the instance by its id and vmId. A group without a list says nothing, unless none is to be expected. */
async function sight(
  ports: StepPorts,
  record: DrainRecord,
  window: ZeroWindow | undefined,
  timing: DrainTiming,
): Promise<ReturnType<typeof extendWindow>> {
  const group = await ports.runners.readGroup();
  const at = ports.clock.now();
  const state = await readStateIfAny(ports);
  const instance = state === undefined ? undefined : await ports.scaleSet.readInstance(state.mode, record.instanceId);
  const fleet = await readFleet(ports, poolOf(record));
  const runners = group.runners ?? (state !== undefined && (await isListEmpty(ports, state, fleet, timing)) ? [] : undefined);
  const isListed = runners?.some(({ runnerId }) => runnerId === record.runnerId) === true;
  // Its absence from a list that was cut proves nothing: a deregister whose answer was lost may not have taken.
  const known = isListed || !mayHide(group, fleet, [record.vmId]) ? runners : undefined;
  const seen = sightingOf(record, { runners: known }, instance === undefined ? [] : [instance], fleet, at);
  return seen === undefined ? { window: undefined, verdict: 'unknown' } : extendWindow(window, seen, timing);
}

/** Undefined: the scale set itself is gone, and with it each of its instances. */
export async function readStateIfAny(ports: Pick<StepPorts, 'scaleSet'>): Promise<ScaleSetState | undefined> {
  try {
    return await ports.scaleSet.readState();
  } catch (error) {
    if (error instanceof ServiceError && error.code === 'azure-not-found') return undefined;
    throw error;
  }
}

export async function readFleet(ports: Pick<StepPorts, 'store'>, pool: string): Promise<FleetMemory | undefined> {
  const blob = await ports.store.read(BLOBS.fleet(pool));
  return blob === undefined ? undefined : parseFleet(blob.text);
}

/** Whether a list of runners that is missing means that there are none. */
export async function isListEmpty(
  ports: StepPorts,
  state: ScaleSetState,
  fleet: FleetMemory | undefined,
  timing: Pick<DrainTiming, 'boot'>,
): Promise<boolean> {
  const memory = await ports.readMemory();
  const instances = await ports.scaleSet.listInstances(state);
  return mayBeEmpty(instances, fleet, Object.values(memory?.drains ?? {}), timing.boot, ports.clock.now());
}

/** `drain-<pool>-<tick>-<n>`: the pool of a record. */
export const poolOf = (record: Pick<DrainRecord, 'id'>): string => record.id.split('-').slice(1, -2).join('-');

/**
 * Deregisters, never forced. Reads again first and sends nothing unless this reading, too, belongs to a complete window of zeros (I1): the
 * runner DRAINING and all-zero at that moment, connected as it was or disconnected for its grace. Stores the certificate before it sends.
 * An entry that is no longer listed is done where our deregister may have been sent; else somebody else took it off.
 */
export async function deregister(
  ports: StepPorts,
  certificate: Certificate,
  record: DrainRecord,
  grant: Grant,
  timing: DrainTiming,
): Promise<StepAnswer> {
  const { runnerId } = record;
  const say = (answer: StepAnswer['answer'], text: string, more: Partial<StepAnswer> = {}): StepAnswer => ({
    answer,
    line: line(ports, 'deregister', text),
    ...more,
  });
  if (runnerId === undefined) return say('gone', 'gone');
  if (!(await mayStillAct(ports, record, grant))) {
    // The host that ran it before may have died after it had sent: "late" would undo the commit of a runner that is deregistered.
    const own = await readCertificate(ports.store, certificate.target.pool, record.id, record.startedAt);
    if (own?.sending === grant.attempt) return say('unknown', 'late: nothing sent, but an earlier run of this attempt may have');
    return say('late', 'late: nothing sent');
  }
  const { window, verdict } = await sight(ports, record, certificate.window, timing);
  if (verdict === 'unlisted' && (await wasSent(ports, certificate, record, grant))) return say('gone', 'no longer listed');
  if (verdict !== 'complete') return say('notNow', `nothing sent: ${verdict}`, { verdict, window });
  await writeCertificate(ports.store, { ...certificate, window, sending: grant.attempt });
  // Reading and storing took their time: a give-back may have overtaken it.
  if (!(await mayStillAct(ports, record, grant))) return say('late', 'late: nothing sent', { window });
  const outcome = await ports.runners.deregister(runnerId, false);
  return say(outcome.kind, describe(outcome), { window });
}

/**
 * Whether a deregister of ours may be behind the entry's absence: a lost answer, an earlier run of this same activity, or the drain that
 * this one goes on with, which died before it could report. The certificate, stored before each sending, tells.
 */
async function wasSent(ports: StepPorts, certificate: Certificate, record: DrainRecord, grant: Grant): Promise<boolean> {
  const own = await readCertificate(ports.store, certificate.target.pool, record.id, record.startedAt);
  if (own?.sending === grant.attempt) return true;
  const named = (await ports.readMemory())?.drains[record.id];
  if (record.deregisterSent !== true && named?.deregisterSent !== true) return false;
  if (own?.sending !== undefined) return true;
  if (record.replaces === undefined) return false;
  return (await readCertificate(ports.store, certificate.target.pool, record.replaces, record.startedAt))?.sending !== undefined;
}

async function readCertificate(store: StateStore, pool: string, drain: string, startedAt: number): Promise<Certificate | undefined> {
  const blob = await store.read(BLOBS.certificate(pool, drain, startedAt));
  if (blob === undefined) return undefined;
  try {
    return JSON.parse(blob.text) as Certificate;
  } catch {
    // A torn page proves nothing.
    return undefined;
  }
}

export async function writeCertificate(store: StateStore, certificate: Certificate): Promise<void> {
  const name = BLOBS.certificate(certificate.target.pool, certificate.drain, certificate.startedAt);
  await store.write(name, JSON.stringify(certificate, undefined, 1));
}

/** The last page of a drain: how it ended. What an earlier page proved stays. */
export async function close(ports: StepPorts, certificate: Certificate, outcome: DrainOutcome): Promise<{ readonly line: StepLine }> {
  const { target, drain, startedAt } = certificate;
  const before = await readCertificate(ports.store, target.pool, drain, startedAt);
  // A drain that was begun once more, long after its end, has nothing to add.
  if (before?.outcome !== undefined) return { line: line(ports, 'close', `closed before: ${before.outcome}`) };
  const window = before?.sending === undefined ? certificate.window : (before.window ?? certificate.window);
  const sending = before?.sending === undefined ? {} : { sending: before.sending };
  await writeCertificate(ports.store, { ...certificate, window, ...sending, outcome, endedAt: ports.clock.now() });
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
