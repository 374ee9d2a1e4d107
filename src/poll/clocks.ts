/** A confirmation: how many readings agreed, from when to when. Every confirmation is readings and minutes, for a wake ticks at once. */
export interface Clock {
  since: number;
  last: number;
  readings: number;
}

/** One more agreeing reading; one that is not later than the last adds nothing, so that a repeated activity cannot count twice. */
export function extend(clock: Clock | undefined, now: number): Clock {
  if (clock === undefined) return { since: now, last: now, readings: 1 };
  if (now <= clock.last) return clock;
  return { since: clock.since, last: now, readings: clock.readings + 1 };
}

/** A clock that runs while `condition` holds and starts anew when it does not. */
export function runWhile(condition: boolean, clock: Clock | undefined, now: number): Clock | undefined {
  return condition ? extend(clock, now) : undefined;
}

export function confirmed(clock: Clock | undefined, readings: number, span: number): boolean {
  return clock !== undefined && clock.readings >= readings && clock.last - clock.since >= span;
}

/** Where a rule names minutes alone: "in every reading" of them, which is three at the least. */
export const READINGS = 3;

/** Sets or removes an optional property. */
export function put<T extends object, K extends keyof T>(target: T, key: K, value: T[K] | undefined): void {
  if (value === undefined) delete target[key];
  else target[key] = value;
}
