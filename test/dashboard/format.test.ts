import { describe, expect, test } from 'vitest';
import { ago, clock, duration, money, number, plural, price, shortId, until } from '../../src/dashboard/shape/format';

describe('durations as people read them', () => {
  test.each([
    [0, '0 s'],
    [89.4, '89 s'],
    [89.5, '2 min'],
    [89 * 60 + 29, '89 min'],
    [90 * 60, '1 h 30 min'],
    [24 * 3_600 - 31, '23 h 59 min'],
    [24 * 3_600, '1 d 0 h'],
    [-5, '0 s'],
  ])('%d seconds are "%s"', (seconds, said) => {
    expect(duration(seconds)).toBe(said);
  });
});

test('what was a moment ago is just now, what is due is due', () => {
  expect([ago(0, 1_499), ago(0, 1_500), ago(0, 120_000)]).toEqual(['just now', '2 s ago', '2 min ago']);
  expect([until(10_000, 10_000), until(10_000, 9_000)]).toEqual(['due now', 'in 1 s']);
});

test('the date is told where it is not that of today', () => {
  const noon = new Date(2026, 2, 3, 12, 5, 7).getTime();
  expect(clock(noon, noon)).toBe('12:05');
  expect(clock(noon, noon, true)).toBe('12:05:07');
  expect(clock(noon, noon + 86_400_000)).toBe('3 Mar 12:05');
});

test('numbers that are not known are a dash and never a zero', () => {
  expect([number(null), number(0), number(1_234.56)]).toEqual(['–', '0', '1,234.6']);
});

test('the price of a small VM keeps its digits, a sum has cents', () => {
  expect([price(0.0416), price(2), money(18.701)]).toEqual(['0.0416', '2.00', '18.70']);
});

test.each([
  ['arn:aws:ecs:eu-central-1:4711:container-instance/private/abc', 'abc'],
  ['runner-7', 'runner-7'],
  ['::', '::'],
  ['x'.repeat(28), 'x'.repeat(28)],
  [`${'a'.repeat(20)}${'b'.repeat(20)}`, `${'a'.repeat(13)}…${'b'.repeat(13)}`],
])('of the id %s is shown %s', (id, shown) => {
  expect(shortId(id)).toBe(shown);
});

test('one is no plural', () => {
  expect([plural(1, 'VM'), plural(2, 'VM'), plural(0, 'entry', 'entries')]).toEqual(['1 VM', '2 VMs', '0 entries']);
});
