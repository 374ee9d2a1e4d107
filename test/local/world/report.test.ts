import { describe, expect, it } from 'vitest';
import { formatReport, formatWorld, toReport } from '../../../src/local/report';
import type { WorldMetrics } from '../../../src/local/world/measure';

const start = Date.UTC(2025, 0, 6, 8);
const HOUR = 3_600_000;
const metrics: WorldMetrics = {
  jobs: 4,
  jobsDone: 2,
  jobsKilled: 0,
  jobsOpen: 2,
  waits: [10, 0, 100, 30],
  jobTimes: [
    { arrivedAt: start, endedAt: start + 1, state: 'done' },
    { arrivedAt: start, endedAt: start + 1, state: 'done' },
    { arrivedAt: start + 6 * HOUR, endedAt: undefined, state: 'waiting' },
    { arrivedAt: start + 6 * HOUR + 1, endedAt: undefined, state: 'running' },
  ],
  vmHours: 12.3456,
  vmsRequested: 3,
  orphanVms: 0,
  ghostRunners: 1,
  startedAt: start,
  now: start + 8 * HOUR,
  samples: [
    [start, 0, 0, 0],
    [start + HOUR, 6, 0, 2],
    [start + 2 * HOUR, 0, 2, 2],
    [start + 7 * HOUR, 0, 0, 0],
  ],
};
const counts = { scaleOuts: 2, scaleIns: 1, ticks: 480, heldTicks: 3 };

describe('report', () => {
  it('has the figures of --json', () => {
    expect(toReport(metrics, counts)).toEqual({
      jobs: 4,
      jobsDone: 2,
      jobsKilled: 0,
      jobsOpen: 2,
      jobsOverdue: 1,
      waitSeconds: { mean: 35, p50: 10, p95: 100, max: 100 },
      vmHours: 12.35,
      vmsRequested: 3,
      scaleOuts: 2,
      scaleIns: 1,
      orphanVms: 0,
      ghostRunners: 1,
      ticks: 480,
      heldTicks: 3,
      simulatedSeconds: 28_800,
    });
  });

  it('draws the day within 100 columns', () => {
    const text = formatReport(metrics, counts);
    const lines = text.split('\n');
    expect(Math.max(...lines.map((line) => [...line].length))).toBeLessThanOrEqual(100);
    expect(lines[0]).toMatch(/^ +queue 6 │ {9,}█+$/);
    expect(text).toContain('╵08:00');
    expect(text).toContain('wait      mean 35s · median 10s · 95 % 1m 40s · longest 1m 40s');
    expect(text).toContain('jobs      2 of 4 done, 0 killed, 2 not over');
  });

  it('is well with nothing at all', () => {
    const empty: WorldMetrics = { ...metrics, jobs: 0, jobsDone: 0, jobsOpen: 0, waits: [], jobTimes: [], samples: [], now: start };
    expect(toReport(empty, counts).waitSeconds).toEqual({ mean: 0, p50: 0, p95: 0, max: 0 });
    expect(() => formatReport(empty, counts)).not.toThrow();
  });

  it('tells a world that ran faster in its own time', () => {
    expect(formatWorld(metrics, 60).split('\n')).toEqual([
      'jobs      2 of 4 done, 0 killed, 2 not over',
      'wait      mean 35m 00s · median 10m 00s · 95 % 1h 40m · longest 1h 40m',
      'fleet     740.7 VM-hours · 3 VMs',
      'leftovers 0 orphan VMs · 1 ghost runners',
    ]);
  });
});
