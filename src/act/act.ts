import type { ActOutcome, Admission, AdmittedAct } from '../model/decision';
import type { DrainTiming, Target } from '../model/drain';
import { MOST_TEXT, ServiceError } from '../errors';
import type { ScaleSet } from '../ports/scaleSet';
import type { RunnerService } from '../ports/runnerService';
import type { StateStore } from '../ports/stateStore';
import { drainOfAttempt, mayStillAct, type GrantPorts } from '../drain/grant';
import type { Engine } from './engine';
import { fromAzure, fromWrite, type Answer } from './answer';
import { deregisterEntry } from './deregisterEntry';
import { fleetOnce, nudge } from './nudge';

export interface ActPorts extends GrantPorts {
  readonly runners: RunnerService;
  readonly scaleSet: ScaleSet;
  readonly engine: Engine;
  readonly store: StateStore;
}

/**
 * Carries out what the entity admitted, in the order: give back, start drains, write capacity, repair, nudge. Every act may run twice:
 * a status write is idempotent, the capacity carries its ETag, a scaleIn is looked up before it is started, a deregistration reads first.
 * One act that fails hides no other; its outcome says so.
 */
export async function carryOut(
  ports: ActPorts,
  admission: Pick<Admission, 'acts' | 'scaleIn'>,
  target: Target,
  timing: DrainTiming,
): Promise<readonly ActOutcome[]> {
  if (!(await ports.isOwner())) return admission.acts.map((act) => ({ act, answer: 'notNow', code: 'foreign-owner' }));
  const outcomes: ActOutcome[] = [];
  const inOrder = [...admission.acts].sort((a, b) => ORDER[a.kind] - ORDER[b.kind]);
  if (admission.scaleIn !== undefined) {
    const { id, drains } = admission.scaleIn;
    const act = { kind: 'startScaleIn', id } as const;
    outcomes.push(
      await guarded(act, async () => {
        await ports.engine.startScaleIn(id, { target, timing, drains });
        return { answer: 'done' };
      }),
    );
  }
  const fleet = fleetOnce(ports, target.pool);
  for (const act of inOrder) {
    const late = act.kind !== 'nudge' && act.kind !== 'inspect' && ports.clock.now() > act.expiresAt;
    outcomes.push(
      late
        ? { act, answer: 'late' }
        : await guarded(act, () => (act.kind === 'nudge' ? nudge(ports.engine, act, fleet, timing) : carryOutOne(ports, act))),
    );
  }
  return outcomes;
}

const ORDER: Record<AdmittedAct['kind'], number> = { reactivate: 0, setCapacity: 1, deregister: 2, inspect: 3, nudge: 4, protect: 5 };

async function guarded(act: ActOutcome['act'], run: () => Promise<Answer>): Promise<ActOutcome> {
  try {
    return { act, ...(await run()) };
  } catch (error) {
    if (error instanceof ServiceError) return { act, answer: 'unknown', code: error.code, text: error.message.slice(0, MOST_TEXT) };
    throw error;
  }
}

async function carryOutOne(ports: ActPorts, act: Exclude<AdmittedAct, { kind: 'nudge' }>): Promise<Answer> {
  switch (act.kind) {
    case 'reactivate': {
      const { attempt = '', expiresAt } = act;
      // A second run, minutes later, must not set a runner ACTIVE that another drain marked meanwhile.
      if (!(await mayStillAct(ports, { id: drainOfAttempt(attempt) }, { attempt, expiresAt }))) return { answer: 'late' };
      const answer = fromWrite(await ports.runners.setStatus(act.runnerId, 'ACTIVE'));
      await ports.engine.nudge(act.drainId, { news: 'giveBack' });
      return answer;
    }
    case 'setCapacity':
      return fromAzure(await ports.scaleSet.setCapacity(act.to, act.etag));
    case 'deregister':
      return deregisterEntry(ports, act);
    case 'protect': {
      const outcome = await ports.scaleSet.protectFromScaleIn(act.instanceId, act.vmId);
      return outcome.kind === 'gone' ? { answer: 'gone' } : fromAzure(outcome);
    }
    case 'inspect': {
      const state = await ports.engine.instanceState(act.drainId);
      return { answer: state === 'alive' ? 'alive' : 'over' };
    }
  }
}
