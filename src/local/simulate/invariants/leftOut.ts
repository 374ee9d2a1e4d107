import type { WorldAnswer } from '../../world/exchange';
import type { PoolState } from '../../world/state';
import { bodyOf, pathOf, poolOf, type Asked, type Court } from './court';

/** VMs that the app had asked to delete, and that a list told it then lacked: it may take them for gone (seed 77606). */
export interface LeftOut {
  onRequest(asked: Asked): void;
  onAnswer(asked: Asked, answer: WorldAnswer): void;
  /** When a list that lacked it last ended; undefined: none did. */
  at(vmId: string): number | undefined;
}

interface Leaving {
  readonly pool: PoolState;
  /** When its delete was asked for, or a page last told it. */
  toldAt: number;
  leftOutAt?: number;
}

export function watchLists(court: Court): LeftOut {
  const leaving = new Map<string, Leaving>();
  /** When the list of a pool that an app reads began. */
  const begun = new Map<string, number>();

  const noteDelete = (asked: Asked): void => {
    const pool = poolOf(court.world, asked);
    const ids = bodyOf(asked.request)['instanceIds'];
    if (pool === undefined || !Array.isArray(ids)) return;
    for (const id of ids) {
      const vmId = pool.vms.get(String(id))?.vmId;
      if (vmId !== undefined && !leaving.has(vmId)) leaving.set(vmId, { pool, toldAt: court.now() });
    }
  };

  return {
    onRequest: (asked) => {
      const { request, service, app } = asked;
      if (service !== 'azure') return;
      if (request.method === 'POST' && /\/delete$/i.test(pathOf(request))) noteDelete(asked);
      const pool = listedPool(court, asked);
      if (pool !== undefined && !/skiptoken/i.test(request.url)) begun.set(`${pool.name} ${String(app)}`, court.now());
    },
    onAnswer: (asked, answer) => {
      if (leaving.size === 0 || typeof answer === 'string' || answer.status !== 200) return;
      const pool = listedPool(court, asked);
      const page = pool === undefined ? undefined : pageOf(answer.body);
      if (pool === undefined || page === undefined) return;
      for (const vmId of page.vmIds) {
        const known = leaving.get(vmId);
        if (known !== undefined) known.toldAt = court.now();
      }
      const since = begun.get(`${pool.name} ${String(asked.app)}`);
      if (!page.isLast || since === undefined) return;
      for (const known of leaving.values()) if (known.pool === pool && known.toldAt < since) known.leftOutAt = court.now();
    },
    at: (vmId) => leaving.get(vmId)?.leftOutAt,
  };
}

/** The pool whose VMs a request lists. Flexible: one address for the whole resource group, where the filter names the scale set. */
function listedPool({ world }: Court, asked: Asked): PoolState | undefined {
  const { service, request } = asked;
  if (service !== 'azure' || request.method !== 'GET' || !/\/virtualmachines$/i.test(pathOf(request))) return undefined;
  const filter = new URL(request.url, 'http://world.invalid').searchParams.get('$filter')?.toLowerCase();
  return poolOf(world, asked) ?? world.pools.find(({ vmssName }) => filter?.endsWith(`/${vmssName.toLowerCase()}'`) === true);
}

function pageOf(body: string): { readonly vmIds: readonly string[]; readonly isLast: boolean } | undefined {
  try {
    const { value = [], nextLink } = JSON.parse(body) as { value?: { properties?: { vmId?: string } }[]; nextLink?: string };
    return { vmIds: value.map(({ properties }) => properties?.vmId ?? ''), isLast: nextLink === undefined };
  } catch {
    // A broken answer told nothing.
    return undefined;
  }
}
