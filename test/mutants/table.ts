/** What came of one planted defect. */
export interface Row {
  readonly name: string;
  /** Undefined: nothing noticed it. */
  readonly by: string | undefined;
  /** Simulated ticks until it broke an invariant, where it was simulated. */
  readonly ticks: number | undefined;
  readonly seconds: number;
  /** What the simulation saw beside the check. */
  readonly also?: string;
}

const HEAD = ['mutant', 'caught by', 'after (ticks)', 'seconds'] as const;
const WIDEST = 110;

export function tableOf(rows: readonly Row[]): string {
  const cells = rows.map(({ name, by, ticks, seconds, also }) => [
    name,
    [by ?? 'NOTHING', ...(also === undefined ? [] : [also])].join('; ').slice(0, WIDEST),
    ticks === undefined ? '' : String(ticks),
    String(seconds),
  ]);
  const all = [[...HEAD], ...cells];
  const widths = HEAD.map((_head, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [line(HEAD), widths.map((width) => '─'.repeat(width)).join('  '), ...cells.map(line)].join('\n');
}
