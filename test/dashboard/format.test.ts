import { describe, expect, test } from 'vitest';
import { duration } from '../../src/dashboard/shape/format';

describe('durations as people read them', () => {
  test.each([
    [0, '0 s'],
    [89.4, '89 s'],
    [90, '2 min'],
    [89 * 60 + 29, '89 min'],
    [90 * 60, '1 h 30 min'],
    [24 * 3_600 - 31, '23 h 59 min'],
    [24 * 3_600, '1 d 0 h'],
    [-5, '0 s'],
  ])('%d seconds are "%s"', (seconds, said) => {
    expect(duration(seconds)).toBe(said);
  });
});
