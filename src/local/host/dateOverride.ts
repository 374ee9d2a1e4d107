import type { HostClock } from './clock';

/**
 * A Date that reads the clock: `Date.now()`, `new Date()` and `Date()`.
 * It shares Date.prototype, so every date stays `instanceof Date`, and subclasses work.
 */
export function hostDate(clock: HostClock): DateConstructor {
  const Real = globalThis.Date;
  function HostDate(this: unknown, ...given: unknown[]): unknown {
    if (new.target === undefined) return new Real(clock.now()).toString();
    const values = given.length === 0 ? [clock.now()] : given;
    // The SDK makes one for each text in a history that looks like a time.
    if (new.target === (HostDate as unknown) && values.length === 1) return new Real(values[0] as string);
    return Reflect.construct(Real, values, new.target === (HostDate as unknown) ? Real : new.target);
  }
  const replacement = Object.assign(HostDate, { now: () => clock.now(), parse: Real.parse, UTC: Real.UTC });
  replacement.prototype = Real.prototype;
  Object.defineProperty(replacement, 'name', { value: 'Date' });
  return replacement as unknown as DateConstructor;
}

/** Puts {@link hostDate} in the global's place; returns what puts the real Date back. One at a time: every host of the process shares the global. */
export function installDate(clock: HostClock): () => void {
  const Real = globalThis.Date;
  const replacement = hostDate(clock);
  globalThis.Date = replacement;
  return () => {
    if (globalThis.Date === replacement) globalThis.Date = Real;
  };
}
