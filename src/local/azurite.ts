import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';

/** The emulator's well-known account, public and the same everywhere: no secret. */
const ACCOUNT = 'devstoreaccount1';
const KEY = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

export interface AzuriteOptions {
  /** Keeps the blobs there; without it they live in memory. */
  readonly folder?: string;
  /** Blobs alone, or queues and tables too, which a real Functions host needs. Default blob. */
  readonly services?: 'blob' | 'all';
  /** Of the blob service; 0, the default: any free one. */
  readonly port?: number;
  /** PEM files: blobs over HTTPS, opened by tokens of a managed identity beside the account's key. Of a token it checks audience, issuer and lifetime. */
  readonly https?: { readonly certFile: string; readonly keyFile: string };
}

export interface Azurite {
  readonly connectionString: string;
  readonly blobUrl: string;
  readonly port: number;
  stop(): Promise<void>;
}

const COLLECT_MS = 5_000;

/**
 * Runs in the child before Azurite. It ends the child when its parent's end of the pipe closes, also where the parent was killed and could
 * not say goodbye; the pipe does not keep it alive. And it has Azurite collect replaced blobs every few seconds: after its own ten minutes
 * of a run at full speed tens of thousands wait, each sorts all the others when it goes, and for minutes Azurite answers nobody.
 */
function prelude(): string {
  const constants = JSON.stringify(createRequire(__filename).resolve('azurite/dist/src/blob/utils/constants.js'));
  const lines = [
    "import { createRequire } from 'node:module';",
    `createRequire(${constants})(${constants}).DEFAULT_GC_INTERVAL_MS = ${String(COLLECT_MS)};`,
    "process.stdin.on('close', () => process.exit()).resume().unref();",
  ];
  return `data:text/javascript,${encodeURIComponent(lines.join('\n'))}`;
}

const START_MS = 30_000;
const STOP_MS = 10_000;

/** Starts the Azurite of node_modules as a child process of this very Node, and waits until it listens. */
export async function startAzurite(options: AzuriteOptions = {}): Promise<Azurite> {
  const all = options.services === 'all';
  const script = createRequire(__filename).resolve(all ? 'azurite/dist/src/azurite.js' : 'azurite/dist/src/blob/main.js');
  if (options.folder !== undefined) mkdirSync(options.folder, { recursive: true });
  const args = [
    ...['--import', prelude(), script],
    ...['--blobHost', '127.0.0.1', '--blobPort', String(options.port ?? 0)],
    ...(all ? ['--queueHost', '127.0.0.1', '--queuePort', '0', '--tableHost', '127.0.0.1', '--tablePort', '0'] : []),
    ...(options.folder === undefined ? ['--inMemoryPersistence'] : ['--location', options.folder]),
    ...(options.https === undefined ? [] : ['--oauth', 'basic', '--cert', options.https.certFile, '--key', options.https.keyFile]),
    ...['--silent', '--skipApiVersionCheck', '--disableTelemetry'],
  ];
  const scheme = options.https === undefined ? 'http' : 'https';
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, NODE_OPTIONS: '' } });
  child.stdin?.on('error', () => undefined);
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  try {
    const ports = await listening(child, all ? ['Blob', 'Queue', 'Table'] : ['Blob']);
    const url = (name: string): string => `${scheme}://127.0.0.1:${String(ports.get(name) ?? 0)}/${ACCOUNT}`;
    const endpoints = [...ports.keys()].map((name) => `${name}Endpoint=${url(name)};`).join('');
    return {
      connectionString: `DefaultEndpointsProtocol=${scheme};AccountName=${ACCOUNT};AccountKey=${KEY};${endpoints}`,
      blobUrl: url('Blob'),
      port: ports.get('Blob') ?? 0,
      stop: async () => {
        process.off('exit', kill);
        await end(child, options.folder === undefined ? 'SIGKILL' : 'SIGTERM');
      },
    };
  } catch (error) {
    process.off('exit', kill);
    kill();
    throw error;
  }
}

/** With a folder the last writes reach the disk on SIGTERM, once its connections are idle; memory needs no goodbye. */
async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  const patience = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await gone;
  clearTimeout(patience);
}

/** Reads the ports from its own announcement. */
function listening(child: ChildProcess, services: readonly string[]): Promise<Map<string, number>> {
  return new Promise((resolve, reject) => {
    let said = '';
    const give = (problem: string): void => reject(new Error(`Azurite did not start (${problem}): ${said.slice(-500)}`));
    const patience = setTimeout(() => give('no answer in 30 s'), START_MS);
    const hear = (chunk: Buffer): void => {
      if (said.length > 10_000) return;
      said += chunk.toString();
      const found = services.map(
        (name) =>
          [name, new RegExp(`Azurite ${name} service [^\\n]*listen[^\\n]*https?://127\\.0\\.0\\.1:(\\d+)`, 'i').exec(said)?.[1]] as const,
      );
      if (found.some(([, port]) => port === undefined)) return;
      clearTimeout(patience);
      resolve(new Map(found.map(([name, port]) => [name, Number(port)])));
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.once('error', (error) => give(error.message));
    child.once('exit', (code) => {
      clearTimeout(patience);
      give(`exit ${String(code)}`);
    });
  });
}
