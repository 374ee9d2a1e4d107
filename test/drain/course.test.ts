import { describe, expect, test } from 'vitest';
import { afterDeregister, endOf, pauseFor, type Course } from '../../src/drain/course';
import type { LookAnswer } from '../../src/drain/steps';
import { aWindow, MINUTE, NOW, SECOND, TIMING } from '../support/builders/drains';

type Verdict = LookAnswer['verdict'];

function over(looks: readonly (readonly [minute: number, verdict: Verdict])[]): Course['over'] {
  let course: Course = { steps: [] };
  for (const [minute, verdict] of looks) course = endOf(course, verdict, NOW + minute * MINUTE, TIMING);
  return course.over;
}

describe('a verdict that ends a drain holds in three looks over three minutes', () => {
  test.each<[string, readonly (readonly [number, Verdict])[], Course['over']]>([
    [
      'ACTIVE',
      [
        [0, 'active'],
        [1.5, 'active'],
        [3, 'active'],
      ],
      'reactivated-by-hand',
    ],
    [
      'off the list',
      [
        [0, 'unlisted'],
        [1.5, 'unlisted'],
        [3, 'unlisted'],
      ],
      'runner-replaced',
    ],
    [
      'its instance gone',
      [
        [0, 'gone'],
        [1.5, 'gone'],
        [3, 'gone'],
      ],
      'instance-gone',
    ],
    [
      'two looks',
      [
        [0, 'active'],
        [3, 'active'],
      ],
      undefined,
    ],
    [
      'less than three minutes',
      [
        [0, 'active'],
        [1, 'active'],
        [2, 'active'],
        [2.9, 'active'],
      ],
      undefined,
    ],
    [
      'another verdict between starts anew',
      [
        [0, 'active'],
        [1, 'open'],
        [2, 'active'],
        [3, 'active'],
      ],
      undefined,
    ],
    [
      'one ending verdict does not confirm another',
      [
        [0, 'active'],
        [1, 'active'],
        [3, 'gone'],
      ],
      undefined,
    ],
    [
      'what cannot be read says nothing',
      [
        [0, 'active'],
        [1, 'unreadable'],
        [2, 'active'],
        [3, 'active'],
      ],
      'reactivated-by-hand',
    ],
    [
      'busy never ends',
      [
        [0, 'busy'],
        [60, 'busy'],
        [120, 'busy'],
      ],
      undefined,
    ],
    [
      'another living entry never ends',
      [
        [0, 'rival'],
        [60, 'rival'],
        [120, 'rival'],
      ],
      undefined,
    ],
  ])('%s', (_name, looks, outcome) => {
    expect(over(looks)).toBe(outcome);
  });
});

test.each<[Verdict | undefined, number]>([
  ['open', 30 * SECOND],
  ['complete', 30 * SECOND],
  ['active', MINUTE],
  ['unreadable', MINUTE],
  [undefined, 5 * MINUTE],
])('after %s it looks again by itself in %s ms', (verdict, pause) => {
  expect(pauseFor({ steps: [], verdict }, TIMING)).toBe(pause);
});

describe('what the deregistration leaves', () => {
  const window = aWindow(NOW);
  test.each<[string, Parameters<typeof afterDeregister>[1], Partial<Course>]>([
    ['done: the proof', { answer: 'done', verdict: undefined, window }, { proof: window, window: undefined }],
    ['gone: the proof', { answer: 'gone', verdict: undefined, window }, { proof: window, window: undefined }],
    ['unknown: both', { answer: 'unknown', verdict: undefined, window }, { proof: window, window, deregisterSent: true }],
    ['refused: nothing', { answer: 'refused', verdict: undefined, window }, { window: undefined, verdict: undefined }],
    ['late: nothing', { answer: 'late', verdict: undefined, window }, { window: undefined, verdict: undefined }],
    ['not now, for the window is too short: the window', { answer: 'notNow', verdict: 'open', window }, { window, verdict: 'open' }],
    ['not now, for it has tasks: nothing', { answer: 'notNow', verdict: 'busy', window }, { window: undefined }],
  ])('%s', (_name, answer, expected) => {
    expect(afterDeregister({ steps: [] }, answer, NOW, TIMING)).toMatchObject(expected);
  });

  test('a runner set ACTIVE ends a drain whose deregister never took, as a look would', () => {
    let course: Course = { steps: [], deregisterSent: true };
    for (const minute of [0, 1.5, 3]) {
      course = afterDeregister(course, { answer: 'notNow', verdict: 'active', window: undefined }, NOW + minute * MINUTE, TIMING);
    }
    expect(course.over).toBe('reactivated-by-hand');
  });
});
