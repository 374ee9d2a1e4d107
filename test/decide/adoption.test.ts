import { describe, expect, test } from 'vitest';
import type { Act, TickPlan } from '../../src/model/decision';
import type { DrainPhase } from '../../src/model/drain';
import { aPool, START, type PoolBuilder } from '../support/builders/pool';

type DrainAct = Extract<Act, { kind: 'drain' }>;
const drainsOf = (plan: TickPlan): DrainAct[] => plan.decision.acts.filter((act) => act.kind === 'drain');
const kindsOf = (plan: TickPlan): string[] => plan.decision.acts.map((act) => act.kind).filter((kind) => kind !== 'nudge');
const paused = { scaleOut: false, scaleIn: true, reason: '', until: undefined, at: START };
const refusals = { x: { at: START, code: 'AuthorizationFailed', text: '', right: true } };

describe('Rule 4: a runner found DRAINING without a drain is adopted', () => {
  test.each<[string, readonly number[], boolean]>([
    ['after three readings over five minutes', [0, 2, 5], true],
    ['not after less than five minutes', [0, 2, 4.9], false],
    ['not after two readings', [0, 5], false],
    ['not after many at once', [0, 0.1, 0.2, 0.3, 0.4], false],
  ])('%s', (_name, minutes, isAdopted) => {
    const pool = aPool().runners(['1'], { status: 'DRAINING' });
    let plan = pool.look();
    for (const minute of minutes) {
      pool.now = START + minute * 60_000;
      ({ plan } = pool.tick());
    }
    expect(drainsOf(plan).map(({ rule, adopted }) => ({ rule, adopted }))).toEqual(isAdopted ? [{ rule: 'adopt', adopted: true }] : []);
  });

  test('one reading that shows it ACTIVE starts the count anew', () => {
    const pool = aPool().runners(['1'], { status: 'DRAINING' });
    pool.ticks(5);
    pool.editRunner('1', { status: 'ACTIVE' }).wait(1).tick();
    expect(drainsOf(pool.editRunner('1', { status: 'DRAINING' }).wait(1).ticks(5).plan)).toEqual([]);
    expect(drainsOf(pool.wait(1).tick().plan)).toHaveLength(1);
  });

  test.each<[string, (pool: PoolBuilder) => unknown]>([
    ['while scale-in is paused', (pool) => pool.remember((memory) => (memory.flags.paused = paused))],
    ['where its runner is protected', (pool) => pool.remember((memory) => memory.flags.protectedRunners.push('1'))],
    ['where its instance is protected', (pool) => pool.remember((memory) => memory.flags.protectedInstances.push('vmid-1'))],
    ['where a person protects it in Azure', (pool) => pool.editVm('1', { isProtected: true })],
    ['where Azure deletes it', (pool) => pool.editVm('1', { provisioningState: 'Deleting' })],
    ['where the right to delete is missing', (pool) => pool.remember((memory) => (memory.deletion.refusals = refusals))],
    ['where another instance has its computer name', (pool) => pool.vms(['2'], { computerName: 'vm-1' })],
    [
      'where a connected entry speaks for its machine',
      (pool) => pool.registers(['2'], { computerName: 'vm-1' }).editRunner('1', { connected: false }),
    ],
  ])('never %s', (_name, change) => {
    const pool = aPool().runners(['1'], { status: 'DRAINING' });
    change(pool);
    expect(drainsOf(pool.ticks(9).plan)).toEqual([]);
  });
});

describe('Rule 4: a recorded drain whose instance is over', () => {
  const over = (phase: DrainPhase, fields: object = {}): PoolBuilder =>
    aPool()
      .runners(['1'], { status: 'DRAINING' })
      .draining('1', phase, { isOver: true, ...fields });

  test.each<[string, PoolBuilder, string[]]>([
    ['waiting, its runner drains', over('waiting'), ['drain']],
    ['waiting, its runner is ACTIVE', over('waiting').editRunner('1', { status: 'ACTIVE' }), ['forgetDrain']],
    ['waiting, its runner is off the list', over('waiting').unlistRunners('1'), ['forgetDrain']],
    ['waiting, another runner drains there', over('waiting', { runnerId: '9' }), ['forgetDrain']],
    ['committed', over('committed'), ['drain']],
    ['deregistered, its runner off the list', over('deregistered').unlistRunners('1'), ['drain']],
    ['deleting', over('deleting').unlistRunners('1'), ['drain']],
    ['its instance gone', over('deleting').remove('1'), ['forgetDrain']],
    ['being given back: the tick does that itself', over('givingBack'), ['reactivate']],
  ])('%s', (_name, pool, kinds) => {
    expect(kindsOf(pool.look())).toEqual(kinds);
  });

  test.each<[DrainPhase, string[]]>([
    ['waiting', []],
    ['committed', ['drain']],
    ['deleting', ['drain']],
  ])('paused, and the right to delete missing: %s', (phase, kinds) => {
    const pool = over(phase).remember((memory) => {
      memory.flags.paused = paused;
      memory.deletion.refusals = refusals;
    });
    expect(kindsOf(pool.look())).toEqual(kinds);
  });

  test('goes on with its own runner and kind', () => {
    const pool = over('deleting', { kind: 'stray', runnerId: undefined }).unlistRunners('1');
    expect(drainsOf(pool.look())).toMatchObject([{ target: 'stray', runnerId: undefined, replaces: 'drain-1', rule: 'adopt/again' }]);
  });
});

test.each([
  [8, []],
  [8.1, ['inspect']],
])('a drain that was silent for %s minutes is looked at: %j', (minutes, kinds) => {
  const pool = aPool().runners(['1'], { status: 'DRAINING', runningTasks: 1 }).draining('1', 'waiting');
  pool.now = START + minutes * 60_000;
  expect(kindsOf(pool.look())).toEqual(kinds);
});
