import { expect, test } from 'vitest';
import { COURSE_NAMES } from '../../src/local/simulate/explore/courses';
import { explore } from '../../src/local/simulate/explore/explore';
import { parseExplore } from '../../src/local/simulate/explore/flags';

const LONG = 300_000;

test.each(COURSE_NAMES.filter((name) => name !== 'in'))(
  'course %s: a sample of all strikes at all effects',
  async (course) => {
    const mode = COURSE_NAMES.indexOf(course) % 2 === 0 ? 'Uniform' : 'Flexible';
    const { failures } = await explore({ course, mode, stride: 61 });
    expect(failures.map(({ plan, trial }) => ({ plan, violations: trial.violations }))).toEqual([]);
  },
  LONG,
);

test(
  'two strikes within one drain: a sample of the pairs',
  async () => {
    const { failures, states } = await explore({ course: 'in', mode: 'Uniform', pairs: true, strikes: ['late-2'], stride: 2 });
    expect(failures.map(({ plan, trial }) => ({ plan, violations: trial.violations }))).toEqual([]);
    expect(states).toBeGreaterThan(4);
  },
  LONG,
);

test('one state by its numbers', () => {
  expect(parseExplore(['--explore', 'in', '--at', '92:99', '--with', 'crash:late-2', '--mode', 'Uniform'])).toMatchObject({
    courses: ['in'],
    modes: ['Uniform'],
    plan: [
      { at: 92, strike: 'crash' },
      { at: 99, strike: 'late-2' },
    ],
  });
});

test.each([
  [['--explore', 'sideways'], /--explore takes all or one of in, /],
  [['--explore', 'in', '--with', 'rain'], /there is no strike "rain"/],
  [['--explore', 'in', '--at', '0', '--with', 'crash'], /--at takes K or K:L/],
  [['--explore', 'in', '--at', '3:4', '--with', 'crash'], /as many strikes/],
  [['--explore', 'in', '--stride', '0'], /--stride takes a whole number from 1/],
  [['--explore', 'in', '--mode', 'Round'], /--mode takes Uniform or Flexible/],
  [['--explore', 'in', '--sed', '1'], /--explore --help/],
] as const)('%j is refused', (args, message) => {
  expect(() => parseExplore(args)).toThrow(message);
});
