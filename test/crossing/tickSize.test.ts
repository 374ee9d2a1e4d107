import { expect, test } from 'vitest';
import { packAdmission, packOutcomes, packPlan } from '../../src/functions/crossing';
import { MAX_ACTS, type Act, type ActOutcome, type Admission, type TickPlan } from '../../src/model/decision';
import type { PoolMemory } from '../../src/model/pool';
import { essentials } from '../../src/observe/status';
import { applyOperation, OPERATIONS } from '../../src/persist/poolEntity';
import { loopId } from '../../src/names';
import { aMemory, aRecord, growthAct } from '../support/builders/drains';

/** I9 by its worst cases: whatever the acts of a tick are, what it leaves in the loop's history stays under 32 KB. */

const NOW = Date.UTC(2025, 3, 7, 6) + 0.3044;
const GROWTH = { minute: 60_000, scaleOutCooldown: 300_000 };
const TIMING = { ...GROWTH, second: 1_000, scaleInCooldown: 720_000, pollLeast: 10_000 };
const hex = (at: number, digits: number): string => (at + 1).toString(16).padStart(digits, 'c');
const guid = (at: number): string => `471642fa-0ddd-421c-8e54-${hex(at, 12)}`;
const POOL = 'a-pool-with-the-longest-name-of-them-all';
const drainId = (at: number): string => `drain-${POOL}-m96${(at % 7).toString(36)}fi2002-${String(at)}`;
const machine = (at: number): { runnerId: string; vmId: string; instanceId: string; computerName: string } => ({
  ...{ runnerId: hex(at, 32), vmId: guid(at), instanceId: `runners_${hex(at, 8)}`, computerName: `runners00${hex(at, 6)}` },
});

const drainOf = (at: number, fields: object = {}): Act => ({
  ...{ kind: 'drain', target: 'runner', ...machine(at), rule: 'scale-in/surplus', adopted: false, replaces: undefined, stamps: true },
  ...fields,
});
const adopted = (at: number): Act => drainOf(at, { rule: 'adopt/again', adopted: true, replaces: drainId(at), stamps: false });
const giveBack = (at: number): Act => ({ kind: 'reactivate', drainId: drainId(at), runnerId: machine(at).runnerId });
const deregister = (at: number): Act => {
  const { runnerId, vmId, instanceId } = machine(at + MAX_ACTS);
  return { kind: 'deregister', runnerId, reason: at % 2 === 0 ? 'ghost' : 'stale', vmId, instanceId };
};
const nudge = (at: number): Act => ({ kind: 'nudge', drainId: drainId(at), news: at % 2 === 0 ? 'complete' : 'look' });
const inspect = (at: number): Act => ({ kind: 'inspect', drainId: drainId(at) });
const forget = (at: number): Act => ({ kind: 'forgetDrain', drainId: drainId(at), reason: 'its instance is gone' });
const growth = growthAct({ attempt: 'm96tjx9f07', add: 25, from: 303, to: 328, etag: '"63"', rule: 'scale-out/threshold', waits: true });
const some = (count: number, act: (at: number) => Act, from = 0): Act[] => Array.from({ length: count }, (_, at) => act(from + at));
const half = MAX_ACTS / 2;

const planOf = (acts: readonly Act[]): TickPlan => ({
  ...{ tickId: 'm96tjx9f07', at: NOW, nextAt: NOW + 40_000, held: false, settingsVersion: 'aa502a1d671a', dryRun: false },
  decision: { rule: 'scale-out/threshold', reason: 'a'.repeat(300), acts },
  counts: {
    ...{ demand: 40, deducted: 0, counted: 202, instances: 305, capacity: 303, active: 194, idle: 20, busy: 174, booting: 8 },
    ...{ draining: 98, unhealthy: 10, stray: 2, lost: 0, unjudged: 0, ghost: 1, stale: 2, foreign: 0 },
  },
  alerts: Array.from({ length: 4 }, () => ({ code: 'drain-long', since: NOW, text: 't'.repeat(160), next: 'n'.repeat(120) })),
  warnings: ['w'.repeat(120)],
  asked: [],
  binding: { scaleSet: guid(0), group: 'runners' },
  growthNews: undefined,
  cooldownsFromBlobs: undefined,
  noticed: [{ at: NOW, text: 'c'.repeat(120) }],
  gauges: {
    ...{ unservedSeconds: 0, drains: 125, oldestDrainSeconds: 8535, minRunners: 68, minIdleRunners: 0, extraRunners: 2 },
    ...{ bootCreditSeconds: 1140, nextTickSeconds: 40 },
  },
  forecast: { mode: 'observe', days: 7, says: [] },
});

/** Rows without the five that grow with the acts: turns, timer, schedules. */
const FIXED = 2_400;

/** As the engine stores it: JSON within the JSON of its row; an entity's call and answer are quoted once more. */
const quoted = (value: unknown): string => JSON.stringify(JSON.stringify(value));

/** The drains that the acts name, as the entity knows them: over where an act takes their place, and half of those committed. */
function memoryOf(acts: readonly Act[]): PoolMemory {
  const records = acts.flatMap((act, at) => {
    const id = act.kind === 'drain' ? act.replaces : 'drainId' in act ? act.drainId : undefined;
    const isOver = act.kind === 'drain' || act.kind === 'forgetDrain';
    const phase = act.kind === 'drain' && at % 2 === 0 ? 'committed' : 'waiting';
    const fields = { ...machine(at), startedAt: NOW - 1_000 * at, phase, ...(isOver ? { isOver } : {}) } as const;
    return id === undefined ? [] : [aRecord(String(at), { ...fields, id })];
  });
  return aMemory(records, { pool: POOL });
}

function historyBytes(acts: readonly Act[]): number {
  const plan = planOf(acts);
  const admission = applyOperation(memoryOf(acts), POOL, OPERATIONS.admit, { plan, timing: GROWTH }, NOW).result as Admission;
  expect(admission.refused).toEqual([]);
  const crossing = packAdmission(admission, acts);
  const lost = { answer: 'unknown', code: 'sg-malformed', text: 'x'.repeat(200) } as const;
  const outcomes = admission.acts.map((act): ActOutcome => ({ act, ...lost }));
  const ids = { id: guid(1), parent: loopId(POOL), parentExecution: hex(1, 32) };
  const call = (op: string, input: unknown): string => quoted({ op, signal: false, input: JSON.stringify(input), ...ids });
  const rows = [
    quoted({ pool: POOL, schema: 1, ticks: 6, status: essentials(plan, admission, TIMING), cooldownsReadAt: NOW }),
    quoted({ plan: packPlan(plan), timing: TIMING, cooldownsReadAt: NOW }),
    call('admit', { plan: packPlan(plan), timing: GROWTH }),
    quoted({ result: JSON.stringify(crossing) }),
    quoted(packOutcomes(outcomes)),
    call('settle', { outcomes: packOutcomes(outcomes), timing: GROWTH }),
  ];
  return FIXED + rows.reduce((all, row) => all + Buffer.byteLength(row), 0);
}

test.each<[string, readonly Act[]]>([
  ['drains', some(MAX_ACTS, drainOf)],
  [
    'drains, one of them of a stray',
    [...some(MAX_ACTS - 1, drainOf), drainOf(MAX_ACTS, { target: 'stray', runnerId: undefined, rule: 'repair/stray', stamps: false })],
  ],
  ['drains that go on with another', some(MAX_ACTS, adopted)],
  ['dead entries', some(MAX_ACTS, deregister)],
  ['drains and dead entries', [...some(half, drainOf), ...some(half, deregister)]],
  ['give-backs, an order and nudges', [...some(half, giveBack), growth, ...some(half - 1, nudge, half)]],
  ['give-backs, an order and looks', [...some(half, giveBack), growth, ...some(half - 1, inspect, half)]],
  ['give-backs, an order and forgotten drains', [...some(half, giveBack), growth, ...some(half - 1, forget, half)]],
  ['looks', some(MAX_ACTS, inspect)],
])('fifty acts at most: %s', (_what, acts) => {
  expect(historyBytes(acts)).toBeLessThan(32 * 1024);
});
