import { expect, onTestFinished, test } from 'vitest';
import { createHub, FAULTS, installFaults, storeFaultsOf, traitFlags } from '../../src/local/simulate/faults';
import { shareLimits } from '../../src/local/simulate/faults/limits';
import { tickOfOriginal } from '../../src/local/simulate/faults/original';
import { SETTING_FAULTS } from '../../src/local/simulate/faults/settings';
import type { FaultContext } from '../../src/local/simulate/faults/types';
import { simulationClock } from '../../src/local/simulate/clock';
import { createStage } from '../../src/local/simulate/stage';
import { createRandom } from '../../src/local/world/random';
import { bench, vmAt } from '../local/world/support';
import { operatedApp } from '../support/fakes/operatedApp';

const HOUR = 3_600_000;

test('each fault has a name of its own in kebab case, and one sentence', () => {
  expect(new Set(FAULTS.map(({ name }) => name)).size).toBe(FAULTS.length);
  for (const { name, sentence } of FAULTS) {
    expect(name).toMatch(/^[a-z]+(?:-[a-z]+)*$/);
    expect(sentence).toMatch(/^[A-Z].*\.$/);
  }
});

test('a busy flag that lies, a stopping tail and a stale copy together stay below the confirming time', () => {
  for (let seed = 0; seed < 200; seed += 1) {
    for (const confirm of [60, 90, 300]) {
      const { lieSeconds, tailSeconds, staleSeconds } = shareLimits(confirm, createRandom(seed));
      expect(lieSeconds + tailSeconds + staleSeconds).toBeLessThan(confirm);
      expect([lieSeconds <= 60, tailSeconds <= 30, staleSeconds <= 120]).toEqual([true, true, true]);
    }
  }
});

test('settings are those of the run again once the faults cease, however many hands changed them', () => {
  const original = { POOLS: JSON.stringify([{ name: 'one' }, { name: 'two' }, { name: 'three' }]), MIN_RUNNERS: '1', MAX_RUNNERS: '5' };
  for (let seed = 0; seed < 50; seed += 1) {
    const clock = simulationClock(0);
    let changes = 0;
    const app = operatedApp(original);
    const until = 100 * HOUR;
    for (const [at, kind] of SETTING_FAULTS.entries()) {
      const random = createRandom(seed * 100 + at);
      kind.install({ ...{ clock, random, until, intensity: 20, app }, count: () => (changes += 1) } as unknown as FaultContext);
    }
    while (clock.advance(until));
    expect(changes).toBeGreaterThan(20);
    expect(Object.fromEntries(Object.entries(app.settings()).filter(([, value]) => value !== undefined))).toEqual(original);
  }
});

test('most faults are injected within hours, none after the time at which they cease', async () => {
  const names = FAULTS.map(({ name }) => name);
  const hub = createHub();
  const stage = await createStage({
    seed: 3,
    pools: [
      { name: 'one', mode: 'Uniform', initialRunners: 3 },
      { name: 'two', mode: 'Flexible', initialRunners: 3 },
    ],
    settings: { DRAIN_CONFIRM_SECONDS: '90', MIN_RUNNERS: '2', SCALE_IN_COOLDOWN_DURATION: '1', SCALE_OUT_COOLDOWN_DURATION: '1' },
    flags: { ...traitFlags(3, names), pageSize: 3 },
    worldFaults: hub.faults,
    storeFaults: storeFaultsOf(hub.faults),
  });
  onTestFinished(() => stage.stop());
  const until = stage.startedAt + 5 * HOUR;
  const counts = new Map<string, number>();
  const late: string[] = [];
  installFaults(names, {
    ...{ seed: 3, clock: stage.clock, world: stage.world, hub, until, confirmSeconds: 90, intensity: 5, app: stage.app },
    hostSkew: (ms) => stage.app.skew(ms),
    onInjection: (kind) => {
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
      if (stage.clock.now() > until) late.push(kind);
    },
  });
  for (const pool of ['one', 'two'])
    stage.world.addJobs(
      Array.from({ length: 100 }, (_, index) => ({ arrivalSeconds: index * 180, durationSeconds: 60 + (index % 7) * 100 })),
      { pool },
    );
  await stage.runUntil(until + HOUR);
  expect(late).toEqual([]);
  expect(counts.size).toBeGreaterThan(names.length / 2);
});

test('a fault that there is not is named', () => {
  const hub = createHub();
  const { clock, world } = bench();
  const plan = { ...{ seed: 1, clock, world, hub }, until: 0, confirmSeconds: 60, onInjection: () => undefined };
  expect(() => installFaults(['azure-on-holiday'], plan)).toThrow(/There is no fault "azure-on-holiday"/);
});

test('the original lets Azure pick the victim, and the job that dies with it is marked as its deed', () => {
  const notes: (string | undefined)[] = [];
  const { clock, world, pool } = bench({
    flags: { initialRunners: 2 },
    onEvent: ({ kind, note }) => void (kind === 'job-killed' && notes.push(note)),
  });
  world.addJobs([{ arrivalSeconds: 0, durationSeconds: 600 }]);
  clock.pass(1);
  // The busy one has the highest id, and the idle one drains.
  const busy = vmAt(pool, 0).jobs.size > 0 ? vmAt(pool, 0) : vmAt(pool, 1);
  const idle = [...pool.entries.values()].find(({ vm }) => vm !== busy);
  world.mishaps().setStatus(idle?.runnerId ?? '', 'DRAINING');
  const settings = { outThreshold: 3, inThreshold: 0, outStep: 1, inStep: 1, cooldownMs: HOUR };
  tickOfOriginal(pool, settings, { in: clock.now(), out: 0 }, clock.now());
  const highest = vmAt(pool, 1);
  expect(pool.entries.has(idle?.runnerId ?? '')).toBe(false);
  expect(highest.provisioningState).toBe('Deleting');
  expect(notes).toEqual(highest === busy ? ['the original'] : []);
});
