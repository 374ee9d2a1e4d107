import { describe, expect, test } from 'vitest';
import type { Act, Decision } from '../../src/dashboard/data/answers';
import { actsOf } from '../../src/dashboard/shape/acts';
import { clustered, marksOf, near } from '../../src/dashboard/shape/marks';
import { kindOf, modeOf } from '../../src/dashboard/shape/mode';

const decision = (at: number, rule: string, more: Partial<Decision> = {}): Decision => ({
  ...{ at, tick: `t${at}`, rule, reason: '', acts: [], done: [], dryRun: false, alerts: [], noticed: [] },
  ...more,
});
const act = (kind: string, more: Partial<Act> = {}): Act => ({
  ...{ kind, runner: null, vm: null, target: '', reason: '', add: null, from: null, to: null },
  ...more,
});

test.each([
  ['scale-out/threshold', 'out'],
  ['scale-out/minimum/waits', 'wait'],
  ['scale-in/above-maximum', 'in'],
  ['scale-in/waits', 'wait'],
  ['hold/fleet-drop', 'hold'],
  ['repair/unhealthy', 'repair'],
  ['adopt', 'repair'],
  ['steady', 'steady'],
])('the rule %s is of the kind %s', (rule, kind) => {
  expect(kindOf(rule)).toBe(kind);
});

test('a mode that this page does not know is shown as it is', () => {
  expect(modeOf('thinking')).toMatchObject({ label: 'thinking' });
});

describe('marks on the time axis', () => {
  test('are what acted, and the beginning of each hold; a hold that goes on is one', () => {
    const newestFirst = [
      decision(6, 'hold/sg-unavailable'),
      decision(5, 'scale-in/threshold'),
      decision(4, 'hold/azure-throttled'),
      decision(3, 'hold/sg-unavailable'),
      decision(2, 'hold/sg-unavailable'),
      decision(1, 'steady'),
      decision(0, 'scale-out/threshold/waits'),
    ];
    expect(marksOf(newestFirst).map(({ at, kind }) => [at, kind])).toEqual([
      [2, 'hold'],
      [4, 'hold'],
      [5, 'in'],
      [6, 'hold'],
    ]);
  });

  test('of one kind closer than the gap become one that holds them all, the newest first', () => {
    const marks = marksOf([decision(20, 'scale-out/a'), decision(9, 'scale-out/b'), decision(5, 'scale-in/a'), decision(0, 'scale-out/c')]);
    const found = clustered(marks, 10).map(({ at, kind, decisions }) => [at, kind, decisions.map((each) => each.at)]);
    expect(found).toEqual([
      [0, 'out', [9, 0]],
      [5, 'in', [5]],
      [20, 'out', [20]],
    ]);
  });

  test('near a time come the nearest first, and none beyond the reach', () => {
    const marks = marksOf([decision(30, 'scale-in/a'), decision(12, 'scale-in/a'), decision(7, 'scale-out/a')]);
    expect(near(marks, 10, 3).map(({ at }) => at)).toEqual([12, 7]);
    expect(near(marks, 10, 1)).toEqual([]);
  });
});

describe('what a decision did', () => {
  const grow = act('setCapacity', { add: 2, from: 3, to: 5 });
  test.each<[string, Partial<Decision>, readonly string[]]>([
    ['an order', { acts: [grow], done: [{ act: grow, answer: 'done', code: '' }] }, ['ordered 2 VMs (capacity 3 → 5)']],
    [
      'an order that was refused',
      { acts: [grow], done: [{ act: grow, answer: 'conflict', code: 'azure-412' }] },
      ['ordered 2 VMs (capacity 3 → 5): conflict (azure-412)'],
    ],
    ['an order of a trial', { acts: [grow], dryRun: true }, ['would have ordered 2 VMs (capacity 3 → 5)']],
    ['a drain', { acts: [act('drain', { runner: 'a/b', target: 'runner' })] }, ['began to drain b']],
    ['a stray', { acts: [act('drain', { vm: 'v1', target: 'stray' })] }, ['began to delete the stray VM v1']],
    ['a give-back', { acts: [act('reactivate', { runner: 'r' })] }, ['gave r back to work']],
    ['a ghost', { acts: [act('deregister', { runner: 'r', reason: 'ghost' })] }, ['deregistered the ghost entry r']],
    ['housekeeping', { acts: [act('nudge'), act('protect', { vm: 'v' })] }, []],
  ])('%s', (_, more, said) => {
    expect(actsOf(decision(0, 'x', more))).toEqual(said);
  });

  test('an answer belongs to the act of the same runner and no other', () => {
    const [one, two] = [act('drain', { runner: 'one' }), act('drain', { runner: 'two' })];
    expect(actsOf(decision(0, 'x', { acts: [one, two], done: [{ act: two, answer: 'refused', code: '' }] }))).toEqual([
      'began to drain one',
      'began to drain two: refused',
    ]);
  });
});
