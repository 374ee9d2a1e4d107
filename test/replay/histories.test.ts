import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EVENT, type HistoryEvent } from '../../src/local/host/history';
import { replayHistory, type GoldenHistory } from '../../src/local/release/history';
import { KINDS } from '../../src/local/release/record';
import { createStage, type Stage } from '../../src/local/simulate/stage';

/** Histories of released versions on today's code: what a deploy under live instances would do to them. */
const WAY_OUT =
  'A live instance of that release would fail after a deploy of this code. docs/upgrading.md says what to do: keep the name and the order of ' +
  'the steps, add a step only after the wait, or bring a new function name and let the keeper hand over.';

let stage: Stage;
beforeAll(async () => {
  stage = await createStage({ seed: 1 });
});
afterAll(() => stage.stop());

const read = (file: string): GoldenHistory => JSON.parse(readFileSync(file, 'utf8')) as GoldenHistory;

async function outcomeOf(golden: GoldenHistory): Promise<{ readonly kind: string; readonly reason?: string }> {
  const host = stage.app.host();
  if (host === undefined) throw new Error('The host is down.');
  return replayHistory(host, golden);
}

const files = globSync('test/releases/*/histories/*.json').sort();
const releases = globSync('test/releases/*/histories');

test('each release keeps a history of each kind', () => {
  expect(releases.length).toBeGreaterThan(0);
  for (const release of releases) {
    const kept = files.filter((file) => file.startsWith(release)).map((file) => path.basename(file, '.json'));
    expect(kept).toEqual([...KINDS].sort());
  }
});

test.each(files)('%s replays to the same end', async (file) => {
  const golden = read(file);
  const outcome = await outcomeOf(golden);
  expect(outcome.kind, `${outcome.reason ?? 'It ends otherwise than it did.'}\n${WAY_OUT}`).toBe(golden.ends);
});

/** A change of the code is, seen from the history, a history that says otherwise than the code: so the histories are changed. */
const tamperings: readonly {
  readonly what: string;
  readonly file: string;
  readonly change: (history: HistoryEvent[]) => HistoryEvent[];
}[] = [
  {
    what: 'an activity of another name',
    file: 'loop-idle',
    change: (rows) => rows.map((row) => (row.EventType === EVENT.TaskScheduled ? { ...row, Name: 'other' } : row)),
  },
  {
    what: 'a timer where an activity was',
    file: 'drain-deleted',
    change: (rows) => rows.map((row) => (row.EventType === EVENT.TaskScheduled ? { ...row, EventType: EVENT.TimerCreated } : row)),
  },
  {
    what: 'a step that the code does not make',
    file: 'scale-in',
    change: (rows) => {
      const first = rows.find((row) => row.EventType === EVENT.SubOrchestrationCreated);
      if (first === undefined) throw new Error('The history starts no drain.');
      return [...rows, { ...first, EventId: 99 }];
    },
  },
];

test.each(tamperings)('a history with $what is rejected', async ({ file, change }) => {
  for (const release of releases) {
    const golden = read(path.join(release, `${file}.json`));
    const outcome = await outcomeOf({ ...golden, history: change(structuredClone([...golden.history])) });
    expect(outcome).toMatchObject({ kind: 'failed', reason: expect.stringContaining('Non-Deterministic workflow detected') as string });
  }
});
