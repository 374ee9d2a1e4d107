/** One small wrong change to the real code, and the check that has to notice it. */
export interface Mutant {
  readonly name: string;
  /** What would go wrong for whom. */
  readonly danger: string;
  readonly file: string;
  /** Stands exactly once in `file`. */
  readonly from: string;
  readonly to: string;
  readonly check: Check;
}

/** A test file and, where one test of it says it, a pattern of its name; or seeds of the simulation. */
export type Check = { readonly test: string; readonly named?: string } | { readonly seeds: readonly number[] };
