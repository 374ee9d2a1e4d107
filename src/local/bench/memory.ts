import { spawn } from 'node:child_process';
import { BlobServiceClient } from '@azure/storage-blob';
import { startAzurite } from '../azurite';
import { scaledClock, startHost } from '../host';
import { startWorld } from '../world';

/** A tick every three seconds: twenty times as often as in production, where more of the garbage is gone before the next. */
const SPEED = 20;
const SECONDS = 45;
const CONTAINER = 'autoscaler-state';

export interface Memory {
  readonly rssMb: number;
  readonly ticks: number;
}

/** The app alone in a process of its own – host and engine included, the services are here – over real sockets. */
export async function memoryOf(runners: number): Promise<Memory> {
  const clock = scaledClock(SPEED);
  const azurite = await startAzurite();
  const pools = [{ name: 'default', initialRunners: runners }];
  const world = await startWorld({ clock, seed: 1, pools, flags: { throttle: 0 } });
  try {
    await BlobServiceClient.fromConnectionString(azurite.connectionString).getContainerClient(CONTAINER).createIfNotExists();
    return await runChild({
      ...world.settings,
      AZURE_BLOB_STORAGE_CONN_STRING: azurite.connectionString,
      AZURE_BLOB_CONTAINER_NAME: CONTAINER,
      MIN_RUNNERS: String(runners),
      MAX_RUNNERS: '1000',
      PROTECT_INSTANCES: 'false',
      NODE_EXTRA_CA_CERTS: world.caFile,
    });
  } finally {
    await world.stop();
    await azurite.stop();
  }
}

function runChild(env: Readonly<Record<string, string>>): Promise<Memory> {
  const child = spawn(process.execPath, [process.argv[1] ?? '', '--app-alone'], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => (text += part));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => {
      if (code === 0) resolve(JSON.parse(text) as Memory);
      else reject(new Error(`The app's process ended with ${String(code)}.`));
    });
  });
}

/** The child: runs the app for some fifteen ticks and prints the largest resident size that it had. */
export async function runAlone(): Promise<void> {
  const host = await startHost({ appDirectory: process.cwd(), clock: scaledClock(SPEED) });
  let most = 0;
  const look = setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), 100);
  await new Promise((resolve) => setTimeout(resolve, SECONDS * 1_000));
  clearInterval(look);
  const ticks = host.counters.functions.get('poll')?.calls ?? 0;
  await host.stop();
  process.stdout.write(JSON.stringify({ rssMb: Math.round(most / 1024 / 1024), ticks } satisfies Memory));
}
