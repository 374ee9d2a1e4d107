import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { settingsTable } from '../../src/settings/schema';

test("the README's settings table is the schema's", () => {
  const readme = readFileSync('README.md', 'utf8');
  const table = readme.slice(readme.indexOf('<!-- settings -->') + '<!-- settings -->'.length, readme.indexOf('<!-- /settings -->')).trim();
  expect(table).toBe(settingsTable());
});
