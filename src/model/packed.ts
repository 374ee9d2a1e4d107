/** From so many rows on, naming each field once is shorter than naming it in each row. */
const LEAST_ROWS = 3;

/** Rows as they cross the engine: as they are, or what all have alike once and the rest as a table. Undefined fields are left out. */
export type Packed<T> =
  | Run<T>
  /** `order`: for each row the place of its run; absent where one run follows the other. */
  | { readonly runs: readonly Run<T>[]; readonly order?: readonly number[] };
type Run<T> =
  readonly T[] | { readonly same: Partial<T>; readonly fields: readonly string[]; readonly rows: readonly (readonly unknown[])[] };

/**
 * What crosses an orchestrator stands in its history for each step that it crosses, quoted once more each time: fifty drains in long form
 * would be 70 KB of a tick's 32 (I9). No field may be null.
 */
export function pack<T extends object>(rows: readonly T[]): Packed<T> {
  if (rows.length < LEAST_ROWS) return rows;
  const kindOf = (row: T): unknown => (row as { readonly kind?: unknown }).kind;
  // One of another kind among fifty drains would leave them little that all have alike, and repairs of two kinds take turns (seed 43001).
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
  return { same, fields: others, rows: rows.map((row) => others.map((field) => valueOf(row, field) ?? null)) };
}

export function unpack<T extends object>(packed: Packed<T>): readonly T[] {
  if ('runs' in packed) {
    const runs = packed.runs.map((run) => unpack(run));
    if (packed.order === undefined) return runs.flat();
    const rest = runs.map((run) => run.values());
    return packed.order.flatMap((place) => rest[place]?.next().value ?? []);
  }
  if (!('rows' in packed)) return packed;
  const { same, fields, rows } = packed;
  return rows.map((row) => {
    const own = fields.flatMap((field, at) => (row[at] === null ? [] : [[field, row[at]] as const]));
    return { ...same, ...Object.fromEntries(own) } as T;
  });
}
