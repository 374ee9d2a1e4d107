import type { Core, RegisteredFunction } from './core';

export interface Route {
  readonly fn: RegisteredFunction;
  readonly methods: readonly string[];
  readonly pattern: RegExp;
  readonly names: readonly string[];
  readonly needsKey: boolean;
}

const PARAMETER = /^\{(\*?)([^:?}]+)(?::(\w+)[^?}]*)?(\??)\}$/;
const CONSTRAINTS: Readonly<Record<string, string>> = {
  int: '-?\\d+',
  long: '-?\\d+',
  guid: '[0-9a-fA-F-]{36}',
  alpha: '[A-Za-z]+',
  bool: 'true|false',
};

/** Routes of the app's HTTP functions. Literal segments win over parameters, as in ASP.NET's routing. */
export function routesOf(core: Core, prefix: string): Route[] {
  const routes = [...core.functions.values()].filter(({ trigger }) => trigger.type === 'httpTrigger').map((fn) => routeOf(fn, prefix));
  return routes.sort((a, b) => a.names.length - b.names.length);
}

function routeOf(fn: RegisteredFunction, prefix: string): Route {
  const { route = fn.metadata.name, methods = ['GET', 'POST'], authLevel = 'anonymous' } = fn.trigger;
  const names: string[] = [];
  const source = [...prefix.split('/'), ...route.split('/')]
    .filter((part) => part !== '')
    .map((part) => {
      const found = PARAMETER.exec(part);
      if (found === null) return `/${part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`;
      const [, star, name = '', constraint = '', optional] = found;
      names.push(name);
      if (star === '*') return '(?:/(.*))?';
      const segment = `/(${CONSTRAINTS[constraint] ?? '[^/]+'})`;
      return optional === '?' ? `(?:${segment})?` : segment;
    })
    .join('');
  return {
    fn,
    methods: methods.map((method) => method.toUpperCase()),
    pattern: new RegExp(`^${source}/?$`, 'i'),
    names,
    needsKey: authLevel !== 'anonymous',
  };
}

/** A known path with a method that it does not serve is unknown: 404, not 405, as on the real host. */
export function findRoute(
  routes: readonly Route[],
  method: string,
  path: string,
): { route: Route; params: Record<string, string> } | undefined {
  for (const route of routes) {
    const found = route.methods.includes(method) ? route.pattern.exec(path) : null;
    if (found === null) continue;
    const params: Record<string, string> = {};
    route.names.forEach((name, index) => {
      const value = found[index + 1];
      if (value !== undefined) params[name] = decodeURIComponent(value);
    });
    return { route, params };
  }
  return undefined;
}
