import type { Bound } from './bounds/bounds';
import { waitsOf, type Figures } from './figures';

/** Those that no other one beats in both mean wait and VM-hours. */
export function paretoOf<T extends Pick<Figures, 'waitSeconds' | 'vmHours'>>(rows: readonly T[]): ReadonlySet<T> {
  const isBeaten = (row: T): boolean =>
    rows.some(
      (other) =>
        other.vmHours <= row.vmHours &&
        other.waitSeconds.mean <= row.waitSeconds.mean &&
        (other.vmHours < row.vmHours || other.waitSeconds.mean < row.waitSeconds.mean),
    );
  return new Set(rows.filter((row) => !isBeaten(row)));
}

/** VM-hours above each bound; negative: below. */
export interface Distance {
  readonly least: number | undefined;
  /** Of the clairvoyant policy without waits. */
  readonly clairvoyant: number | undefined;
  /** Of the online policy at the same mean wait, between its points; undefined where it reaches no such wait. */
  readonly online: number | undefined;
}

export function distanceOf({ waitSeconds, vmHours }: Pick<Figures, 'waitSeconds' | 'vmHours'>, bounds: readonly Bound[]): Distance {
  const above = (hours: number | undefined): number | undefined => (hours === undefined ? undefined : Number((vmHours - hours).toFixed(2)));
  const hoursOf = (name: Bound['name']): number | undefined => bounds.find((bound) => bound.name === name)?.vmHours;
  return {
    least: above(hoursOf('least')),
    clairvoyant: above(hoursOf('clairvoyant-0s')),
    online: above(onlineAt(waitSeconds.mean, bounds)),
  };
}

/** VM-hours of the online policy for a mean wait: on the line between two of its points; beyond its longest wait as at that. */
function onlineAt(wait: number, bounds: readonly Bound[]): number | undefined {
  const points = bounds
    .filter(({ name }) => name.startsWith('online-'))
    .map(({ waits, vmHours }) => ({ wait: waitsOf(waits ?? []).mean, vmHours }))
    .sort((a, b) => b.wait - a.wait);
  const [first] = points;
  if (first === undefined) return undefined;
  if (wait >= first.wait) return first.vmHours;
  const after = points.findIndex((point) => point.wait <= wait);
  const [left, right] = [points[after - 1], points[after]];
  if (left === undefined || right === undefined) return undefined;
  const share = left.wait === right.wait ? 1 : (left.wait - wait) / (left.wait - right.wait);
  return left.vmHours + share * (right.vmHours - left.vmHours);
}
