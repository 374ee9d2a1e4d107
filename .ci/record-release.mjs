// `npm run record-release`: keeps this version's bundle, minified, and a set of histories of it as test/releases/<version>/.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { build } from 'esbuild';
import { app } from './bundle.mjs';

const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
const folder = `test/releases/${version}`;
await build({ ...app, outfile: `${folder}/app.js`, minify: true, sourcemap: false, legalComments: 'eof' });
execFileSync(process.execPath, ['dist/local/recordRelease.js', folder], { stdio: 'inherit' });
