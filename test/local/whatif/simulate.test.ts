import { describe, expect, it } from 'vitest';
import { simulatePool } from '../../../src/local/whatif/simulate';
import { FLEET_MODEL } from '../../../src/local/whatif/fleetModel';
import { settingsOf } from '../../../src/local/whatif/settings';
import { generateDay, type TraceJob } from '../../../src/local/traces';

const job = (arrivalSeconds: number, durationSeconds: number): TraceJob => ({ arrivalSeconds, durationSeconds });
/** Ticks come each minute, and each half a minute while a drain confirms. */
const atOnce = {
  POLL_MIN_SECONDS: '60',
  MIN_RUNNERS: '0',
  SCALE_OUT_STRATEGY: 'demand',
  SCALE_IN_STRATEGY: 'surplus',
  SCALE_IN_IDLE_MINUTES: '0',
};

describe('the fast loop, by hand', () => {
  it('one job at second 10: seen at 60, its runner is there 150 s later', () => {
    const { waits, vms, scaleOuts, scaleIns } = simulatePool({ jobs: [job(10, 100)], settings: settingsOf(atOnce) });
    expect({ waits, vms, scaleOuts, scaleIns }).toEqual({ waits: [200], vms: 1, scaleOuts: 1, scaleIns: 1 });
  });

  it('the VM costs from its order at 60 to the end of its deletion', () => {
    // Runs 210 to 310 and reads zero then; seen idle at 360, DRAINING and zero at 390, 420 and 450, gathered for 3 s, gone after 30.
    const { vmHours } = simulatePool({ jobs: [job(10, 100)], settings: settingsOf(atOnce) });
    expect(vmHours * 3_600).toBeCloseTo(483 - 60, 6);
  });

  it('a warm runner takes a job without a wait', () => {
    const settings = settingsOf({ MIN_RUNNERS: '1' });
    expect(simulatePool({ jobs: [job(600, 60)], settings }).waits).toEqual([0]);
  });

  it('a job that never got a runner waits up to the end', () => {
    // Below the threshold of 3 with starvation off, and one busy runner counts: nothing is ordered.
    const settings = settingsOf({ MIN_RUNNERS: '1', STARVATION_MINUTES: '0' });
    const { waits } = simulatePool({ jobs: [job(600, 5_000), job(700, 60)], settings, seconds: 4_000 });
    expect(waits).toEqual([0, 3_300]);
  });

  it('a runner draining for want of work is given back when jobs come', () => {
    // Idle since 310, drained from 360 on; the job of 365 is seen at 390, while the drain still confirms.
    const { waits, vms } = simulatePool({ jobs: [job(10, 100), job(365, 100)], settings: settingsOf(atOnce) });
    expect({ waits, vms }).toEqual({ waits: [200, 25], vms: 1 });
  });

  it.each([
    // The order of 60 boots until 150: the job of 70, seen at 120, is ordered for at 180.
    { updatingSeconds: 0, wait: 330 - 70 },
    { updatingSeconds: 30, wait: 270 - 70 },
  ])('an order holds the next while the scale set is Updating: %j', ({ updatingSeconds, wait }) => {
    const fleet = { ...FLEET_MODEL, updatingSeconds };
    const { waits } = simulatePool({ jobs: [job(10, 1_000), job(70, 1_000)], settings: settingsOf(atOnce), fleet });
    expect(waits).toEqual([200, wait]);
  });
});

describe('a job that comes when a run of five minutes is at its fifth', () => {
  const runs = (count: number): TraceJob[] => Array.from({ length: count }, (_, at) => job(at * 1_800 + 10, 300));
  /** The last run lasts from second 210 of its half hour to 510; the job of 450 is seen at 480. */
  const after = (count: number): { wait: number | undefined; more: number } => {
    const { waits, vms } = simulatePool({ jobs: [...runs(count), job((count - 1) * 1_800 + 450, 300)], settings: settingsOf(atOnce) });
    return { wait: waits.at(-1), more: vms - count };
  };

  it.each([
    { measured: 19, wait: 70, more: 1 },
    { measured: 20, wait: 70, more: 0 },
  ])('takes that runner; is a VM ordered for it? %j', ({ measured, ...expected }) => {
    expect(after(measured + 1)).toEqual(expected);
  });
});

describe('the fast loop', () => {
  it('gives the same for the same input', () => {
    const run = { jobs: generateDay(7), settings: settingsOf({}), seed: 3 };
    expect(simulatePool(run)).toEqual(simulatePool(run));
  });

  it.each([
    {},
    { MIN_RUNNERS: '0' },
    { ...atOnce, POLL_MIN_SECONDS: '10', SCALE_IN_IDLE_MINUTES: '3', MIN_RUNNERS: '1' },
    { ...atOnce, SCALE_IN_IDLE_MINUTES: '7', KEEP_NEWEST_IDLE: '1' },
    { ...atOnce, MIN_IDLE_RUNNERS: '2' },
  ])('leaves out only ticks that change nothing: %j', (given) => {
    const run = { jobs: generateDay(11), settings: settingsOf(given) };
    const { ticks: few, ...fast } = simulatePool(run);
    const { ticks: all, ...slow } = simulatePool({ ...run, everyTick: true });
    expect(fast).toEqual(slow);
    expect(few).toBeLessThan(all);
  });

  it('needs what its jobs need at the least', () => {
    const jobs = generateDay(5);
    const work = jobs.reduce((sum, { durationSeconds }) => sum + durationSeconds, 0) / 3_600;
    const { vmHours, idleShare } = simulatePool({ jobs, settings: settingsOf(atOnce) });
    expect(vmHours).toBeGreaterThan(work);
    expect(idleShare).toBeCloseTo(1 - work / vmHours, 6);
  });
});

describe('settings of a simulation', () => {
  it('are parsed by the schema, and an unknown one is named', () => {
    expect(() => settingsOf({ SCALE_OUT_STEPS: '2' })).toThrow(/SCALE_OUT_STEPS: is no setting/);
    expect(() => settingsOf({ SCALE_OUT_STEP: 'two' })).toThrow(/SCALE_OUT_STEP: given "two"/);
  });
});
