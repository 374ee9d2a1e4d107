import { describe, expect, test } from 'vitest';
import type { Sighting, ZeroWindow } from '../../src/model/drain';
import { extendWindow, type WindowVerdict } from '../../src/drain/window';
import { aSighting, MINUTE, SECOND } from '../support/builders/drains';

const RULES = { confirm: MINUTE, grace: 10 * MINUTE };

/** The last verdict over readings at these seconds. */
function after(seconds: readonly number[], fields: (second: number) => Partial<Sighting> = () => ({})): WindowVerdict {
  let window: ZeroWindow | undefined;
  let last: WindowVerdict = 'unknown';
  for (const second of seconds) {
    const extended = extendWindow(window, aSighting(second * SECOND, fields(second)), RULES);
    window = extended.window;
    last = extended.verdict;
  }
  return last;
}

const every = (step: number, until: number): number[] => Array.from({ length: Math.floor(until / step) + 1 }, (_, index) => index * step);

describe('three all-zero readings over the confirming time', () => {
  test.each<[string, readonly number[], WindowVerdict]>([
    ['three over 60 s', [0, 30, 60], 'complete'],
    ['three over 59 s', [0, 30, 59], 'open'],
    ['two over 60 s', [0, 60], 'open'],
    ['many at once', [0, 1, 2, 3, 4, 5], 'open'],
    ['the same reading twice counts once', [0, 60, 60], 'open'],
    ['an older reading adds nothing', [0, 60, 30], 'open'],
    ['a gap of seven minutes, and no more', [0, 30, 30 + 420], 'complete'],
    ['a longer gap starts anew', [0, 30, 30 + 421], 'open'],
  ])('%s', (_name, seconds, verdict) => {
    expect(after(seconds)).toBe(verdict);
  });

  test.each<[string, Partial<Sighting>, WindowVerdict]>([
    ['a running task', { running: 1 }, 'busy'],
    ['a pending task', { pending: 1 }, 'busy'],
    ['running not told', { running: undefined }, 'unknown'],
    ['pending not told', { pending: undefined }, 'unknown'],
    ['the connection not told', { connected: undefined }, 'unknown'],
    ['another status', { status: 'DEREGISTERING' }, 'unknown'],
    ['ACTIVE', { status: 'ACTIVE' }, 'active'],
    ['unlisted', { runner: 'unlisted' }, 'unlisted'],
    ['unlisted, another entry alive', { runner: 'unlisted', rivals: ['2'] }, 'rival'],
    ['another entry alive', { rivals: ['2'] }, 'rival'],
    ['another entry connected beside ours', { rivals: ['2'], successor: '2' }, 'rival'],
    ['another entry connected in its place', { connected: false, running: 1, rivals: ['2'], successor: '2' }, 'replaced'],
    ['unlisted, another entry connected', { runner: 'unlisted', rivals: ['2'], successor: '2' }, 'replaced'],
    ['another name', { nameMatches: false }, 'identity'],
    ['seen before its VM', { olderThanVm: true }, 'identity'],
    ['protected', { isProtected: true }, 'protected'],
    ['its instance gone', { instance: 'gone' }, 'gone'],
    ['its instance deleting', { instance: 'deleting' }, 'gone'],
    ['its id another VM’s', { instance: 'other' }, 'gone'],
  ])('%s in between starts anew', (_name, fields, verdict) => {
    expect(after([0, 30], (second) => (second === 30 ? fields : {}))).toBe(verdict);
    expect(after([0, 30, 60, 90], (second) => (second === 30 ? fields : {}))).toBe('open');
    expect(after([0, 30, 60, 90, 120], (second) => (second === 30 ? fields : {}))).toBe('complete');
  });
});

describe('a disconnected runner', () => {
  test.each<[number, WindowVerdict]>([
    [600, 'complete'],
    [590, 'open'],
  ])('needs its whole grace of zeros: %s s', (seconds, verdict) => {
    expect(after(every(10, seconds), () => ({ connected: false }))).toBe(verdict);
  });

  test.each([false, true])('one reading the other way starts anew (connected %s)', (connected) => {
    expect(after([0, 30, 60], (second) => ({ connected: second === 60 ? connected : !connected }))).toBe('open');
  });
});

test('the certificate keeps the first reading and the last four, however many there were', () => {
  let window: ZeroWindow | undefined;
  for (const second of every(10, 600)) window = extendWindow(window, aSighting(second * SECOND), RULES).window;
  expect(window?.sample.map(({ at }) => at / SECOND)).toEqual([0, 570, 580, 590, 600]);
  expect(window?.readings).toBe(61);
});
