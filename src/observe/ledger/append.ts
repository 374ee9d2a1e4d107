import { BLOBS } from '../../names';
import type { StateStore } from '../../ports/stateStore';
import type { ActOutcome } from '../../model/decision';
import { doneActOf, worthTelling } from './acts';
import { MOST_LINE_BYTES, SCHEMA, type DoneLine, type LedgerLine } from './line';

/** One append for all of them, to the day of the last. Throws {@link ServiceError}. */
export async function appendLines(store: StateStore, pool: string, lines: readonly LedgerLine[]): Promise<void> {
  const last = lines.at(-1);
  if (last !== undefined) await store.append(BLOBS.ledger(pool, last.at), lines.map((line) => JSON.stringify(line)).join('\n'));
}

/** What the acts of a tick were answered; undefined where it is not worth a line. */
export function doneLineOf(pool: string, tick: string, outcomes: readonly ActOutcome[], at: number): DoneLine | undefined {
  const done = outcomes.filter(worthTelling).map(doneActOf);
  if (done.length === 0) return undefined;
  const line: DoneLine = { schema: SCHEMA, kind: 'done', at, pool, tick, done };
  if (Buffer.byteLength(JSON.stringify(line)) <= MOST_LINE_BYTES) return line;
  return { ...line, done: done.map(({ text: _, ...kept }) => kept).slice(0, 50) };
}
