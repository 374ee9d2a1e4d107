import { buildSync } from 'esbuild';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const built = new Map<string, string>();

/** Bundles a test app as the product is bundled: one file, only the worker's core left outside. */
export function bundled(name: string): string {
  const known = built.get(name);
  if (known !== undefined) return known;
  const outfile = path.join(mkdtempSync(path.join(tmpdir(), 'host-app-')), `${name}.cjs`);
  buildSync({
    entryPoints: [path.join(__dirname, 'apps', `${name}.ts`)],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    outfile,
    external: ['@azure/functions-core'],
    logLevel: 'error',
  });
  built.set(name, outfile);
  return outfile;
}
