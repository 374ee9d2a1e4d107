import { describe, expect, test } from 'vitest';
import { ledgerLine, MOST_LINE_BYTES, type LedgerLine, type TickLine } from '../../../src/observe/ledger/line';
import { readLedger } from '../../../src/observe/ledger/read';
import { replay } from '../../../src/observe/ledger/replay';
import { planTick } from '../../../src/poll/planTick';
import { aPool, ids, type PoolBuilder } from '../../support/builders/pool';

const MINUTE = 60_000;

/** What the ledger is told of the pool's next tick, which is admitted and answered as well. */
function told(pool: PoolBuilder, tickId: string): readonly LedgerLine[] {
  const { settings, memory, fleet, now } = pool;
  if (memory === undefined) throw new Error('the pool remembers nothing');
  const { lines } = planTick({ settings, memory, fleet, reading: pool.reading(), now, tickId, warnings: [], version: '1.2.3' });
  pool.tick();
  return lines;
}

const tickOf = (lines: readonly LedgerLine[]): TickLine | undefined => lines.find((line) => line.kind === 'tick');
const textOf = (lines: readonly LedgerLine[]): string => lines.map((line) => JSON.stringify(line)).join('\n');

describe('when a line is written', () => {
  const steady = (): PoolBuilder => {
    const pool = aPool({ MIN_RUNNERS: '1' }).runners(['0']);
    told(pool, 'first');
    // The first readings set clocks; from here on each tick says the same.
    pool.wait(6).tick();
    return pool;
  };

  test('the first tick tells the settings before itself, without who and where', () => {
    const pool = aPool().runners(['0']);
    const [settings, tick, ...others] = told(pool, 'a');
    expect(others).toEqual([]);
    expect(settings).toMatchObject({ kind: 'settings', settingsVersion: pool.settings.version });
    expect(settings?.kind === 'settings' && settings.settings).toMatchObject({ minRunners: pool.settings.minRunners });
    expect(tick).toMatchObject({ kind: 'tick', tick: 'a', version: '1.2.3', settingsVersion: pool.settings.version });
    const { apiKey, subscriptionId, sgOrg, sgRunnerGroup } = pool.settings;
    for (const secret of [apiKey, subscriptionId, sgOrg, sgRunnerGroup])
      expect(textOf([settings as LedgerLine])).not.toContain(`"${secret}"`);
  });

  test('a quiet tick that decides as the last line said is told after five minutes, not before', () => {
    const pool = steady();
    expect(told(pool.wait(4.9), 'b')).toEqual([]);
    expect(told(pool.wait(0.1), 'c')).toHaveLength(1);
  });

  test('another reason is told at once', () => {
    const pool = steady();
    expect(tickOf(told(pool.wait(1).queued(1), 'b'))?.decision.reason).toContain('1 job waits');
  });

  test('a tick that acts is told although it decides as before', () => {
    const pool = aPool({ MIN_RUNNERS: '3', DRY_RUN: 'true' }).runners(['0']);
    told(pool, 'a');
    for (const id of ['b', 'c']) expect(tickOf(told(pool.wait(1), id))?.decision.acts).toMatchObject([{ kind: 'setCapacity', add: 2 }]);
  });

  test('changed settings are told, and the same ones once an hour', () => {
    const pool = steady();
    const kinds = (id: string): string[] => told(pool, id).map(({ kind }) => kind);
    expect((pool.wait(53), kinds('b'))).toEqual(['tick']);
    expect((pool.wait(1), kinds('c'))).toEqual(['settings', 'tick']);
    pool.wait(1).set({ MIN_RUNNERS: '1', SCALE_OUT_STEP: '2' });
    expect(kinds('d')).toEqual(['settings', 'tick']);
  });

  test('a day begins with a line of its own', () => {
    const pool = steady();
    pool.now = Date.UTC(2025, 3, 7, 23, 58);
    told(pool, 'evening');
    pool.now = Date.UTC(2025, 3, 8, 0, 0);
    expect(told(pool, 'midnight').map(({ kind }) => kind)).toEqual(['settings', 'tick']);
  });
});

/** All that makes a line long: names as long as they may be, jobs, drains, strays, and as many acts as one tick may have. */
function large(runners: number): PoolBuilder {
  const long = (id: string): string => `${id}-${'x'.repeat(60)}`;
  const pool = aPool({ MIN_RUNNERS: '1', SCALE_IN_STEP: '50', MAX_RUNNERS: '1000', SCALE_IN_COOLDOWN_DURATION: '1' });
  pool.runners(ids(runners));
  pool.instances = pool.instances.map((instance) => ({ ...instance, vmId: long(instance.vmId), computerName: long(instance.id) }));
  pool.group = {
    ...pool.group,
    runners: pool.group.runners?.map((runner) => ({ ...runner, runnerId: long(runner.runnerId), computerName: long(runner.runnerId) })),
  };
  return pool;
}

test.each([10, 100, 1_000])(
  'a line of %i runners that are taken out fifty at a time stays within its bound, and so does a quiet one',
  (runners) => {
    const pool = large(runners);
    const texts: string[] = [];
    for (let tick = 0; tick < 12; tick += 1) texts.push(...told(pool.wait(1), `t${String(tick)}`).map((line) => JSON.stringify(line)));
    expect(texts.some((text) => text.includes('"kind":"drain"'))).toBe(true);
    for (const text of texts) {
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MOST_LINE_BYTES);
      expect(ledgerLine.parse(JSON.parse(text))).toEqual(JSON.parse(text));
    }
  },
);

test.each([
  ['step', { SCALE_IN_COOLDOWN_DURATION: '2', SCALE_IN_STEP: '9' }],
  ['idle-only', { SCALE_IN_STRATEGY: 'idle-only', SCALE_IN_STEP: '7' }],
  ['surplus', { SCALE_IN_STRATEGY: 'surplus', KEEP_NEWEST_IDLE: '3' }],
  ['demand', { SCALE_OUT_STRATEGY: 'demand', SCALE_IN_STRATEGY: 'surplus' }],
])('of 300 runners a line tells at most fifty, and the rules of %s decide the same from it', (_, env) => {
  const pool = aPool({ MIN_RUNNERS: '5', MAX_RUNNERS: '400', ...env }).runners(ids(300));
  const texts: string[] = [];
  for (let tick = 0; tick < 40; tick += 1) {
    if (tick === 15) pool.queued(320);
    if (tick === 20) pool.queued(2);
    if (tick === 25) for (const id of ids(120)) pool.editRunner(id, { runningTasks: 1 });
    texts.push(textOf(told(pool.wait(1), `t${String(tick)}`)));
  }
  const result = replay(readLedger(texts));
  expect(result.differences.map(({ before, today }) => ({ before, today }))).toEqual([]);
  expect(result.decided).toBeGreaterThan(10);
});

describe('a reader', () => {
  const pool = aPool({ MIN_RUNNERS: '3' }).runners(['0']);
  const text = textOf(told(pool, 'a'));
  const done = JSON.stringify({
    ...{ schema: 1, kind: 'done', at: pool.now + MINUTE, pool: 'default', tick: 'a' },
    done: [{ act: { kind: 'setCapacity', add: 2, from: 1, to: 3 }, answer: 'done' }],
  });

  test('joins a tick with its answers, and takes what is there twice once', () => {
    const { ticks, lost } = readLedger([`${text}\n${done}\n${text}\n${done}\n`]);
    expect(ticks.map(({ line, done: answers }) => [line.tick, answers.map(({ answer }) => answer)])).toEqual([['a', ['done']]]);
    expect(lost).toBe(0);
  });

  test('counts what it cannot read, and reads the rest', () => {
    const torn = text.slice(0, 200);
    const later = JSON.stringify({ schema: 2, kind: 'tick', at: 1, pool: 'default' });
    const { ticks, lost } = readLedger([`${torn}\n${later}\nno JSON\n\n${text}`]);
    expect([ticks.length, lost]).toEqual([1, 3]);
  });

  test('ignores fields that a later version added', () => {
    const line = { ...(JSON.parse(text.split('\n').at(-1) ?? '') as object), mood: 'fine' };
    expect(readLedger([JSON.stringify(line)]).ticks).toHaveLength(1);
  });
});

test('a rule that decides otherwise than the line says is told as a difference, by what differs', () => {
  const pool = aPool({ MIN_RUNNERS: '3' }).runners(['0']);
  const lines = told(pool, 'a');
  const changed = (change: (decision: TickLine['decision']) => TickLine['decision']): string =>
    textOf(lines.map((line) => (line.kind === 'tick' ? { ...line, decision: change(line.decision) } : line)));
  const where = (text: string): (string | undefined)[] => replay(readLedger([text])).differences.map((each) => each.in);
  expect(where(changed((decision) => decision))).toEqual([]);
  expect(where(changed((decision) => ({ ...decision, reason: 'other words' })))).toEqual(['reason']);
  expect(where(changed((decision) => ({ ...decision, rule: 'scale-out/other' })))).toEqual(['rule']);
  expect(where(changed((decision) => ({ ...decision, acts: [] })))).toEqual(['acts']);
});

test('a line whose settings are told nowhere is left out and counted', () => {
  const tick = told(aPool().runners(['0']), 'a').filter(({ kind }) => kind === 'tick');
  expect(replay(readLedger([textOf(tick)]))).toMatchObject({ decided: 0, withoutSettings: 1, differences: [] });
});
