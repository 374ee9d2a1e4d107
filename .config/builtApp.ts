import { execFileSync } from 'node:child_process';
import { globSync, statSync } from 'node:fs';

/** Builds dist/ once before the tests, where a source is newer: many tests load the built app, and none may build beside another. */
export default function builtApp(): void {
  const age = (file: string): number => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const newest = Math.max(...globSync('{src/**/*.{ts,css,html},.ci/*.mjs}').map(age), age('package.json'));
  if (age('dist/app/index.js') < newest) execFileSync(process.execPath, ['.ci/build.mjs']);
}
