/** Azure's limits per scale set: a bucket that refills by the minute. https://learn.microsoft.com/azure/virtual-machines/compute-throttling-limits */
export interface TokenBucket {
  tokens: number;
  at: number;
}

interface Limit {
  readonly perMinute: number;
  readonly burst: number;
}

/** Rates a minute and bursts. `list` is our assumption: Azure does not publish it for lists of VMs. */
export const LIMITS = {
  update: { perMinute: 4, burst: 12 },
  get: { perMinute: 12, burst: 36 },
  instanceView: { perMinute: 10, burst: 30 },
  vmDelete: { perMinute: 4, burst: 12 },
  vmUpdate: { perMinute: 4, burst: 12 },
  vmGet: { perMinute: 12, burst: 36 },
  list: { perMinute: 60, burst: 180 },
} as const satisfies Record<string, Limit>;

export type LimitName = keyof typeof LIMITS;

export type Taken = { readonly ok: true; readonly left: number } | { readonly ok: false; readonly retryAfterSeconds: number };

/** Takes one token; `now` in epoch milliseconds. */
export function take(buckets: Map<string, TokenBucket>, name: LimitName, now: number): Taken {
  const { perMinute, burst } = LIMITS[name];
  const bucket = buckets.get(name) ?? { tokens: burst, at: now };
  bucket.tokens = Math.min(burst, bucket.tokens + (Math.max(0, now - bucket.at) / 60_000) * perMinute);
  bucket.at = now;
  buckets.set(name, bucket);
  if (bucket.tokens < 1) return { ok: false, retryAfterSeconds: Math.max(1, Math.ceil(((1 - bucket.tokens) * 60) / perMinute)) };
  bucket.tokens -= 1;
  return { ok: true, left: Math.floor(bucket.tokens) };
}
