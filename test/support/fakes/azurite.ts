import { type ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';

/** The emulator's well-known account (public, not a secret). */
const ACCOUNT = 'devstoreaccount1';
const KEY = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

export interface BlobAzurite {
  readonly connectionString: string;
  close(): Promise<void>;
}

/** Azurite's blob service alone, in memory, on a free port. */
export async function startBlobAzurite(): Promise<BlobAzurite> {
  const script = createRequire(__filename).resolve('azurite/dist/src/blob/main.js');
  const args = [script, '--blobPort', '0', '--silent', '--inMemoryPersistence', '--skipApiVersionCheck', '--disableTelemetry'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  const port = await listening(child);
  return {
    connectionString: `DefaultEndpointsProtocol=http;AccountName=${ACCOUNT};AccountKey=${KEY};BlobEndpoint=http://127.0.0.1:${port}/${ACCOUNT};`,
    close: async () => {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      kill();
      await gone;
      process.off('exit', kill);
    },
  };
}

function listening(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const port = /listens on http:\/\/127\.0\.0\.1:(\d+)/i.exec(said)?.[1];
      if (port !== undefined) resolve(port);
    });
    child.once('exit', (code) => reject(new Error(`Azurite ended with ${String(code)}: ${said}`)));
  });
}
