/** The time that is shown. */

export interface Range {
  readonly from: number;
  readonly to: number;
}

export interface RangeChoice {
  readonly id: string;
  readonly label: string;
  readonly spoken: string;
  readonly ms: number;
  /** Of a bucket: at most some 1,440 of them, which is what a wide screen has pixels for. */
  readonly resolutionSeconds: number;
}

const HOUR = 3_600_000;

export const RANGES: readonly RangeChoice[] = [
  { id: '1h', label: '1 h', spoken: 'Last hour', ms: HOUR, resolutionSeconds: 15 },
  { id: '6h', label: '6 h', spoken: 'Last 6 hours', ms: 6 * HOUR, resolutionSeconds: 60 },
  { id: '24h', label: '24 h', spoken: 'Last 24 hours', ms: 24 * HOUR, resolutionSeconds: 60 },
  { id: '7d', label: '7 d', spoken: 'Last 7 days', ms: 168 * HOUR, resolutionSeconds: 600 },
  { id: '30d', label: '30 d', spoken: 'Last 30 days', ms: 720 * HOUR, resolutionSeconds: 3_600 },
];

const DEFAULT = '6h';

export const rangeChoice = (id: string | null): RangeChoice =>
  RANGES.find((each) => each.id === id) ?? (RANGES.find((each) => each.id === DEFAULT) as RangeChoice);

/** Ends at the next whole bucket, so that the newest one is in it. */
export function rangeOf({ ms, resolutionSeconds }: RangeChoice, now: number): Range {
  const step = resolutionSeconds * 1000;
  const to = Math.ceil((now + 1) / step) * step;
  return { from: to - ms, to };
}

/** The part of the address that can be shared: which pool and how much time; never the key. */
export function readPlace(hash: string): { readonly pool: string | null; readonly range: string | null } {
  const given = new URLSearchParams(hash.replace(/^#/, ''));
  return { pool: given.get('pool'), range: given.get('range') };
}

export const writePlace = (pool: string, range: string): string => `#${new URLSearchParams({ pool, range }).toString()}`;
