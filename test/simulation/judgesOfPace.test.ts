import { describe, expect, test } from 'vitest';
import { excessOf } from '../../src/local/simulate/invariants/i9';
import { Court } from '../support/court';

describe('the judges of cooldowns and economy', () => {
  test.each<[string, string, (court: Court) => Promise<unknown>]>([
    [
      'I6',
      'a growth within the cooldown of the last',
      async (court) => {
        await court.grow(4);
        court.wait(3);
        await court.grow(5);
      },
    ],
    [
      'I6',
      'a growth decided within the cooldown, though it came late',
      async (court) => {
        court.decide('a', 'scale-out/threshold', 'ordering 1 instance, capacity 3 to 4.');
        await court.grow(4);
        court.wait(3);
        court.decide('b', 'scale-out/threshold', 'ordering 1 instance, capacity 4 to 5.');
        court.wait(3);
        await court.grow(5);
      },
    ],
    [
      'I6',
      'a scale-in within the cooldown of the last',
      async (court) => {
        await court.mark(0);
        court.wait(4);
        await court.mark(1);
      },
    ],
    [
      'I6',
      'a scale-in decided within the cooldown of a growth, though it came late',
      async (court) => {
        await court.grow(4);
        court.wait(4);
        court.decide('b', 'scale-in/threshold', `0 jobs wait: draining ${court.entry(0).runnerId}.`);
        court.wait(4);
        await court.mark(0);
      },
    ],
    [
      'economy',
      'a runner that stays idle above MIN_RUNNERS',
      (court) => {
        for (let looks = 0; looks < 5; looks += 1) {
          court.wait(10);
          court.bench.look();
        }
        return Promise.resolve();
      },
    ],
    [
      'economy',
      'VMs that come and go without a job',
      async (court) => {
        for (let round = 0; round < 6; round += 1) {
          await court.grow(4);
          court.wait(10);
          await court.deleteNewest();
          court.wait(10);
        }
        court.bench.look();
      },
    ],
  ])('%s catches %s', async (invariant, _what, deed) => {
    const court = new Court();
    await deed(court);
    expect(court.broken).toContain(invariant);
  });

  test('a cooldown runs from the decision: an act that came late makes two seem near', async () => {
    const court = new Court();
    court.decide('a', 'scale-out/threshold', 'ordering 1 instance, capacity 3 to 4.');
    court.wait(4);
    await court.grow(4);
    court.wait(1);
    court.decide('b', 'scale-out/threshold', 'ordering 1 instance, capacity 4 to 5.');
    await court.grow(5);
    expect(court.broken).not.toContain('I6');
  });

  test('a poll that runs again decides nothing: the first line of a tick counts', async () => {
    const court = new Court();
    court.decide('a', 'scale-out/threshold', 'ordering 1 instance, capacity 3 to 4.');
    await court.grow(4);
    court.wait(3);
    court.decide('b', 'scale-out/threshold', 'ordering 1 instance, capacity 4 to 5.');
    court.wait(2);
    court.decide('b', 'scale-out/threshold', 'ordering 1 instance, capacity 4 to 5.');
    await court.grow(5);
    expect(court.broken).toContain('I6');
  });
});

describe('I9', () => {
  const hostOf = (maxBytes: number, status: number): never =>
    ({
      counters: { generations: new Map([['autoscaler', { maxBytes }]]) },
      engine: { instances: new Map([['a', { row: { customStatus: 'x'.repeat(status) } }]]) },
    }) as never;

  test('catches a tick of much history and a long custom status', () => {
    expect(excessOf(hostOf(32 * 1024 + 1, 0))).toContain('bytes of history');
    expect(excessOf(hostOf(0, 4 * 1024 + 1))).toContain('custom status of a');
  });

  test('says nothing of what is within its bounds', () => {
    expect(excessOf(hostOf(32 * 1024, 4 * 1024))).toBeUndefined();
  });
});
