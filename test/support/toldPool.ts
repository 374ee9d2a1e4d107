import type { LedgerLine } from '../../src/observe/ledger/line';
import { doneLineOf } from '../../src/observe/ledger/append';
import { readLedger, type Ledger } from '../../src/observe/ledger/read';
import { planTick } from '../../src/poll/planTick';
import type { Reading } from '../../src/poll/reading';
import type { PoolBuilder } from './builders/pool';

/** A pool with its ledger: each tick is decided, told, admitted, and its acts are answered `done`. */
export interface Told {
  readonly pool: PoolBuilder;
  /** The lines of one tick. */
  tick(id: string, reading?: Reading): readonly LedgerLine[];
  text(): string;
  ledger(): Ledger;
}

export function created(pool: PoolBuilder): Told {
  const told: LedgerLine[] = [];
  const text = (): string => told.map((line) => `${JSON.stringify(line)}\n`).join('');
  return {
    pool,
    tick: (tickId, reading = pool.reading()) => {
      const { settings, memory, fleet, now } = pool;
      if (memory === undefined) throw new Error('the pool remembers nothing');
      const { lines } = planTick({ settings, memory, fleet, reading, now, tickId, warnings: [], version: '1.2.3' });
      const { admission } = pool.tick(undefined, reading);
      const done = doneLineOf(
        settings.pool,
        tickId,
        admission.acts.map((act) => ({ act, answer: 'done' as const })),
        now,
      );
      told.push(...lines, ...(done === undefined ? [] : [done]));
      return lines;
    },
    text,
    ledger: () => readLedger([text()]),
  };
}
