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

/**
 * What is admitted says again what its act of the plan said, and both stand in the tick's history: once is enough. `at`: the act's place in
 * the plan, where what is left out of here is found.
 */
type Cut<T> = Partial<T> & { readonly at?: number };

export interface CrossingAdmitted {
  readonly acts: Packed<Cut<AdmittedAct>>;
  readonly scaleIn: { readonly id: string; readonly drains: Packed<Cut<DrainRecord>> } | undefined;
}

export type CrossingAdmission = Omit<Admission, keyof Admitted> & CrossingAdmitted;

/** What a drain's record has from its act under the same name. */
const RECORDED = ['runnerId', 'vmId', 'instanceId', 'computerName', 'rule', 'replaces'] as const;

export function packAdmission(admission: Admission, planned: readonly Act[]): CrossingAdmission {
  const { acts, scaleIn } = admission;
  const places = new Map(planned.map((act, at) => [keyOf(act), at]));
  const cut = <T extends object>(whole: T, key: string, fields: readonly string[]): Cut<T> => {
    const at = places.get(key);
    if (at === undefined) return whole;
    const act = planned[at] as unknown as Record<string, unknown>;
    const own = Object.entries(whole).filter(([field, value]) => !fields.includes(field) || value !== act[field]);
    return { at, ...Object.fromEntries(own) } as Cut<T>;
  };
  const cutAct = (act: AdmittedAct): Cut<AdmittedAct> => cut(act, keyOf(act), Object.keys(act));
  const cutRecord = (record: DrainRecord): Cut<DrainRecord> => cut(record, keyOfDrain(record.vmId), RECORDED);
  return { ...admission, acts: pack(acts.map(cutAct)), scaleIn: scaleIn && { ...scaleIn, drains: pack(scaleIn.drains.map(cutRecord)) } };
}

const keyOfDrain = (vmId: string | undefined): string => `drain ${String(vmId)}`;

/** One act of a kind for one drain, runner or VM. */
function keyOf(act: Act | AdmittedAct): string {
  switch (act.kind) {
    case 'setCapacity':
      return act.kind;
    case 'drain':
      return keyOfDrain(act.vmId);
    case 'protect':
      return `${act.kind} ${act.vmId}`;
    case 'deregister':
      return `${act.kind} ${act.runnerId}`;
    default:
      return `${act.kind} ${act.drainId}`;
  }
}

/** `planned`: the acts of the plan that was admitted; none where an older app's form says all itself. */
export function unpackAdmitted({ acts, scaleIn }: CrossingAdmitted, planned: readonly Act[]): Admitted {
  const act = ({ at, ...own }: Cut<AdmittedAct>): AdmittedAct => ({ ...(at === undefined ? {} : planned[at]), ...own }) as AdmittedAct;
  const record = ({ at, ...own }: Cut<DrainRecord>): DrainRecord => {
    // An older app left the same out and named the act by its VM.
    const said = (at === undefined ? planned.find((act) => keyOf(act) === keyOfDrain(own.vmId)) : planned[at]) as
      Partial<DrainRecord> | undefined;
    const fields = RECORDED.flatMap((field) => (said?.[field] === undefined ? [] : [[field, said[field]] as const]));
    return { ...Object.fromEntries(fields), ...own } as DrainRecord;
  };
  return { acts: unpack(acts).map(act), scaleIn: scaleIn && { ...scaleIn, drains: unpack(scaleIn.drains).map(record) } };
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
