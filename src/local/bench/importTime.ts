import { spawnSync } from 'node:child_process';
import { copyFileSync, globSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';

const PAIRS = 7;
const PLAIN = path.join('dist', 'unbundled');

/**
 * Milliseconds of processor time to import the bundle, and the same app as plain files with its packages, in a fresh process: medians,
 * taken in turns. Processor time, because a busy machine tells on the clock more than either of the two.
 */
export async function importTimes(): Promise<{ readonly bundledMs: number; readonly unbundledMs: number }> {
  await buildPlain();
  const bundled: number[] = [];
  const unbundled: number[] = [];
  for (let pair = 0; pair < PAIRS; pair += 1) {
    bundled.push(importOnce(path.resolve('dist', 'app', 'index.js')));
    unbundled.push(importOnce(path.resolve(PLAIN, 'src', 'index.js')));
  }
  rmSync(PLAIN, { recursive: true, force: true });
  return { bundledMs: median(bundled), unbundledMs: median(unbundled) };
}

/** One file for one source, below dist/, so that packages are found as in a deployment without a bundle. */
async function buildPlain(): Promise<void> {
  mkdirSync(PLAIN, { recursive: true });
  copyFileSync('package.json', path.join(PLAIN, 'package.json'));
  const entryPoints = globSync('src/**/*.ts', { exclude: ['src/local/**'] });
  await build({ entryPoints, outdir: path.join(PLAIN, 'src'), outbase: 'src', format: 'cjs', platform: 'node', target: 'node22' });
}

function importOnce(file: string): number {
  // Outside a host the SDK warns that it only pretends to register: that is not measured, and not shown.
  const script = `const begun = process.cpuUsage(); require(${JSON.stringify(file)}); const { user, system } = process.cpuUsage(begun); process.stdout.write('\\n' + String((user + system) / 1000));`;
  const { stdout, stderr, status } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${file} could not be imported: ${stderr.slice(0, 500)}`);
  return Number(stdout.slice(stdout.lastIndexOf('\n')));
}

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
