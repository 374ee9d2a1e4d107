import { AutoscalerError } from '../errors';
import type { Certificate, DrainOutcome, DrainRecord, DrainTiming, Target, ZeroWindow } from '../model/drain';
import { deleteBatch, type BatchGrant } from './deleteBatch';
import { drainOfAttempt } from './grant';
import { certificateOf, close, deregister, look, setStatus, type StepLine, type StepPorts } from './steps';

/** Input of the activity that carries out one step of a drain; it crosses the engine as JSON. */
export interface StepInput {
  readonly step: 'mark' | 'reactivate' | 'look' | 'deregister' | 'delete' | 'close';
  readonly record: DrainRecord;
  readonly target: Target;
  readonly timing: DrainTiming;
  readonly steps: readonly StepLine[];
  readonly grant?: BatchGrant;
  readonly window?: ZeroWindow;
  readonly batch?: readonly DrainRecord[];
  readonly outcome?: DrainOutcome;
}

/** Throws what the store and the entity throw: the drain waits and asks again. */
export async function runStep(ports: StepPorts, input: StepInput): Promise<unknown> {
  const certificate: Certificate = certificateOf(input.record, input.target, input.window, input.steps);
  const { step, record, grant, window, timing } = input;
  if (step === 'look') return look(ports, record, window, timing);
  if (step === 'close') return close(ports, certificate, input.outcome ?? 'expired');
  if (grant === undefined)
    throw new AutoscalerError('grant-missing', `The step "${step}" of ${record.id} came without the entity's grant.`);
  if (step === 'mark') return setStatus(ports, record, 'DRAINING', grant);
  if (step === 'reactivate') return setStatus(ports, record, 'ACTIVE', grant);
  if (step === 'deregister') return deregister(ports, certificate, record, grant, timing);
  return deleteBatch(ports, { id: drainOfAttempt(grant.attempt) }, input.batch ?? [record], grant, timing);
}
