import { expect, test } from 'vitest';
import type { Bucket } from '../../src/dashboard/data/answers';
import { coarser, columnsOf, spoken, stacked, topOfCounts, topOfSeconds, vmHours } from '../../src/dashboard/shape/columns';

const MINUTE = 60_000;
const UNKNOWN = {
  ...{ demand: null, waiting: null, idle: null, busy: null, booting: null, draining: null, instances: null, capacity: null },
  ...{ unservedSeconds: null, held: false, scaleOuts: 0, scaleIns: 0 },
};
const bucket = (minute: number, more: Partial<Bucket> = {}): Bucket => ({ ...UNKNOWN, at: minute * MINUTE, ...more });
const known = (minute: number, instances: number, more: Partial<Bucket> = {}): Bucket => bucket(minute, { demand: 0, instances, ...more });

test('a bucket that is missing interrupts the line', () => {
  expect(columnsOf([known(0, 3), known(1, 5), known(3, 4)], 60).instances).toEqual([3, 5, 5, null, 4, 4]);
});

test('the last bucket is drawn to its end', () => {
  const { x, instances } = columnsOf([known(0, 3), known(1, 4)], 60);
  expect(x).toEqual([0, 60, 120]);
  expect(instances).toEqual([3, 4, 4]);
});

test('held buckets side by side are one stretch of time', () => {
  const held = columnsOf([bucket(0, { held: true }), bucket(1, { held: true }), bucket(2), bucket(3, { held: true })], 60).held;
  expect(held).toEqual([
    { from: 0, to: 2 * MINUTE },
    { from: 3 * MINUTE, to: 4 * MINUTE },
  ]);
});

test('areas lie on each other, and where nothing is known nothing is drawn', () => {
  expect(
    stacked([
      [1, 2, null],
      [3, null, null],
      [0, 1, null],
    ]),
  ).toEqual([
    [1, 2, null],
    [4, 2, null],
    [4, 3, null],
  ]);
});

test.each([
  [0, 4],
  [4, 4],
  [5, 6],
  [9, 10],
  [11, 12],
  [12.1, 16],
  [23, 24],
  [101, 120],
  [1_000, 1_000],
])('an axis of counts up to %d ends at %d', (highest, top) => {
  expect(topOfCounts(highest, 4)).toBe(top);
});

test.each([
  [0, 120],
  [120, 120],
  [121, 240],
  [4_801, 7_200],
  [7_201, 14_400],
])('an axis of waits up to %d s ends at %d s', (highest, top) => {
  expect(topOfSeconds(highest, 120)).toBe(top);
});

test('VM-hours are the VMs of each bucket for its time; unknown ones cost nothing', () => {
  expect(vmHours([known(0, 3), known(10, 6), bucket(20)], 600)).toBeCloseTo(1.5);
});

test('fewer buckets keep the highest of each number and the sum of the events', () => {
  const buckets = [known(0, 3, { scaleOuts: 1 }), known(1, 5, { scaleOuts: 2, held: true }), known(2, 4)];
  expect(coarser(buckets, 2)).toMatchObject([
    { at: 0, instances: 5, scaleOuts: 3, held: true },
    { at: 2 * MINUTE, instances: 4, scaleOuts: 0, held: false },
  ]);
  expect(coarser(buckets, 3)).toEqual(buckets);
});

test('a chart is told in a sentence to those who do not see it', () => {
  const say = (value: number): string => `${value}`;
  const at = (ms: number): string => `minute ${ms / MINUTE}`;
  expect(spoken('jobs', [1, 7, null, 2], [0, 60, 120, 180], say, at)).toBe('jobs: last 2, at most 7 at minute 1');
  expect(spoken('jobs', [null], [0], say, at)).toBe('jobs: nothing recorded');
});
