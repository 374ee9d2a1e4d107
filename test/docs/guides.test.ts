import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { unknownSettings } from './appSettings';
import { bashBlocks, runGuide, settingsOf } from './commands';

/** The guides that go on where docs/deploy.md ends: their commands use its variables. */
const GUIDES = ['docs/migrate.md', 'docs/scale.md', '.github/SECURITY.md'];
/** Settings of the other durable backend. */
const OTHER_BACKEND = ['DURABLE_TASK_SCHEDULER_CONNECTION_STRING', 'TASKHUB_NAME'];
const BEFORE = 'mkdir dist && touch dist/autoscaler-0.0.0.zip\n';
/** Deploys and verifies; the removal is not for those who go on. */
const DEPLOYED = BEFORE + bashBlocks(readFileSync('docs/deploy.md', 'utf8').split('\n## Remove')[0] ?? '').join('\n');
const callsToDeploy = runGuide(DEPLOYED, ['infra', 'host.json']).calls.length;

describe.each(GUIDES)('%s', (file) => {
  const guide = readFileSync(file, 'utf8');

  test('its commands run after those of the deploy guide, with no variable unset, and set only settings that are known', () => {
    const { calls } = runGuide([DEPLOYED, ...bashBlocks(guide)].join('\n'), ['infra', 'host.json']);
    const own = calls.slice(callsToDeploy);
    expect(own.length).toBeGreaterThan(1);
    for (const call of own) expect(call, call.join(' ')).not.toContain('');
    const names = own.flatMap((call) => Object.keys(settingsOf(call))).filter((name) => !OTHER_BACKEND.includes(name));
    expect(unknownSettings(names)).toEqual([]);
  });
});

test.each([...globSync('docs/*.md'), '.github/SECURITY.md', 'infra/README.md', 'README.md'])(
  '%s points only to files that exist',
  (file) => {
    const links = [...readFileSync(file, 'utf8').matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, path]) => String(path));
    expect(links.filter((link) => !existsSync(join(dirname(file), link)))).toEqual([]);
  },
);
