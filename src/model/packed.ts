/** From so many rows on, naming each field once is shorter than naming it in each row. */
const LEAST_ROWS = 3;

/** Rows as they cross the engine: as they are, or what all have alike once and the rest as a table. Undefined fields are left out. */
export type Packed<T> = Run<T> | { readonly runs: readonly Run<T>[] };
type Run<T> =
  readonly T[] | { readonly same: Partial<T>; readonly fields: readonly string[]; readonly rows: readonly (readonly unknown[])[] };

/**
 * What crosses an orchestrator stands in its history for each step that it crosses, quoted once more each time: fifty drains in long form
 * would be 70 KB of a tick's 32 (I9). No field may be null.
 */
export function pack<T extends object>(rows: readonly T[]): Packed<T> {
  if (rows.length < LEAST_ROWS) return rows;
  const runs = runsOf(rows).map(packRun);
  return runs.length === 1 && runs[0] !== undefined ? runs[0] : { runs };
}

/** Rows of one kind after another: one of another kind among fifty drains would leave them little that all have alike. */
function runsOf<T extends object>(rows: readonly T[]): readonly (readonly T[])[] {
  const kindOf = (row: T | undefined): unknown => (row as { readonly kind?: unknown } | undefined)?.kind;
  const runs: T[][] = [];
  for (const row of rows) {
    const run = runs.at(-1);
    if (run !== undefined && kindOf(run[0]) === kindOf(row)) run.push(row);
    else runs.push([row]);
  }
  return runs;
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
  if ('runs' in packed) return packed.runs.flatMap((run) => unpack(run));
  if (!('rows' in packed)) return packed;
  const { same, fields, rows } = packed;
  return rows.map((row) => {
    const own = fields.flatMap((field, at) => (row[at] === null ? [] : [[field, row[at]] as const]));
    return { ...same, ...Object.fromEntries(own) } as T;
  });
}
