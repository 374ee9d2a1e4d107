import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatTrace, generateDay } from '../../../src/local/traces';
import type { Report } from '../../../src/local/whatif/report';

const folder = mkdtempSync(join(tmpdir(), 'whatif-'));
const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const trace = file('day.csv', formatTrace(generateDay(3)));

const whatif = (...args: readonly string[]): { status: number | null; stdout: string; stderr: string } =>
  spawnSync(process.execPath, ['dist/local/whatif.js', ...args], { encoding: 'utf8' });
const report = (...args: readonly string[]): Report => {
  const { status, stdout, stderr } = whatif('--trace', trace, '--json', ...args);
  expect(stderr.includes('Error') ? stderr : status).toBe(0);
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Report;
};

describe('npm run whatif', () => {
  it('tells the defaults, then --set, then the sweep on top of it, the bounds, and what it recommends', () => {
    const picture = join(folder, 'picture.svg');
    const { rows, bounds, recommended } = report(
      ...['--set', 'MIN_RUNNERS=0', '--set', 'VM_HOURLY_COST=0.5', '--sweep', 'SCALE_OUT_THRESHOLD=1..3:2', '--svg', picture],
    );
    expect(rows.map(({ settings }) => settings)).toEqual([
      { MIN_RUNNERS: '1' },
      { MIN_RUNNERS: '0', VM_HOURLY_COST: '0.5' },
      { MIN_RUNNERS: '0', VM_HOURLY_COST: '0.5', SCALE_OUT_THRESHOLD: '1' },
      { MIN_RUNNERS: '0', VM_HOURLY_COST: '0.5', SCALE_OUT_THRESHOLD: '3' },
    ]);
    for (const { waitSeconds, vmHours } of rows) {
      expect(waitSeconds.p50).toBeLessThanOrEqual(waitSeconds.p95);
      expect(waitSeconds.p95).toBeLessThanOrEqual(waitSeconds.max);
      expect(vmHours).toBeGreaterThan(bounds[0]?.vmHours ?? Infinity);
    }
    expect(rows[0]?.cost).toBeUndefined();
    expect(rows[1]?.cost).toBeCloseTo((rows[1]?.vmHours ?? 0) / 2, 2);
    expect(bounds.map(({ name }) => name)).toContain('online-5m');
    expect(recommended?.lines.every((line) => /^[A-Z_0-9]+=.+$/.test(line))).toBe(true);
    expect(recommended?.judged.today.jobs).toBeGreaterThan(0);
    expect(readFileSync(picture, 'utf8')).toMatch(/^<svg[\s\S]*MIN_RUNNERS=0 VM_HOURLY_COST=0.5 SCALE_OUT_THRESHOLD=1[\s\S]*<\/svg>\n$/);
  });

  it('gives the same figures again, with one worker and with three', () => {
    const sweep = ['--no-search', '--runs', '2', '--sweep', 'SCALE_IN_STRATEGY=step,surplus', '--sweep', 'SCALE_IN_STEP=1..2'];
    const once = report(...sweep, '--workers', '1');
    expect(once.rows).toHaveLength(5);
    expect(report(...sweep, '--workers', '3')).toEqual(once);
  });

  it('recommends the least VM-hours within a target, or says that none was found', () => {
    const met = report('--set', 'MIN_RUNNERS=0', '--target-p95', '240').recommended;
    expect(met?.learned.recommended.waitSeconds.p95).toBeLessThanOrEqual(240);
    const missed = report('--set', 'MIN_RUNNERS=0', '--target-p95', '0', '--for', '10h').recommended;
    expect(missed?.meetsGoal).toBe(false);
  });

  it.each([
    [[], /--trace FILE or --ledger DIR/],
    [['--trace', trace, '--ledger', folder], /--trace and --ledger: one of them/],
    [['--trace', join(folder, 'none.csv')], /none\.csv: cannot be read/],
    [['--trace', file('empty.csv', 'arrival_seconds,duration_seconds\n')], /empty\.csv: there is no job/],
    [['--ledger', join(folder, 'none')], /--ledger .*none: cannot be read/],
    [['--ledger', mkdtempSync(join(tmpdir(), 'whatif-'))], /--ledger .*: there is no \.jsonl file/],
    [['--trace', trace, '--set', 'SCALE_OUT_STEPS=1'], /--set SCALE_OUT_STEPS: is no setting/],
    [['--trace', trace, '--set', 'SG_API_KEY=sgu_1'], /--set SG_API_KEY: is no setting/],
    [['--trace', trace, '--set', 'MIN_RUNNERS'], /--set takes KEY=VALUE, not "MIN_RUNNERS"/],
    [['--trace', trace, '--set', 'MIN_RUNNERS=many'], /MIN_RUNNERS: given "many"/],
    [['--trace', trace, '--sweep', 'NO_SUCH=1..2'], /--sweep NO_SUCH: is no setting/],
    [['--trace', trace, '--sweep', 'SCALE_IN_STEP=0..2'], /SCALE_IN_STEP: given "0"/],
    [['--trace', trace, '--target-p95', 'soon'], /--target-p95 takes a number from 0, not "soon"/],
    [['--trace', trace, '--runs', '0'], /--runs takes a whole number from 1/],
    [['--trace', trace, '--for', '1s'], /--for: no job of .* arrives within it/],
    [['--trace', trace, '--for', 'ever'], /--for takes a number/],
    [['--trace', trace, '--mode', 'Both'], /--mode takes Uniform or Flexible/],
    [['--trace', trace, '--start', 'today'], /--start takes a time/],
    [['--trace', trace, '--tasks-per-runner', '0'], /--tasks-per-runner takes a number from 1/],
    [['--trace', trace, '--frobnicate'], /--frobnicate/],
  ])('refuses %j', (args, message) => {
    const { status, stdout, stderr } = whatif(...args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n {4}at /);
  });
});
