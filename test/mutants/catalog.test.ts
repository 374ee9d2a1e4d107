import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CATALOG } from './catalog';
import { planted } from './copy';

test.each(CATALOG)('$name: what it changes stands once in $file', ({ file, from, to }) => {
  expect(() => planted(readFileSync(file, 'utf8'), from, to)).not.toThrow();
  expect(from).not.toBe(to);
});

test.each(CATALOG)('$name: its check is there', ({ check }) => {
  if ('test' in check) expect(existsSync(check.test), check.test).toBe(true);
  else expect(check.seeds).not.toHaveLength(0);
});

test('each defect has a name of its own, and there are at least thirty', () => {
  expect(new Set(CATALOG.map(({ name }) => name)).size).toBe(CATALOG.length);
  expect(CATALOG.length).toBeGreaterThanOrEqual(30);
});
