import type { WorldRequest } from '../../src/local/world/exchange';

/**
 * The action that Resource Manager asks of a request's sender, by its own rule: provider, types without their names, and the verb – read
 * for GET, write for PUT and PATCH, delete for DELETE, `<last part>/action` for POST.
 */
export function actionOf({ method, url }: WorldRequest): string {
  const parts = new URL(url, 'https://azure').pathname.split('/').filter((part) => part !== '');
  const [namespace = '', ...rest] = parts.slice(parts.findIndex((part) => part.toLowerCase() === 'providers') + 1);
  const types = rest.filter((_, at) => at % 2 === 0);
  const verbs: Record<string, string> = { GET: 'read', PUT: 'write', PATCH: 'write', DELETE: 'delete', POST: 'action' };
  return [namespace, ...types, verbs[method] ?? method].join('/');
}

export const sameAction = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** Resource Manager's answer to a sender without the right. */
export const authorizationFailed = (action: string, scope: string): { status: number; body: string } => ({
  status: 403,
  body: JSON.stringify({
    error: {
      code: 'AuthorizationFailed',
      message: `The client '88888888-0000-0000-0000-000000000000' with object id '99999999-0000-0000-0000-000000000000' does not have authorization to perform action '${action}' over scope '${scope}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
    },
  }),
});
