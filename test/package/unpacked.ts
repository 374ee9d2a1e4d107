import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { unzipSync } from 'fflate';
import { version } from '../../package.json';

/** Packs the app and unzips it into an empty folder, as Azure does; `remove` takes all of it away again. */
export function unpackedApp(): { readonly folder: string; readonly remove: () => void } {
  const root = mkdtempSync(join(tmpdir(), 'autoscaler-unpacked-'));
  execFileSync(process.execPath, ['.ci/package.mjs', root]);
  const folder = join(root, 'app');
  unzipTo(readFileSync(join(root, `autoscaler-${version}.zip`)), folder);
  return { folder, remove: () => rmSync(root, { recursive: true, force: true }) };
}

export function unzipTo(zip: Uint8Array, folder: string): void {
  for (const [name, content] of Object.entries(unzipSync(zip))) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
}
