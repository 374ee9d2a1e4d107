/** From so many rows on, naming each field once is shorter than naming it in each row. */
const LEAST_ROWS = 3;

/** Rows as they cross the engine: as they are, or what all have alike once and the rest as a table. Undefined fields are left out. */
export type Packed<T> =
  | Run<T>
  /** `order`: for each row the place of its run; absent where one run follows the other. */
  | { readonly runs: readonly Run<T>[]; readonly order?: readonly number[] };
type Run<T> = readonly T[] | Table<T>;

interface Table<T> {
  readonly same: Partial<T>;
  readonly fields: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
  /** What all of a field's names begin with, left out of its rows. */
  readonly starts?: Readonly<Record<string, string>>;
}

/**
 * Names that we made: they begin alike, with a pool's name of up to 40 characters. An older app reads them without their beginning, and a
 * drain that it does not know it leaves alone; a cut name of a VM or runner would be worse than a long one.
 */
const OWN_NAMES = ['id', 'drainId', 'replaces', 'attempt'];

/**
 * What crosses an orchestrator stands in its history for each step that it crosses, quoted once more each time: fifty drains in long form
 * would be 70 KB of a tick's 32 (I9). No field may be null.
 */
export function pack<T extends object>(rows: readonly T[]): Packed<T> {
  if (rows.length < LEAST_ROWS) return rows;
  // One of another kind or rule among fifty drains would leave them little that all have alike; they may take turns, too (seed 43001).
  const kindOf = (row: T): string => {
    const { kind, rule } = row as { readonly kind?: unknown; readonly rule?: unknown };
    return JSON.stringify([kind, rule]);
  };
  const kinds = [...new Set(rows.map(kindOf))];
  const runs = kinds.map((kind) => packRun(rows.filter((row) => kindOf(row) === kind)));
  if (runs.length === 1 && runs[0] !== undefined) return runs[0];
  const order = rows.map((row) => kinds.indexOf(kindOf(row)));
  return { runs, ...(order.every((place, at) => place >= (order[at - 1] ?? 0)) ? {} : { order }) };
}

function packRun<T extends object>(rows: readonly T[]): Run<T> {
  const [first] = rows;
  if (first === undefined || rows.length < LEAST_ROWS) return rows;
  const valueOf = (row: T, field: string): unknown => (row as Record<string, unknown>)[field];
  const text = (row: T, field: string): string | undefined => JSON.stringify(valueOf(row, field));
  const fields = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const isSame = (field: string): boolean => rows.every((row) => text(row, field) === text(first, field));
  const same = Object.fromEntries(fields.filter(isSame).map((field) => [field, valueOf(first, field)])) as Partial<T>;
  const others = fields.filter((field) => !isSame(field));
  const starts = Object.fromEntries(
    others.flatMap((field) => {
      const start = OWN_NAMES.includes(field) ? commonStart(rows.map((row) => valueOf(row, field))) : '';
      return start === '' ? [] : [[field, start] as const];
    }),
  );
  const cell = (row: T, field: string): unknown => {
    const value = valueOf(row, field) ?? null;
    return typeof value === 'string' ? value.slice(starts[field]?.length ?? 0) : value;
  };
  const table = { same, fields: others, rows: rows.map((row) => others.map((field) => cell(row, field))) };
  return Object.keys(starts).length === 0 ? table : { ...table, starts };
}

/** Of those that are defined; empty where one of them is no text. */
function commonStart(values: readonly unknown[]): string {
  const texts = values.filter((value) => value !== undefined);
  if (!texts.every((value) => typeof value === 'string')) return '';
  const [first = '', ...rest] = texts;
  let length = first.length;
  for (const text of rest) while (!text.startsWith(first.slice(0, length))) length -= 1;
  return first.slice(0, length);
}

export function unpack<T extends object>(packed: Packed<T>): readonly T[] {
  if ('runs' in packed) {
    const runs = packed.runs.map((run) => unpack(run));
    if (packed.order === undefined) return runs.flat();
    const rest = runs.map((run) => run.values());
    return packed.order.flatMap((place) => rest[place]?.next().value ?? []);
  }
  if (!('rows' in packed)) return packed;
  const { same, fields, rows, starts = {} } = packed;
  const whole = (field: string, cell: unknown): unknown => (typeof cell === 'string' ? (starts[field] ?? '') + cell : cell);
  return rows.map((row) => {
    const own = fields.flatMap((field, at) => (row[at] === null ? [] : [[field, whole(field, row[at])] as const]));
    return { ...same, ...Object.fromEntries(own) } as T;
  });
}
