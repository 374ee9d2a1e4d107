import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseLine } from '../../../src/observe/ledger/read';
import { readPast } from '../../../src/local/whatif/ledgerPast';

const MIDNIGHT = Date.UTC(2025, 3, 7);
const MINUTE = 60_000;
const HOUR = 60;

interface Seen {
  readonly waiting?: number;
  /** Tasks by VM; `deleting`: it is being deleted. */
  readonly vms?: Readonly<Record<string, number | 'deleting'>>;
  /** Members that the line does not tell. */
  readonly rest?: number;
  readonly pool?: string;
}

/** What a tick saw at that minute after midnight, as its line in the ledger. */
function line(minute: number, { waiting = 0, vms = {}, rest = 0, pool = 'default' }: Seen = {}): string {
  const members = Object.entries(vms).map(([vm, tasks]) => ({
    ...{ vm, id: vm, bornAge: 0 },
    ...(tasks === 'deleting' ? { state: 'deleting', tasks: 0 } : { state: 'active', tasks }),
  }));
  const zero = { deducted: 0, tasksPerRunner: 1, counted: 0, active: 0, idle: 0, booting: 0, ordered: 0, live: 0, undrained: 0 };
  const scaleSet = { mode: 'Uniform', capacity: 0, limit: 1000, state: 'Succeeded', etag: '' };
  const entries = { ghosts: [], stale: [], ghostCount: 0, staleCount: 0, foreignCount: 0 };
  const untold = rest === 0 ? [] : [{ state: 'active', count: rest }];
  const text = JSON.stringify({
    ...{
      schema: 1,
      kind: 'tick',
      at: MIDNIGHT + minute * MINUTE,
      pool,
      tick: `${pool}-${String(minute)}`,
      version: '1',
      settingsVersion: 's',
    },
    ...{ nextAt: 0, held: false, decision: { rule: 'steady', reason: '', acts: [] }, alerts: [] },
    observation: { waiting, demand: waiting, ...zero, scaleSet, members, rest: untold, ...entries },
  });
  expect(parseLine(text)?.kind).toBe('tick');
  return text;
}

/** A failed reading: a tick that saw nothing. */
const blind = (minute: number): string => line(minute).replace(/"observation":.*$/, '"unservedSeconds":0}');

function ledger(files: Readonly<Record<string, readonly string[]>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'ledger-'));
  for (const [name, lines] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), `${lines.join('\n')}\n`);
  }
  return folder;
}
const past = (...lines: readonly string[]) => readPast(ledger({ 'day.jsonl': lines }));
const at = (minutes: number): number => minutes * 60;

/** One job that waits at 9:01, runs from 9:04 on and is over at 9:09. */
const ONE_JOB = [
  line(9 * HOUR),
  line(9 * HOUR + 1, { waiting: 1 }),
  line(9 * HOUR + 3, { waiting: 1 }),
  line(9 * HOUR + 4, { vms: { a: 1 } }),
  line(9 * HOUR + 8, { vms: { a: 1 } }),
  line(9 * HOUR + 9, { vms: { a: 0 } }),
];

describe('a past from the ledger', () => {
  test('counts from midnight, so that hours of the day are what they were', () => {
    expect(past(...ONE_JOB).startAt).toBe(MIDNIGHT);
  });

  test('a job came when the queue first held it, and ran from when its runner was seen busy until it was not: each halfway between two looks', () => {
    expect(past(...ONE_JOB).jobs).toEqual([{ arrivalSeconds: at(9 * HOUR + 0.5), durationSeconds: at(8.5 - 3.5) }]);
  });

  test('a job that an idle runner took between two looks came in between as well', () => {
    const { jobs } = past(line(0, { vms: { a: 0 } }), line(1, { vms: { a: 1 } }), line(5, { vms: { a: 0 } }));
    expect(jobs).toEqual([{ arrivalSeconds: at(0.5), durationSeconds: at(3 - 0.5) }]);
  });

  test('of several that wait, who came first is served first', () => {
    const { jobs } = past(
      ...[line(0), line(1, { waiting: 1 }), line(2, { waiting: 3 }), line(4, { waiting: 1, vms: { a: 1, b: 1 } })],
      ...[line(6, { vms: { a: 1, b: 1, c: 1 } }), line(8, { vms: { a: 0, b: 0, c: 1 } }), line(10, { vms: { c: 0 } })],
    );
    expect(jobs).toEqual([
      { arrivalSeconds: at(0.5), durationSeconds: at(7 - 3) },
      { arrivalSeconds: at(1.5), durationSeconds: at(7 - 3) },
      { arrivalSeconds: at(1.5), durationSeconds: at(9 - 5) },
    ]);
  });

  test('a VM with two tasks has two jobs', () => {
    const { jobs } = past(line(0, { vms: { a: 0 } }), line(2, { vms: { a: 2 } }), line(4, { vms: { a: 1 } }), line(8, { vms: { a: 0 } }));
    expect(jobs.map(({ durationSeconds }) => durationSeconds)).toEqual([at(3 - 1), at(6 - 1)]);
  });

  test('a VM that goes ends its job, whether it is listed as deleting or not at all', () => {
    const { jobs } = past(line(0, { waiting: 2 }), line(2, { vms: { a: 1, b: 1 } }), line(4, { vms: { a: 'deleting' } }));
    expect(jobs.map(({ durationSeconds }) => durationSeconds)).toEqual([at(2), at(2)]);
  });

  test('a runner that a line leaves out of a large fleet still runs', () => {
    const { jobs } = past(line(0), line(2, { vms: { a: 1 } }), line(7, { vms: {}, rest: 12 }), line(12, { vms: { a: 0 } }));
    expect(jobs).toEqual([{ arrivalSeconds: at(1), durationSeconds: at(9.5 - 1) }]);
  });

  test('a job that still runs at the end is told up to there', () => {
    expect(past(line(0), line(2, { vms: { a: 1 } }), line(9, { vms: { a: 1 } })).jobs).toEqual([
      { arrivalSeconds: at(1), durationSeconds: at(9 - 1) },
    ]);
  });

  test('torn lines and failed readings cost only themselves', () => {
    const lines = ONE_JOB.flatMap((each, index) => (index === 4 ? [each.slice(0, 200)] : [each, blind(9 * HOUR + index + 0.5)]));
    const [job] = past(...lines).jobs;
    expect(job).toEqual({ arrivalSeconds: at(9 * HOUR + 0.5), durationSeconds: at(6.5 - 3.5) });
  });

  test('where nobody looked for hours, no job runs through them and none came in their middle', () => {
    const { jobs } = past(
      ...[line(0), line(2, { vms: { a: 1, b: 1 } }), line(6, { vms: { a: 1, b: 1 } })],
      ...[
        line(6 * HOUR, { waiting: 1, vms: { b: 1 } }),
        line(6 * HOUR + 2, { vms: { b: 1, c: 1 } }),
        line(6 * HOUR + 4, { vms: { c: 0 } }),
      ],
    );
    expect(jobs).toEqual([
      { arrivalSeconds: at(1), durationSeconds: at(5) },
      { arrivalSeconds: at(1), durationSeconds: at(5) },
      { arrivalSeconds: at(6 * HOUR), durationSeconds: at(3) },
      { arrivalSeconds: at(6 * HOUR), durationSeconds: at(2) },
    ]);
  });

  test('files of a folder, at any depth and in any order, are one past', () => {
    const folder = ledger({
      'default/2.jsonl': ONE_JOB.slice(0, 3),
      'default/deeper/1.jsonl': ONE_JOB.slice(3),
      'notes.txt': ['no ledger'],
    });
    expect(readPast(folder)).toEqual(past(...ONE_JOB));
  });

  test.each([
    ['without a tick', { 'a.jsonl': ['{"torn'] }, /there is no line of a tick/],
    ['without a job', { 'a.jsonl': [line(0), line(5)] }, /no job is seen/],
    ['of two pools', { 'a/a.jsonl': ONE_JOB, 'b/b.jsonl': [line(1, { pool: 'other' })] }, /several pools \(other, default\)/],
  ])('a ledger %s is refused by name', (_, files, message) => {
    expect(() => readPast(ledger(files))).toThrow(message);
  });
});
