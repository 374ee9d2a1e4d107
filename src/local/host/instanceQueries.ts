import type { Client } from './client';
import type { ApiAnswer } from './durableApi';
import type { Engine, Instance } from './engine';
import { partsOf } from './entities';
import { statusOf, type View } from './statusView';
import { isOver } from './storage';

const PAGE = 100;

/** Instances that match a query's filters, by id. Entities are among them, as on the real host. */
function matching(engine: Engine, query: URLSearchParams): Instance[] {
  const from = timeOf(query.get('createdTimeFrom'), -Infinity);
  const to = timeOf(query.get('createdTimeTo'), Infinity);
  const statuses = (query.get('runtimeStatus') ?? '').split(',').filter((status) => status !== '');
  const prefix = query.get('instanceIdPrefix') ?? '';
  return [...engine.instances.values()].filter(({ row }) => {
    const wanted = statuses.length === 0 || statuses.includes(row.status);
    return wanted && row.id.startsWith(prefix) && row.createdAt >= from && row.createdAt <= to;
  });
}

const timeOf = (text: string | null, fallback: number): number => (text === null ? fallback : Date.parse(text));

/** The token names the last id of the page before: it stays valid when instances come and go between pages. */
export function instanceList(engine: Engine, query: URLSearchParams, view: View, token: string): ApiAnswer {
  const after = token === '' ? '' : Buffer.from(token, 'base64url').toString('utf8');
  const top = Number(query.get('top') ?? PAGE);
  const found = matching(engine, query)
    .filter(({ row }) => row.id > after)
    .sort((a, b) => (a.row.id < b.row.id ? -1 : 1));
  const page = found.slice(0, top > 0 ? top : PAGE);
  const last = page.at(-1);
  const more = found.length > page.length && last !== undefined ? Buffer.from(last.row.id).toString('base64url') : '';
  return {
    status: 200,
    body: page.map((instance) => statusOf(instance, view)),
    headers: more === '' ? {} : { 'x-ms-continuation-token': more },
  };
}

export function purgeBy(engine: Engine, client: Client, query: URLSearchParams): ApiAnswer {
  if (query.get('createdTimeFrom') === null)
    return { status: 400, body: { Message: "Please provide value for 'createdTimeFrom' parameter." } };
  const over = matching(engine, query).filter(({ row }) => isOver(row.status));
  for (const { row } of over) client.purge(row.id);
  return over.length === 0 ? { status: 404 } : { status: 200, body: { instancesDeleted: over.length } };
}

export function entityList(engine: Engine, name: string | undefined, query: URLSearchParams): ApiAnswer {
  const withState = query.get('fetchState') === 'true';
  const wanted = (name ?? '').toLowerCase();
  const body = [...engine.instances.values()]
    .filter(({ row }) => row.id.startsWith('@') && (wanted === '' || partsOf(row.id).name === wanted))
    .map(({ row }) => ({
      entityId: partsOf(row.id),
      lastOperationTime: new Date(row.updatedAt).toISOString(),
      ...(withState && row.state !== null ? { state: JSON.parse(row.state) as unknown } : {}),
    }));
  return { status: 200, body };
}
