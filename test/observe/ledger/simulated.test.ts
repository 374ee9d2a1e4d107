import { expect, test } from 'vitest';
import { ALL_FAULTS, simulateRun } from '../../../src/local/simulate/run';
import { MOST_LINE_BYTES } from '../../../src/observe/ledger/line';
import { readLedger } from '../../../src/observe/ledger/read';
import { replay } from '../../../src/observe/ledger/replay';

const LONG = 300_000;

/** The ledgers of a run of the whole built app, by pool. */
async function ledgersOf(options: Parameters<typeof simulateRun>[0]): Promise<Map<string, string[]>> {
  const ledgers = new Map<string, string[]>();
  await simulateRun({
    ...options,
    onBlobs: (texts) => {
      for (const [name, text] of texts) {
        const pool = /^ledger\/([^/]+)\//.exec(name)?.[1];
        if (pool !== undefined) ledgers.set(pool, [...(ledgers.get(pool) ?? []), text]);
      }
    },
  });
  return ledgers;
}

test.each([3, 11])(
  'seed %i: what was decided under every fault is decided the same again from its ledger',
  async (seed) => {
    const ledgers = await ledgersOf({ seed, days: 0.3, faults: ALL_FAULTS, faultsOnly: true });
    expect(ledgers.size).toBeGreaterThan(0);
    for (const texts of ledgers.values()) {
      const { differences, decided, lost } = replay(readLedger(texts));
      expect(differences.map(({ before, today }) => ({ before, today }))).toEqual([]);
      expect(lost).toBe(0);
      expect(decided).toBeGreaterThan(50);
      for (const line of texts.flatMap((text) => text.split('\n'))) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(MOST_LINE_BYTES);
    }
  },
  LONG,
);
