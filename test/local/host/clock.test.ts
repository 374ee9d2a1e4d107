import { describe, expect, it } from 'vitest';
import { installDate, scaledClock, virtualClock } from '../../../src/local/host';
import { parseCron } from '../../../src/local/host/cron';

describe('virtual clock', () => {
  it('runs timers in order of time, then of request, and never a cancelled one', () => {
    const clock = virtualClock(1000);
    const seen: string[] = [];
    clock.at(3000, () => seen.push('c'));
    clock.at(2000, () => seen.push('a'));
    clock.at(2000, () => seen.push('b'));
    const cancel = clock.at(2500, () => seen.push('x'));
    cancel();
    while (clock.advance());
    expect([seen.join(''), clock.now()]).toEqual(['abc', 3000]);
    expect(clock.advance(5000)).toBe(false);
    expect(clock.now()).toBe(5000);
  });

  it('keeps thousands of timers in order, most of them cancelled', () => {
    const clock = virtualClock(0);
    const seen: number[] = [];
    for (let n = 0; n < 5000; n += 1) {
      const due = (n * 7919) % 5003;
      const cancel = clock.at(due, () => seen.push(due));
      if (n % 5 !== 0) cancel();
    }
    while (clock.advance());
    expect(seen).toHaveLength(1000);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  });

  it('is idle only when every token is back', async () => {
    const clock = virtualClock(0);
    const rest = clock.busy();
    let idle = false;
    const waiting = clock.idle().then(() => (idle = true));
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(idle).toBe(false);
    rest();
    await waiting;
    expect(idle).toBe(true);
  });
});

it('a scaled clock runs faster than the machine', async () => {
  const clock = scaledClock(1000, 0);
  await new Promise<void>((resolve) => clock.at(20_000, resolve));
  expect(clock.now()).toBeGreaterThanOrEqual(19_900);
  expect(clock.now()).toBeLessThan(200_000);
});

it('the patched Date reads the clock and is still a Date', () => {
  const restore = installDate(virtualClock(Date.UTC(2030, 0, 1)));
  try {
    const date = new Date();
    expect([date.toISOString(), Date.now(), date instanceof Date]).toEqual(['2030-01-01T00:00:00.000Z', Date.UTC(2030, 0, 1), true]);
    expect(new Date(5).getTime()).toBe(5);
    class Day extends Date {}
    expect(new Day() instanceof Day).toBe(true);
    expect(Date()).toContain('2030');
  } finally {
    restore();
  }
  expect(new Date().getUTCFullYear()).not.toBe(2030);
});

describe('schedules', () => {
  const at = (text: string): number => Date.parse(`${text}Z`);
  it.each([
    ['0 */1 * * * *', '2026-01-05T00:00:00', '2026-01-05T00:01:00'],
    ['*/5 * * * *', '2026-01-05T00:03:10', '2026-01-05T00:05:00'],
    ['30 15 8-17/3 * * mon-fri', '2026-01-02T18:00:00', '2026-01-05T08:15:30'],
    ['0 0 0 29 2 *', '2026-01-05T00:00:00', '2028-02-29T00:00:00'],
    ['0 0 12 * jan,jul 7', '2026-01-31T13:00:00', '2026-07-05T12:00:00'],
  ])('%s after %s is %s', (schedule, from, to) => {
    expect(parseCron(schedule).next(at(from))).toBe(at(to));
  });
  it.each(['* * *', '0 61 * * * *', 'x * * * * *', '0 5-1 * * * *'])('%s is refused', (schedule) => {
    expect(() => parseCron(schedule)).toThrow();
  });
});
