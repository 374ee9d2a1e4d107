import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseOptions } from '../../src/local/whatif/options';
import { settingsOf } from '../../src/local/whatif/settings';
import { combine } from '../../src/local/whatif/sweep';
import { bashBlocks, runGuide } from './commands';

describe.each(['docs/tuning.md', 'docs/forecast.md'])('%s', (file) => {
  const { calls } = runGuide(bashBlocks(readFileSync(file, 'utf8')).join('\n'), ['package.json']);
  const asked = calls
    .filter(([program, , script]) => program === 'npm' && script === 'whatif')
    .map((call) => call.slice(call.indexOf('--') + 1));

  test('asks npm run whatif', () => {
    expect(asked.length).toBeGreaterThan(0);
  });

  test.each(asked.map((args) => [args.join(' '), args] as const))(
    'it takes %s, and each setting in it is one that the app takes',
    (_, args) => {
      const options = parseOptions(args);
      expect(options).toBeDefined();
      const { set, sweeps } = options ?? { set: {}, sweeps: [] };
      for (const settings of [set, ...combine(set, sweeps)]) expect(() => settingsOf(settings)).not.toThrow();
    },
  );
});
