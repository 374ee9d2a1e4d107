/** As much of the Kusto query language as the alert queries use, run over log lines: where, extend, summarize arg_max or count, project. */

export interface Row {
  readonly [column: string]: unknown;
}

/** Throws on anything it does not know, so that a query that says more is not half understood. */
export function runQuery(text: string, traces: readonly Row[]): readonly Row[] {
  const [source, ...steps] = text
    .split('\n')
    .filter((part) => !part.startsWith('//') && part.trim() !== '')
    .join('\n')
    .split(/\n\|/)
    .map((part) => part.trim());
  if (source !== 'traces') throw new Error(`unknown source ${source ?? ''}`);
  return steps.reduce(runStep, traces);
}

function runStep(rows: readonly Row[], step: string): readonly Row[] {
  const [, word = '', rest = ''] = /^(\w+)\s+([\s\S]*)$/.exec(step) ?? [];
  switch (word) {
    case 'where':
      return rows.filter((row) => evaluate(rest, row) === true);
    case 'extend': {
      const columns = splitCommas(rest).map((part) => /^(\w+)\s*=\s*([\s\S]+)$/.exec(part) ?? fail(part));
      return rows.map((row) =>
        columns.reduce<Row>((so, [, name = '', expression = '']) => ({ ...so, [name]: evaluate(expression, so) }), row),
      );
    }
    case 'summarize':
      return summarize(rows, rest);
    case 'project': {
      const names = splitCommas(rest);
      return rows.map((row) => Object.fromEntries(names.map((name) => [name, name in row ? row[name] : fail(`no column ${name}`)])));
    }
    default:
      return fail(step);
  }
}

function summarize(rows: readonly Row[], rest: string): readonly Row[] {
  const latest = /^arg_max\((\w+), \*\) by (\w+)$/.exec(rest);
  if (latest !== null) {
    const [, at = '', by = ''] = latest;
    const groups = new Map<unknown, Row>();
    for (const row of rows) {
      const known = groups.get(row[by]);
      if (known === undefined || Number(row[at]) >= Number(known[at])) groups.set(row[by], row);
    }
    return [...groups.values()];
  }
  const [, name = ''] = /^(\w+) = count\(\)$/.exec(rest) ?? fail(rest);
  return [{ [name]: rows.length }];
}

const fail = (what: string): never => {
  throw new Error(`this query is not understood: ${what}`);
};

const splitCommas = (text: string): string[] => text.split(/,(?![^(]*\))/).map((part) => part.trim());

const FUNCTIONS: Record<string, (value: unknown) => unknown> = {
  tostring: (value) => (value === undefined || value === null ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value)),
  toint: (value) => (value === undefined || value === null || Number.isNaN(Number(value)) ? undefined : Math.trunc(Number(value))),
  tobool: (value) => (typeof value === 'boolean' ? value : undefined),
  parse_json: (value) => {
    try {
      return JSON.parse(String(value));
    } catch {
      return String(value);
    }
  },
};

const OPERATORS: Record<string, (a: unknown, b: unknown) => boolean> = {
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '>': (a, b) => a !== undefined && Number(a) > Number(b),
  '>=': (a, b) => a !== undefined && Number(a) >= Number(b),
  '<': (a, b) => a !== undefined && Number(a) < Number(b),
  has: (a, b) => new RegExp(`(^|[^\\w])${String(b)}($|[^\\w])`, 'i').test(String(a)),
  startswith: (a, b) => String(a).toLowerCase().startsWith(String(b).toLowerCase()),
};

function evaluate(text: string, row: Row): unknown {
  const tokens = text.match(/"[^"]*"|[\w.]+|==|!=|>=|<=|[><()]/g) ?? [];
  let at = 0;
  const or = (): unknown => {
    let value = and();
    while (tokens[at] === 'or') {
      at += 1;
      const other = and();
      value = value === true || other === true;
    }
    return value;
  };
  const and = (): unknown => {
    let value = comparison();
    while (tokens[at] === 'and') {
      at += 1;
      const other = comparison();
      value = value === true && other === true;
    }
    return value;
  };
  const comparison = (): unknown => {
    const left = operand();
    const operator = OPERATORS[tokens[at] ?? ''];
    if (operator === undefined) return left;
    at += 1;
    return operator(left, operand());
  };
  const operand = (): unknown => {
    const token = tokens[at] ?? fail(text);
    at += 1;
    if (token.startsWith('"')) return token.slice(1, -1);
    if (/^\d/.test(token)) return Number(token);
    if (token === 'true' || token === 'false') return token === 'true';
    if (token === '(' || tokens[at] === '(') {
      if (token !== '(') at += 1;
      const inner = or();
      if (tokens[at] !== ')') fail(text);
      at += 1;
      return token === '(' ? inner : (FUNCTIONS[token] ?? fail(token))(inner);
    }
    return token
      .split('.')
      .reduce<unknown>((value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined), row);
  };
  const value = or();
  return at === tokens.length ? value : fail(text);
}
