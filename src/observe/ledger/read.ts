import { ledgerLine, type DoneAct, type LedgerLine, type SettingsLine, type TickLine } from './line';

/** One tick with what its acts were answered and the settings it was decided under, as far as their lines are there. */
export interface LedgerTick {
  readonly line: TickLine;
  readonly done: readonly DoneAct[];
}

export interface Ledger {
  /** In the order of time; a tick that was told twice is here once. */
  readonly ticks: readonly LedgerTick[];
  /** By version. */
  readonly settings: ReadonlyMap<string, SettingsLine>;
  /** Lines that could not be read: torn, or of a later schema. */
  readonly lost: number;
}

/** Reads texts of ledger files, in any order; what cannot be read is counted, never guessed. */
export function readLedger(texts: Iterable<string>): Ledger {
  const ticks = new Map<string, TickLine>();
  const done = new Map<string, DoneAct[]>();
  const settings = new Map<string, SettingsLine>();
  let lost = 0;
  for (const text of texts) {
    for (const raw of text.split('\n')) {
      if (raw.trim() === '') continue;
      const line = parseLine(raw);
      if (line === undefined) lost += 1;
      else if (line.kind === 'settings') settings.set(line.settingsVersion, line);
      else if (line.kind === 'tick') ticks.set(keyOf(line), ticks.get(keyOf(line)) ?? line);
      // An act may run twice; the second run's answers say what the first one's did.
      else if (!done.has(keyOf(line))) done.set(keyOf(line), line.done);
    }
  }
  const joined = [...ticks].map(([key, line]) => ({ line, done: done.get(key) ?? [] }));
  return { ticks: joined.toSorted((a, b) => a.line.at - b.line.at), settings, lost };
}

const keyOf = ({ pool, tick }: { readonly pool: string; readonly tick: string }): string => `${pool} ${tick}`;

/** Undefined where the line is torn, or is none of this schema. */
export function parseLine(raw: string): LedgerLine | undefined {
  try {
    const parsed = ledgerLine.safeParse(JSON.parse(raw));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
