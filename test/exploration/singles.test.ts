import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { Effect } from '../../src/local/simulate/explore/effects';
import { explore } from '../../src/local/simulate/explore/explore';
import { STRIKES } from '../../src/local/simulate/explore/strikes';
import { runTrial } from '../../src/local/simulate/explore/trial';

/** All of it, and every pair, by `npm run simulate -- --explore all`. */
const LONG = 600_000;
const brief = ({ failures }: Awaited<ReturnType<typeof explore>>): unknown[] =>
  failures.map(({ plan, trial }) => ({ plan, violations: trial.violations }));

test(
  'a scale-in with its drain: the app dies, or an activity comes again, at every single durable effect, and all that was begun ends',
  async () => {
    const strikes = STRIKES.map(({ name }) => name).filter((name) => name !== 'outage');
    const found = await explore({ course: 'in', mode: 'Uniform', strikes });
    expect(brief(found)).toEqual([]);
    // Each effect once with a crash, each checkpoint torn and unacknowledged, each activity four times once more, and the calm course itself.
    const { effects } = await runTrial({ course: 'in', mode: 'Uniform', plan: [] });
    const number = (fits: (effect: Effect) => boolean): number => effects.filter(fits).length;
    const expected =
      1 +
      effects.length +
      number(({ sends }) => sends === true) +
      number(({ ends }) => ends === true) +
      4 * number(({ activity }) => activity !== undefined);
    expect(found).toMatchObject({ effects: effects.length, states: expected });
    expect(effects.length).toBeGreaterThan(100);
  },
  LONG,
);

test(
  'an app that is away for longer than its attempts are good for, at a sample of the effects',
  async () => {
    const found = await explore({ course: 'in', mode: 'Flexible', strikes: ['outage'], stride: 12 });
    expect(brief(found)).toEqual([]);
  },
  LONG,
);

test(
  'a defect at one single effect is found there: a deregister that was sent before the app was away is taken for one that was not',
  async () => {
    const { effects } = await runTrial({ course: 'in', mode: 'Uniform', plan: [] });
    const at = 1 + effects.findIndex(({ what }) => what.endsWith('/deregister/'));
    const text = readFileSync(path.resolve('dist', 'app', 'index.js'), 'utf8');
    // The bundler may number the names.
    const broken = text.replace(/own\d*\?\.sending === grant\d*\.attempt/, 'false');
    expect(broken).not.toBe(text);
    const entry = path.join(mkdtempSync(path.join(tmpdir(), 'broken-app-')), 'index.js');
    writeFileSync(entry, broken);
    const trial = await runTrial({ course: 'in', mode: 'Uniform', plan: [{ at, strike: 'outage' }], entry });
    expect(trial.violations.map(({ invariant }) => invariant)).toEqual(['liveness']);
  },
  LONG,
);
