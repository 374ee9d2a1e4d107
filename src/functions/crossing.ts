import type { Act, ActOutcome, Admission, AdmittedAct, Decision, TickPlan } from '../model/decision';
import type { DrainRecord } from '../model/drain';
import { pack, unpack, type Packed } from '../model/packed';
import type { AdmitInput } from '../persist/admit';
import { OPERATIONS } from '../persist/poolEntity';
import { settlementsOf, type Settlement } from '../persist/settle';

/** What crosses the engine with many rows in it, and how it is packed for that. An older app's long form is read alike. */

export type CrossingPlan = Omit<TickPlan, 'decision'> & { readonly decision: Omit<Decision, 'acts'> & { readonly acts: Packed<Act> } };

export const packPlan = (plan: TickPlan): CrossingPlan => ({ ...plan, decision: { ...plan.decision, acts: pack(plan.decision.acts) } });
export const unpackPlan = (plan: CrossingPlan): TickPlan => ({ ...plan, decision: { ...plan.decision, acts: unpack(plan.decision.acts) } });

type Admitted = Pick<Admission, 'acts' | 'scaleIn'>;

/** A drain as it is admitted says again what its act of the plan said, and both stand in the tick's history: once is enough. */
const PLANNED = ['runnerId', 'instanceId', 'computerName', 'rule', 'replaces'] as const;
type CrossingRecord = Omit<DrainRecord, (typeof PLANNED)[number]> & Partial<Pick<DrainRecord, (typeof PLANNED)[number]>>;

export interface CrossingAdmitted {
  readonly acts: Packed<AdmittedAct>;
  readonly scaleIn: { readonly id: string; readonly drains: Packed<CrossingRecord> } | undefined;
}

export type CrossingAdmission = Omit<Admission, keyof Admitted> & CrossingAdmitted;

type PlannedDrain = Extract<Act, { kind: 'drain' }>;

const plannedDrains = (planned: readonly Act[]): ReadonlyMap<string, PlannedDrain> =>
  new Map(planned.flatMap((act) => (act.kind === 'drain' ? [[act.vmId, act] as const] : [])));

export function packAdmission(admission: Admission, planned: readonly Act[]): CrossingAdmission {
  const { acts, scaleIn } = admission;
  const byVm = plannedDrains(planned);
  const own = (record: DrainRecord): CrossingRecord => {
    const act = byVm.get(record.vmId);
    const left: Partial<DrainRecord> = { ...record };
    for (const field of PLANNED) if (act !== undefined && record[field] === act[field]) delete left[field];
    return left as CrossingRecord;
  };
  return { ...admission, acts: pack(acts), scaleIn: scaleIn && { ...scaleIn, drains: pack(scaleIn.drains.map(own)) } };
}

/** `planned`: the acts of the plan that was admitted; none where an older app's form says all itself. */
export function unpackAdmitted({ acts, scaleIn }: CrossingAdmitted, planned: readonly Act[]): Admitted {
  const byVm = plannedDrains(planned);
  const whole = (record: CrossingRecord): DrainRecord => {
    const { runnerId, instanceId, computerName, rule, replaces } = byVm.get(record.vmId) ?? {};
    return { runnerId, instanceId, computerName, rule, ...(replaces === undefined ? {} : { replaces }), ...record } as DrainRecord;
  };
  return { acts: unpack(acts), scaleIn: scaleIn && { ...scaleIn, drains: unpack(scaleIn.drains).map(whole) } };
}

export interface CrossingOutcomes {
  readonly acts: Packed<Settlement['act']>;
  readonly answers: Packed<Omit<Settlement, 'act'>>;
}

export function packOutcomes(outcomes: readonly ActOutcome[]): CrossingOutcomes {
  const settlements = settlementsOf(outcomes);
  return { acts: pack(settlements.map(({ act }) => act)), answers: pack(settlements.map(({ act: _, ...answer }) => answer)) };
}

/** An older app's form says each act whole, and acts of all kinds. */
export function unpackOutcomes(crossing: CrossingOutcomes | readonly Settlement[]): readonly Settlement[] {
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
export function packResult(operation: string, result: unknown, input: unknown): unknown {
  const isAdmission = operation === OPERATIONS.admit && typeof result === 'object' && result !== null && 'acts' in result;
  return isAdmission ? packAdmission(result as Admission, (input as AdmitInput).plan.decision.acts) : result;
}
