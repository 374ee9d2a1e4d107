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
import { aRecord } from '../support/builders/drains';

/** What crosses the engine is packed, and comes out as it went in. */

const wire = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;
const row = fc.record(
  { kind: fc.constantFrom('a', 'b'), id: fc.string(), add: fc.integer(), flag: fc.boolean(), nested: fc.record({ until: fc.nat() }) },
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
  // An older app's long form, read by today's activity.
  expect(wire(unpackAdmitted(wire({ acts: admission.acts, scaleIn: admission.scaleIn }) as unknown as CrossingAdmitted, []))).toEqual(
    wire({ acts: admission.acts, scaleIn: admission.scaleIn }),
  );
  const outcomes = drains.map((_, at) => ({
    act: { kind: 'nudge', drainId: `drain-${String(at)}`, news: 'look', expiresAt: 1 },
    ...(at % 2 === 0 ? { answer: 'done' } : { answer: 'refused', code: 'sg-refused', text: 'no' }),
  })) as unknown as ActOutcome[];
  expect(unpackOutcomes(wire(packOutcomes(outcomes)))).toEqual(outcomes);
  expect(unpackOutcomes(outcomes)).toEqual(outcomes);
});
