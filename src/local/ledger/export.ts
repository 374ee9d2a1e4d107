import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ContainerClient } from '@azure/storage-blob';

/** What tells a pool's past: its ledger, and the certificates of its drains. */
const PAST = ['ledger/', 'drains/'];

/** Writes the blobs of a pool's past as files of the same names below `folder`; returns how many. */
export function exportTexts(texts: Iterable<readonly [string, string]>, folder: string): number {
  let files = 0;
  for (const [name, text] of texts) {
    if (!PAST.some((prefix) => name.startsWith(prefix))) continue;
    const file = join(folder, ...name.split('/'));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    files += 1;
  }
  return files;
}

export async function exportContainer(container: ContainerClient, folder: string): Promise<number> {
  const texts: [string, string][] = [];
  for (const prefix of PAST)
    for await (const { name } of container.listBlobsFlat({ prefix }))
      texts.push([name, (await container.getBlobClient(name).downloadToBuffer()).toString('utf8')]);
  return exportTexts(texts, folder);
}
