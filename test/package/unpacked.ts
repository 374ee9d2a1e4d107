import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { unzipSync } from 'fflate';
import { version } from '../../package.json';

let unpacked: string | undefined;

/** Folder of the packed app, unzipped as Azure does: made once for a process, gone with it. */
export function unpackedApp(): string {
  if (unpacked !== undefined) return unpacked;
  const root = mkdtempSync(join(tmpdir(), 'autoscaler-unpacked-'));
  process.once('exit', () => rmSync(root, { recursive: true, force: true }));
  execFileSync(process.execPath, ['.ci/package.mjs', root]);
  unpacked = join(root, 'app');
  unzipTo(readFileSync(join(root, `autoscaler-${version}.zip`)), unpacked);
  return unpacked;
}

export function unzipTo(zip: Uint8Array, folder: string): void {
  for (const [name, content] of Object.entries(unzipSync(zip))) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
}
