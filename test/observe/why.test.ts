import { describe, expect, test } from 'vitest';
import type { Certificate } from '../../src/model/drain';
import { type Ledger } from '../../src/observe/ledger/read';
import { tellMachine } from '../../src/observe/why/machine';
import { tellTime } from '../../src/observe/why/tick';
import { aCertificate, aRecord, aWindow, MINUTE } from '../support/builders/drains';
import { aPool, ids, START, type PoolBuilder } from '../support/builders/pool';
import { created, type Told } from '../support/toldPool';

const NONE: ReadonlyMap<string, Certificate> = new Map();

/** The story of the last tick. */
function storyOf(told: Told, at: number = told.pool.now): string {
  return tellTime(told.ledger(), NONE, at).join('\n');
}

const grown = (env: Readonly<Record<string, string>> = {}): Told => {
  const told = created(aPool({ MIN_RUNNERS: '1', ...env }).runners(['0'], { runningTasks: 1 }));
  told.tick('a');
  told.pool.wait(1).queued(4);
  told.tick('b');
  return told;
};

describe('a growth', () => {
  test('is told with what was seen, the rule that called for it and its numbers, and the answer', () => {
    const story = storyOf(grown());
    expect(story).toContain('4 jobs waiting');
    expect(story).toContain('1 runner could take jobs (0 idle, 1 busy), 0 booting.');
    expect(story).toContain(
      'yes  scale-out/threshold: 4 reaches SCALE_OUT_THRESHOLD 3; 4 unserved = 4 waiting − (0 idle + 0 booting) × 1 task each',
    );
    expect(story).toContain('no   scale-out/minimum: 1 count');
    expect(story).toContain('Nothing stood in the way: capacity 1 to 2.');
    expect(story).toContain('order 1 (capacity 1 to 2) by scale-out/threshold: done');
  });

  test.each([
    ['the cooldown', {}, 'BAR  scale-out cooldown: the last scale-out was 2 min ago, SCALE_OUT_COOLDOWN_DURATION is 4 min: 2 min left'],
    ['the maximum', { MAX_RUNNERS: '2', SCALE_OUT_COOLDOWN_DURATION: '1' }, 'BAR  maximum: 2 VMs and 0 ordered, at most 2 (MAX_RUNNERS)'],
  ])('that did not come names %s', (_, env, expected) => {
    const told = grown(env);
    told.pool.vms(['1']).registers(['1'], { runningTasks: 1 });
    for (const id of ['c', 'd']) {
      told.pool.wait(1);
      told.tick(id);
    }
    expect(storyOf(told)).toContain(expected);
  });
});

describe('a scale-in', () => {
  test('that waits tells the cooldown and how much of it is left', () => {
    const told = created(aPool({ MIN_RUNNERS: '1', SCALE_IN_COOLDOWN_DURATION: '10' }).runners(ids(3)));
    told.tick('a');
    const story = storyOf(told);
    expect(story).toContain('yes  scale-in/threshold: 0 waiting, SCALE_IN_THRESHOLD 1');
    expect(story).toContain('yes  idle beyond need: 3 idle − 0 for waiting jobs − 0 kept ready = 3');
    expect(story).toContain('no   scale-in cooldown over:');
    expect(story).toContain('It waited: the scale-in cooldown runs for another 10 minutes.');
  });

  test('that may take nobody tells who is kept', () => {
    const told = created(
      aPool({ MIN_RUNNERS: '0' })
        .runners(ids(2))
        .remember((memory) => memory.flags.protectedRunners.push('0', '1')),
    );
    told.tick('a');
    expect(storyOf(told)).toContain('2 active runners may not be taken: protected,');
  });
});

test('a held tick tells since when, and how it stood before', () => {
  const told = grown();
  for (const id of ['c', 'd', 'e']) {
    told.pool.wait(1);
    told.tick(id, { kind: 'failed', code: 'sg-unavailable', text: 'no answer', retryAfterMs: undefined, side: 'stackguardian' });
  }
  const story = storyOf(told);
  expect(story).toContain('hold/sg-unavailable');
  expect(story).toContain('Before, at 2025-04-07 06:01:00: 4 jobs waiting, 0 idle, 1 busy');
});

test('a silence is told with its end, for a loop that does not run tells nothing', () => {
  const told = grown();
  const silent = told.pool.now + 5 * 60 * MINUTE;
  told.pool.now = told.pool.now + 10 * 60 * MINUTE;
  told.tick('z');
  expect(storyOf(told, silent)).toContain('Then nothing is told for 10 h 00 min, and the next one 2025-04-07 16:01:00');
});

test('a time before the ledger is said to be so', () => {
  expect(storyOf(grown(), START - MINUTE)).toBe('The ledger begins 2025-04-07 06:00:00: nothing is told of 2025-04-07 05:59:00.');
});

describe('a machine', () => {
  const lived = (): { ledger: Ledger; pool: PoolBuilder } => {
    const told = created(aPool({ MIN_RUNNERS: '1', SCALE_IN_COOLDOWN_DURATION: '1' }).runners(['10', '11'], { runningTasks: 1 }));
    told.tick('a');
    told.pool.wait(6).editRunner('10', { runningTasks: 0 });
    told.tick('b');
    told.pool.wait(6).remove('10');
    told.tick('c');
    return { ledger: told.ledger(), pool: told.pool };
  };
  const story = (certificates: readonly Certificate[], sought: { runner?: string; vm?: string }): string =>
    tellMachine(lived().ledger, new Map(certificates.map((each) => [each.drain, each])), sought).join('\n');
  const record = aRecord('10', { startedAt: START + 6 * MINUTE });
  const certificate: Certificate = {
    ...aCertificate(record, aWindow(START + 8 * MINUTE)),
    steps: [{ at: START + 6 * MINUTE, step: 'mark', answer: 'done' }],
    ...{ outcome: 'deleted', endedAt: START + 9 * MINUTE },
  };

  test('is told from its first sight to its certificate', () => {
    const text = story([certificate], { runner: '10' });
    expect(text).toContain('Runner 10 on VM vmid-10');
    expect(text).toContain('06:00:00  seen active, 1 task');
    expect(text).toContain('06:06:00  decided to drain 10 by scale-in/threshold');
    expect(text).toContain(
      'proof: 3 readings over 1 min (06:07:00 to 06:08:00), each DRAINING with zero running and zero pending tasks, agent connected.',
    );
    expect(text).toContain('ended at 06:09:00 as deleted: its VM was deleted.');
    expect(text).toContain('From 2025-04-07 06:12:00 on it was not listed any more, as the certificate says.');
  });

  test('a drain that went on with another’s deregister points to the proof there', () => {
    const bare = { ...certificate, window: undefined };
    const goneOn = { ...bare, steps: [{ at: START + 9 * MINUTE, step: 'delete', answer: 'accepted' }] };
    expect(story([goneOn], { runner: '10' })).toContain('proof: in the certificate of the drain that it went on with.');
    expect(story([{ ...bare, outcome: 'given-back' }], { runner: '10' })).toContain('proof: none: nothing was deregistered or deleted');
  });

  test('that went without a certificate of its deletion went without our doing', () => {
    expect(story([], { vm: 'vmid-10' })).toContain('no certificate says that we deleted it: it went without our doing.');
  });

  test.each([
    ['the beginning of an id is enough', { vm: 'vmid-11' }, 'Runner 11 on VM vmid-11'],
    ['of several that begin so none is chosen', { vm: 'vmid-1' }, '2 ids begin so: vmid-10, vmid-11.'],
    ['one that is not told is not invented', { runner: 'x' }, 'runner x: the ledger names none.'],
  ])('%s', (_, sought, expected) => {
    expect(story([], sought)).toContain(expected);
  });
});
