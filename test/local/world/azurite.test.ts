import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BlobServiceClient } from '@azure/storage-blob';
import { buildSync } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { startAzurite } from '../../../src/local/azurite';

const container = (connectionString: string) => BlobServiceClient.fromConnectionString(connectionString).getContainerClient('state');

describe('Azurite as a child process', () => {
  it('keeps blobs in memory until it stops', async () => {
    const azurite = await startAzurite();
    try {
      await container(azurite.connectionString).create();
      expect(azurite.blobUrl).toBe(`http://127.0.0.1:${String(azurite.port)}/devstoreaccount1`);
    } finally {
      await azurite.stop();
    }
    await expect(fetch(azurite.blobUrl)).rejects.toThrow();
  });

  it('keeps them in a folder over a restart', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'azurite-'));
    try {
      const first = await startAzurite({ folder });
      await container(first.connectionString).create();
      await container(first.connectionString).getBlockBlobClient('a').upload('text', 4);
      await first.stop();
      const second = await startAzurite({ folder });
      expect((await container(second.connectionString).getBlobClient('a').downloadToBuffer()).toString()).toBe('text');
      await second.stop();
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('serves queues and tables where a real Functions host needs them', async () => {
    const azurite = await startAzurite({ services: 'all' });
    try {
      await container(azurite.connectionString).create();
      for (const service of ['Blob', 'Queue', 'Table']) {
        const endpoint = new RegExp(`${service}Endpoint=([^;]+);`).exec(azurite.connectionString)?.[1] ?? '';
        expect((await fetch(`${endpoint}?comp=list`)).headers.get('server')).toContain(`Azurite-${service}`);
      }
    } finally {
      await azurite.stop();
    }
  });

  it('does not outlive a parent that was killed', async () => {
    // Below node_modules, so that the bundle finds Azurite; a process of its own, so that it can be killed.
    const outfile = join(process.cwd(), 'node_modules', '.cache', `azurite-parent-${String(process.pid)}.cjs`);
    buildSync({ entryPoints: [join(__dirname, '../../../src/local/azurite.ts')], bundle: true, platform: 'node', format: 'cjs', outfile });
    const script = `require(${JSON.stringify(outfile)}).startAzurite().then((azurite) => console.log(azurite.blobUrl))`;
    const parent = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    const url = await new Promise<string>((resolve, reject) => {
      parent.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString().trim()));
      parent.once('exit', () => reject(new Error('no Azurite')));
    });
    expect((await fetch(url)).status).toBeGreaterThan(0);
    parent.kill('SIGKILL');
    await expect
      .poll(
        async () =>
          fetch(url).then(
            () => 'alive',
            () => 'gone',
          ),
        { timeout: 10_000 },
      )
      .toBe('gone');
    rmSync(outfile, { force: true });
  });
}, 60_000);
