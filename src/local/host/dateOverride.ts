import type { HostClock } from './clock';

/**
 * Makes the app see the host's time: `Date.now()`, `new Date()` and `Date()` read the clock.
 * The replacement shares Date.prototype, so every date stays `instanceof Date`, and subclasses work.
 * Returns what puts the real Date back. One at a time per process: the global is shared by every host in it.
 */
export function installDate(clock: HostClock): () => void {
  const Real = globalThis.Date;
  function HostDate(this: unknown, ...given: unknown[]): unknown {
    if (new.target === undefined) return new Real(clock.now()).toString();
    const values = given.length === 0 ? [clock.now()] : given;
    return Reflect.construct(Real, values, new.target === (HostDate as unknown) ? Real : new.target);
  }
  const replacement = Object.assign(HostDate, { now: () => clock.now(), parse: Real.parse, UTC: Real.UTC });
  replacement.prototype = Real.prototype;
  Object.defineProperty(replacement, 'name', { value: 'Date' });
  globalThis.Date = replacement as unknown as DateConstructor;
  return () => {
    if (globalThis.Date === (replacement as unknown)) globalThis.Date = Real;
  };
}
