import type { Decision } from '../data/answers';
import { kindOf, type DecisionKind } from './mode';

/** What is marked on the time axis: decisions that acted, and the beginnings of holds. */
export type MarkKind = Exclude<DecisionKind, 'steady' | 'wait'>;

export interface Mark {
  readonly at: number;
  readonly kind: MarkKind;
  /** Newest first; more than one where they lie too close to be told apart. */
  readonly decisions: readonly Decision[];
}

/** Decisions newest first → marks oldest first. */
export function marksOf(decisions: readonly Decision[]): readonly Mark[] {
  const marks: Mark[] = [];
  let holding = '';
  for (const decision of decisions.toReversed()) {
    const kind = kindOf(decision.rule);
    const isHeldOn = kind === 'hold' && holding === decision.rule;
    holding = kind === 'hold' ? decision.rule : '';
    if (kind === 'steady' || kind === 'wait' || isHeldOn) continue;
    marks.push({ at: decision.at, kind, decisions: [decision] });
  }
  return marks;
}

/** Marks of one kind closer than `gap` ms become one, at the time of the first. */
export function clustered(marks: readonly Mark[], gap: number): readonly Mark[] {
  const open = new Map<MarkKind, { at: number; last: number; decisions: Decision[]; kind: MarkKind }>();
  const found: { at: number; kind: MarkKind; decisions: Decision[] }[] = [];
  for (const { at, kind, decisions } of marks) {
    const group = open.get(kind);
    if (group !== undefined && at - group.last < gap) {
      group.decisions.unshift(...decisions);
      group.last = at;
      continue;
    }
    const fresh = { at, last: at, kind, decisions: [...decisions] };
    open.set(kind, fresh);
    found.push(fresh);
  }
  return found;
}

/** Those within `within` ms of a time, the nearest first. */
export function near(marks: readonly Mark[], at: number, within: number): readonly Mark[] {
  return marks.filter((mark) => Math.abs(mark.at - at) <= within).toSorted((a, b) => Math.abs(a.at - at) - Math.abs(b.at - at));
}
