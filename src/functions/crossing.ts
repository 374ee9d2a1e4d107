import type { Act, ActOutcome, Admission, AdmittedAct, Decision, TickPlan } from '../model/decision';
import type { DrainRecord } from '../model/drain';
import { pack, unpack, type Packed } from '../model/packed';
import { OPERATIONS } from '../persist/poolEntity';

/** What crosses the engine with many rows in it, and how it is packed for that. An older app's long form is read alike. */

export type CrossingPlan = Omit<TickPlan, 'decision'> & { readonly decision: Omit<Decision, 'acts'> & { readonly acts: Packed<Act> } };

export const packPlan = (plan: TickPlan): CrossingPlan => ({ ...plan, decision: { ...plan.decision, acts: pack(plan.decision.acts) } });
export const unpackPlan = (plan: CrossingPlan): TickPlan => ({ ...plan, decision: { ...plan.decision, acts: unpack(plan.decision.acts) } });

type Admitted = Pick<Admission, 'acts' | 'scaleIn'>;

export interface CrossingAdmitted {
  readonly acts: Packed<AdmittedAct>;
  readonly scaleIn: { readonly id: string; readonly drains: Packed<DrainRecord> } | undefined;
}

export type CrossingAdmission = Omit<Admission, keyof Admitted> & CrossingAdmitted;

export const packAdmission = (admission: Admission): CrossingAdmission => ({
  ...admission,
  acts: pack(admission.acts),
  scaleIn: admission.scaleIn && { ...admission.scaleIn, drains: pack(admission.scaleIn.drains) },
});

export const unpackAdmitted = ({ acts, scaleIn }: CrossingAdmitted): Admitted => ({
  acts: unpack(acts),
  scaleIn: scaleIn && { ...scaleIn, drains: unpack(scaleIn.drains) },
});

type Answer = Omit<ActOutcome, 'act'>;

export type CrossingOutcomes = readonly ActOutcome[] | { readonly acts: Packed<ActOutcome['act']>; readonly answers: Packed<Answer> };

export const packOutcomes = (outcomes: readonly ActOutcome[]): CrossingOutcomes => ({
  acts: pack(outcomes.map(({ act }) => act)),
  answers: pack(outcomes.map(({ act: _, ...answer }) => answer)),
});

export function unpackOutcomes(crossing: CrossingOutcomes): readonly ActOutcome[] {
  if (!('acts' in crossing)) return crossing;
  const answers = unpack(crossing.answers);
  return unpack(crossing.acts).flatMap((act, at) => {
    const answer = answers[at];
    return answer === undefined ? [] : [{ act, ...answer }];
  });
}

/** An operation's input as the entity's own code takes it. What has not its shape is left to that code, which answers and never throws. */
export function unpackInput(operation: string, input: unknown): unknown {
  const { plan, outcomes } = (input ?? {}) as { readonly plan?: Partial<CrossingPlan>; readonly outcomes?: CrossingOutcomes };
  if (operation === OPERATIONS.admit && plan?.decision !== undefined)
    return { ...(input as object), plan: unpackPlan(plan as CrossingPlan) };
  return operation === OPERATIONS.settle && outcomes !== undefined ? { ...(input as object), outcomes: unpackOutcomes(outcomes) } : input;
}

/** Its answer, packed where it has rows; a refusal has none. */
export function packResult(operation: string, result: unknown): unknown {
  const isAdmission = operation === OPERATIONS.admit && typeof result === 'object' && result !== null && 'acts' in result;
  return isAdmission ? packAdmission(result as Admission) : result;
}
