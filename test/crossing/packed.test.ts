import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type CrossingAdmitted,
  packAdmission,
  packOutcomes,
  packPlan,
  unpackAdmitted,
  unpackOutcomes,
  unpackPlan,
} from '../../src/functions/crossing';
import type { Act, ActOutcome, Admission, TickPlan } from '../../src/model/decision';
import type { DrainRecord } from '../../src/model/drain';
import { MAX_ACTS } from '../../src/model/decision';
import { pack, unpack } from '../../src/model/packed';
import { aRecord, growthAct } from '../support/builders/drains';

/** What crosses the engine is packed, and comes out as it went in. */

const wire = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;
const row = fc.record(
  {
    kind: fc.constantFrom('a', 'b'),
    id: fc.oneof(fc.string(), fc.stringMatching(/^drain-[ab]{0,3}$/)),
    add: fc.integer(),
    replaces: fc.option(fc.string(), { nil: undefined }),
    flag: fc.boolean(),
    nested: fc.record({ until: fc.nat() }),
  },
  { requiredKeys: ['kind'] },
);

test('any rows come out as they went in, fields that some lack included', () => {
  fc.assert(
    fc.property(fc.array(row, { maxLength: 12 }), (rows) => {
      expect(unpack(wire(pack(rows)))).toEqual(wire(rows));
    }),
  );
});

test('rows of two kinds that take turns take little more room than one kind after the other', () => {
  const rows = Array.from({ length: 40 }, (_, at) =>
    at % 2 === 0
      ? { kind: 'drain', id: String(at), rule: 'adopt/again', adopted: true }
      : { kind: 'forgetDrain', drain: `drain-${String(at)}` },
  );
  const sorted = rows.toSorted((a, b) => (a.kind < b.kind ? -1 : 1));
  const size = (packed: unknown): number => JSON.stringify(packed).length;
  expect(size(pack(rows))).toBeLessThan(size(pack(sorted)) + 3 * rows.length);
  expect(unpack(wire(pack(rows)))).toEqual(rows);
});

test('names of ours leave out what they begin with alike, those of VMs and runners stay whole', () => {
  const rows = ['0', '10', '11', '2'].map((n, at) => ({
    ...{ kind: 'reactivate', drainId: `drain-default-t${n}`, runnerId: `aa${n}` },
    ...(at === 1 ? {} : { attempt: `drain-default-t${n}#1` }),
  }));
  const packed = pack(rows) as { readonly starts: object; readonly rows: readonly unknown[] };
  expect(packed.starts).toEqual({ drainId: 'drain-default-t', attempt: 'drain-default-t' });
  expect(packed.rows[1]).toEqual(['10', 'aa10', null]);
  expect(unpack(wire(pack(rows)))).toEqual(rows);
});

test('rows in the long form of an older app are read as they are', () => {
  expect(unpack([{ kind: 'a' }, { kind: 'b' }, { kind: 'c' }])).toEqual([{ kind: 'a' }, { kind: 'b' }, { kind: 'c' }]);
  expect(unpack({ runs: [[{ kind: 'a' }], [{ kind: 'b' }, { kind: 'b' }], [{ kind: 'a' }]] }).map(({ kind }) => kind)).toEqual([...'abba']);
});

const id = (at: number): string => at.toString(16).padStart(32, '0');
const drains = Array.from({ length: MAX_ACTS }, (_, at): Act => ({
  ...{ kind: 'drain', target: 'runner', runnerId: id(at), vmId: `00000000-0000-0000-0000-${id(at).slice(-12)}`, instanceId: String(at) },
  ...{ computerName: `runners${id(at).slice(-6)}`, rule: 'scale-in/threshold', adopted: false, replaces: undefined, stamps: true },
}));

const saidBy = (act: Act): Partial<DrainRecord> => {
  const { runnerId, vmId, instanceId, computerName, rule } = act as Extract<Act, { kind: 'drain' }>;
  return { runnerId, vmId, instanceId, computerName, rule };
};

test('plan, admission and outcomes cross whole', () => {
  const plan = { tickId: 't', decision: { rule: 'r', reason: 's', acts: drains } } as unknown as TickPlan;
  expect(unpackPlan(wire(packPlan(plan)))).toEqual(wire(plan));
  const records = drains.map((act, at): DrainRecord => ({ ...aRecord(String(at)), ...(at % 5 === 0 ? {} : { ...saidBy(act) }) }));
  const admission = {
    mode: 'run',
    acts: [{ kind: 'inspect', drainId: 'd', expiresAt: 1 }],
    refused: [],
    scaleIn: { id: 's', drains: records },
  };
  expect(wire(unpackAdmitted(wire(packAdmission(admission as unknown as Admission, drains)), drains))).toEqual(
    wire({ acts: admission.acts, scaleIn: admission.scaleIn }),
  );
  const again = drains.map((act, at) => ({ ...act, replaces: `drain-default-t0-${String(at)}` })) as Act[];
  const going = drains.map((act, at): DrainRecord => ({
    ...aRecord(String(at), { replaces: `drain-default-t0-${String(at)}` }),
    ...saidBy(act),
  }));
  const goingOn = { ...admission, scaleIn: { id: 's', drains: going } };
  expect(wire(unpackAdmitted(wire(packAdmission(goingOn as unknown as Admission, again)), again)).scaleIn?.drains).toEqual(wire(going));
  // An older app's forms, read by today's activity: without what the act of the same VM says, and long.
  const byVm = going.map(({ id: own, vmId, phase }) => ({ id: own, vmId, phase }));
  const older = unpackAdmitted(wire({ acts: [], scaleIn: { id: 's', drains: byVm } }), again).scaleIn?.drains;
  expect(older).toEqual(
    going.map(({ id: own, phase }, at) => ({ ...saidBy(again[at] as Act), replaces: going[at]?.replaces, id: own, phase })),
  );
  expect(wire(unpackAdmitted(wire({ acts: admission.acts, scaleIn: admission.scaleIn }) as unknown as CrossingAdmitted, []))).toEqual(
    wire({ acts: admission.acts, scaleIn: admission.scaleIn }),
  );
});

test('of the outcomes what the entity settles crosses, each by the name that it goes by there', () => {
  const nudge = { kind: 'nudge', drainId: 'd1', news: 'look', expiresAt: 1 } as const;
  const outcomes: ActOutcome[] = [
    { act: { kind: 'startScaleIn', id: 's' }, answer: 'done' },
    { act: { ...growthAct(), expiresAt: 1 }, answer: 'refused', code: 'quota', text: 'no cores' },
    {
      act: { kind: 'reactivate', drainId: 'd2', runnerId: 'r2', expiresAt: 1, attempt: 'd2#1' },
      answer: 'unknown',
      code: 'sg-unavailable',
      text: 'no',
    },
    { act: { kind: 'inspect', drainId: 'd3', expiresAt: 1 }, answer: 'over' },
    { act: nudge, answer: 'over' },
  ];
  expect(unpackOutcomes(wire(packOutcomes(outcomes)))).toEqual([
    { act: { kind: 'setCapacity', attempt: 't1' }, answer: 'refused', code: 'quota', text: 'no cores' },
    { act: { kind: 'reactivate', drainId: 'd2' }, answer: 'unknown' },
    { act: { kind: 'inspect', drainId: 'd3' }, answer: 'over' },
  ]);
  // An older app's loop under today's entity: whole acts of all kinds, as rows or packed.
  expect(unpackOutcomes(outcomes as never)).toEqual(outcomes);
  expect(unpackOutcomes({ acts: [nudge], answers: [{ answer: 'over' }] } as never)).toEqual([{ act: nudge, answer: 'over' }]);
});
