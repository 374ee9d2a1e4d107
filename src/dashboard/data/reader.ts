import type { Bucket, Decision, Page, PastDrain, PoolStatus, Runner } from './answers';
import { decodeDecisions, decodeHistory, decodePastDrains, decodeRunners } from './history';
import { problemOf, type ApiProblem } from './problem';
import type { Api } from './request';
import { decodePools, decodeStatus } from './status';
import type { Range, RangeChoice } from '../shape/range';

/** What the history routes say of one pool and time. A part that could not be read is undefined, and `problem` is the first reason. */
export interface Past {
  readonly buckets: readonly Bucket[] | undefined;
  readonly resolutionSeconds: number;
  readonly decisions: readonly Decision[] | undefined;
  /** Asks for older decisions than those. */
  readonly moreDecisions: string | null;
  readonly drains: readonly PastDrain[] | undefined;
  readonly runners: { readonly items: readonly Runner[]; readonly total: number } | undefined;
  readonly problem: ApiProblem | undefined;
}

/** More pages than the longest time has at its resolution; a server that never says its last page is not followed for ever. */
const MOST_PAGES = 40;
/** For the marks of the charts; older ones are asked for by hand. */
const DECISION_PAGES = 4;
const DECISIONS = { limit: '500' };

export interface Reader {
  pools(): Promise<{ readonly pools: readonly PoolStatus[]; readonly problem: string }>;
  status(pool: string): Promise<PoolStatus>;
  past(pool: string, range: Range, choice: RangeChoice): Promise<Past>;
  moreDecisions(pool: string, range: Range, next: string): Promise<Page<Decision>>;
}

const iso = (at: number): string => new Date(at).toISOString();
const pathOf = (pool: string): string => `pools/${encodeURIComponent(pool)}`;

export function createReader(api: Api): Reader {
  async function pages<T>(path: string, read: (body: unknown) => Page<T>, most: number): Promise<Page<T>> {
    const items: T[] = [];
    let next: string | null = null;
    for (let count = 0; count < most; count += 1) {
      const page: Page<T> = read(await api.get(withNext(path, next)));
      items.push(...page.items);
      next = page.next;
      if (next === null) break;
    }
    return { items, next };
  }
  const between = (pool: string, what: string, { from, to }: Range, more: Record<string, string>): string =>
    `${pathOf(pool)}/${what}?${new URLSearchParams({ from: iso(from), to: iso(to), ...more }).toString()}`;

  async function allRunners(pool: string): Promise<Past['runners']> {
    let total = 0;
    const read = (body: unknown): Page<Runner> => {
      const page = decodeRunners(body);
      total = page.total;
      return page;
    };
    const { items } = await pages(`${pathOf(pool)}/runners?limit=1000`, read, MOST_PAGES);
    return { items, total: Math.max(total, items.length) };
  }

  return {
    pools: async () => decodePools(await api.get('pools')),
    status: async (pool) => decodeStatus(await api.get(pathOf(pool))),
    moreDecisions: async (pool, range, next) =>
      decodeDecisions(await api.get(withNext(between(pool, 'decisions', range, DECISIONS), next))),
    async past(pool, range, { resolutionSeconds }) {
      let resolution = resolutionSeconds;
      const readBuckets = (body: unknown): Page<Bucket> => {
        const page = decodeHistory(body);
        resolution = page.resolutionSeconds ?? resolution;
        return page;
      };
      const history = pages(between(pool, 'history', range, { resolution: String(resolutionSeconds) }), readBuckets, MOST_PAGES);
      const [buckets, decisions, drains, runners] = await Promise.allSettled([
        history,
        pages(between(pool, 'decisions', range, DECISIONS), decodeDecisions, DECISION_PAGES),
        pages(between(pool, 'drains', range, { limit: '200' }), decodePastDrains, 1),
        allRunners(pool),
      ]);
      const failed = [buckets, decisions, drains, runners].find((each) => each.status === 'rejected');
      return {
        resolutionSeconds: resolution,
        buckets: valueOf(buckets)?.items,
        decisions: valueOf(decisions)?.items,
        moreDecisions: valueOf(decisions)?.next ?? null,
        drains: valueOf(drains)?.items,
        runners: valueOf(runners),
        problem: failed === undefined ? undefined : problemOf(failed.reason),
      };
    },
  };
}

const valueOf = <T>(settled: PromiseSettledResult<T>): T | undefined => (settled.status === 'fulfilled' ? settled.value : undefined);

const withNext = (path: string, next: string | null): string =>
  next === null ? path : `${path}${path.includes('?') ? '&' : '?'}cursor=${encodeURIComponent(next)}`;
