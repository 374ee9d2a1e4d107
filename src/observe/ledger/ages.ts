import type { Clock } from '../../poll/clocks';

/** A line tells times as ms before its own, which is shorter and shows how long something has lasted. */

export type Ages = readonly [number, number, number];

export const ageOf = (at: number, time: number | undefined): number | undefined => (time === undefined ? undefined : at - time);
export const timeOf = (at: number, age: number | undefined): number | undefined => (age === undefined ? undefined : at - age);

export const agesOf = (at: number, clock: Clock | undefined): [number, number, number] | undefined =>
  clock === undefined ? undefined : [at - clock.since, at - clock.last, clock.readings];

export const clockOf = (at: number, ages: Ages | undefined): Clock | undefined =>
  ages === undefined ? undefined : { since: at - ages[0], last: at - ages[1], readings: ages[2] };
