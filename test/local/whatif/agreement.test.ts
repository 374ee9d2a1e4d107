import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { RunReport } from '../../../src/local/report';
import { cutToBusy, formatTrace, generateDay } from '../../../src/local/traces';
import { figuresOf } from '../../../src/local/whatif/figures';
import { FLEET_MODEL } from '../../../src/local/whatif/fleetModel';
import { settingsOf, type Assignments } from '../../../src/local/whatif/settings';
import { simulatePool } from '../../../src/local/whatif/simulate';

/**
 * The whole app with its engine, storage and both services takes seconds here and there that the fast loop does not, and one tick that comes
 * a second later may see another world: so much may they differ. Over whole weeks it is about a hundredth.
 */
const TOLERANCE = { wait: 0.05, hours: 0.03, events: 3 };
const HOURS = 3;
/** Seconds of computing on a machine of its own. */
const LONGEST_MS = 300_000;

const folder = mkdtempSync(join(tmpdir(), 'whatif-'));

it.each<[number, 'Uniform' | 'Flexible', Assignments]>([
  [1, 'Uniform', { MIN_RUNNERS: '0' }],
  [2, 'Flexible', { MIN_RUNNERS: '0', SCALE_OUT_STRATEGY: 'demand', SCALE_IN_STRATEGY: 'surplus', SCALE_IN_IDLE_MINUTES: '0' }],
  [3, 'Uniform', { MIN_RUNNERS: '1', SCALE_OUT_STRATEGY: 'demand', SCALE_IN_STRATEGY: 'idle-only', SCALE_OUT_EXTRA: '1' }],
])(
  'the fast loop agrees with the whole app on the busy hours of day %i, %s, %j',
  (seed, mode, given) => {
    const jobs = cutToBusy(generateDay(seed));
    const file = join(folder, `${String(seed)}.csv`);
    writeFileSync(file, formatTrace(jobs));
    const flags = ['--trace', file, '--for', `${String(HOURS)}h`, '--speed', 'max', '--mode', mode, '--port', '0', '--json'];
    const sets = Object.entries(given).flatMap(([variable, value]) => ['--set', `${variable}=${value}`]);
    const app = spawnSync(process.execPath, ['dist/local/main.js', ...flags, ...sets], { encoding: 'utf8' });
    expect(app.status === 0 ? '' : app.stderr).toBe('');
    const whole = JSON.parse(app.stdout.trim().split('\n').at(-1) ?? '') as RunReport;

    const fleet = { ...FLEET_MODEL, mode };
    const fast = figuresOf([simulatePool({ jobs, settings: settingsOf(given), fleet, seconds: HOURS * 3_600 })]);
    expect(fast.jobs).toBe(whole.jobs);
    expect(apart(fast.waitSeconds.mean, whole.waitSeconds.mean)).toBeLessThan(TOLERANCE.wait);
    expect(apart(fast.vmHours, whole.vmHours)).toBeLessThan(TOLERANCE.hours);
    expect(Math.abs(fast.scaleOuts - whole.scaleOuts)).toBeLessThanOrEqual(TOLERANCE.events);
    expect(Math.abs(fast.scaleIns - whole.scaleIns)).toBeLessThanOrEqual(TOLERANCE.events);
  },
  LONGEST_MS,
);

const apart = (a: number, b: number): number => Math.abs(a - b) / Math.max(1, b);
