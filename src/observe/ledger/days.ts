import { z } from 'zod';
import { BLOBS } from '../../names';
import type { StateStore } from '../../ports/stateStore';
import { doneLine, SCHEMA, tickLine, type DoneAct, type TickLine } from './line';

/** A tick without the reading that it rests on, and what its acts were answered. */
export interface BriefTick {
  readonly line: Omit<TickLine, 'observation' | 'memory'>;
  readonly done: readonly DoneAct[];
}

export interface LedgerDay {
  /** In the order of time, each once. */
  readonly ticks: readonly BriefTick[];
  /** Lines that could not be read. */
  readonly lost: number;
}

/** Days of the ledger, read as they are asked for. A day that was read before is read from where it had ended: lines are only added. */
export interface LedgerDays {
  /** Of the day of `at` (epoch ms, UTC). Throws {@link ServiceError}. */
  day(pool: string, at: number): Promise<LedgerDay>;
}

const MOST_DAYS_KEPT = 8;
const briefLine = z.discriminatedUnion('kind', [
  tickLine.omit({ observation: true, memory: true }),
  doneLine,
  z.object({ schema: z.literal(SCHEMA), kind: z.literal('settings') }),
]);

interface Known {
  readonly ticks: Map<string, BriefTick['line']>;
  readonly done: Map<string, readonly DoneAct[]>;
  lost: number;
  /** Bytes read, to the end of the last whole line. */
  read: number;
}

export function createLedgerDays(store: StateStore): LedgerDays {
  const known = new Map<string, Known>();
  /** One reader of a day at a time: two would take the same lines for new ones. */
  const under = new Map<string, Promise<LedgerDay>>();

  async function read(name: string): Promise<LedgerDay> {
    const day: Known = known.get(name) ?? { ticks: new Map(), done: new Map(), lost: 0, read: 0 };
    const text = await store.tail(name, day.read);
    known.delete(name);
    if (text === undefined) return { ticks: [], lost: 0 };
    take(day, text);
    known.set(name, day);
    for (const [oldest] of known) if (known.size > MOST_DAYS_KEPT) known.delete(oldest);
    const ticks = [...day.ticks].map(([tick, line]) => ({ line, done: day.done.get(tick) ?? [] }));
    return { ticks: ticks.toSorted((a, b) => a.line.at - b.line.at), lost: day.lost };
  }

  return {
    day: (pool, at) => {
      const name = BLOBS.ledger(pool, at);
      const before = under.get(name) ?? Promise.resolve();
      const mine = before.then(
        () => read(name),
        () => read(name),
      );
      under.set(name, mine);
      const done = (): void => void (under.get(name) === mine && under.delete(name));
      void mine.then(done, done);
      return mine;
    },
  };
}

function take(day: Known, text: string): void {
  const end = text.lastIndexOf('\n') + 1;
  day.read += Buffer.byteLength(text.slice(0, end));
  for (const raw of text.slice(0, end).split('\n')) {
    if (raw.trim() === '') continue;
    const line = parse(raw);
    if (line === undefined) day.lost += 1;
    else if (line.kind === 'tick') day.ticks.set(line.tick, day.ticks.get(line.tick) ?? line);
    else if (line.kind === 'done') day.done.set(line.tick, day.done.get(line.tick) ?? line.done);
  }
}

function parse(raw: string): z.infer<typeof briefLine> | undefined {
  try {
    const parsed = briefLine.safeParse(JSON.parse(raw));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
