import { readFileSync } from 'node:fs';
import { BlobServiceClient } from '@azure/storage-blob';
import { startAzurite } from './azurite';
import { scaledClock, startHost, virtualClock, type HostClock } from './host';
import { createLive } from './live';
import type { Options } from './options';
import { formatReport, toReport } from './report';
import { cutToBusy, generateDay, readTrace, type TraceJob } from './traces';
import { startWorld, trustCa } from './world';
import { worldFlags } from './world/flags';

const CONTAINER = 'autoscaler-state';
/** A Monday morning, so that the same seed gives the same day on any date. */
const START = Date.UTC(2025, 3, 7, 6);
const AFTER_LAST_MS = 3 * 3_600_000;

/** `npm start`: the built app on the local host, the simulated services, a day of jobs, a report. */
export async function runSimulated(options: Options, print: (line: string) => void): Promise<number> {
  const clock: HostClock = options.speed === 'max' ? virtualClock(START) : scaledClock(options.speed, START);
  const trace = jobsOf(options);
  const end = START + (options.duration ?? lastArrival(trace) + AFTER_LAST_MS);
  const azurite = await startAzurite();
  const world = await startWorld({ clock, seed: options.seed, mode: options.mode, flags: worldFlags(options.world) });
  trustCa(world.ca);
  await BlobServiceClient.fromConnectionString(azurite.connectionString).getContainerClient(CONTAINER).createIfNotExists();
  const live = createLive(clock.now, print);
  const host = await startHost({
    appDirectory: process.cwd(),
    env: {
      ...world.settings,
      AZURE_BLOB_STORAGE_CONN_STRING: azurite.connectionString,
      AZURE_BLOB_CONTAINER_NAME: CONTAINER,
      ...options.set,
    },
    clock,
    port: options.port,
    transport: options.speed === 'max' ? 'in-process' : 'socket',
    log: ({ message, level }) => {
      live.take(message);
      if (level === 'error' && !message.startsWith('{')) print(`! ${message.slice(0, 400)}`);
    },
    onHang: ({ instanceId, cause }) => print(`! hang of ${instanceId}: ${cause}`),
  });
  print(`The app runs on ${host.url}: try  curl ${host.url}/api/pools`);
  world.addJobs(trace.filter((job) => START + job.arrivalSeconds * 1000 < end));
  let stopped = false;
  process.once('SIGINT', () => (stopped = true));
  while (clock.now() < end && !stopped) await host.runUntil(Math.min(end, clock.now() + 600_000));
  const metrics = world.metrics();
  print(formatReport(metrics, live.counts));
  await host.stop();
  await world.stop();
  await azurite.stop();
  const report = toReport(metrics, live.counts);
  if (options.json) process.stdout.write(`${JSON.stringify(report)}\n`);
  return report.jobsKilled === 0 ? 0 : 1;
}

function jobsOf(options: Options): readonly TraceJob[] {
  if (options.trace !== undefined) return readTrace(options.trace);
  const day = generateDay(options.seed);
  return options.speed === 'max' ? day : cutToBusy(day);
}

const lastArrival = (trace: readonly TraceJob[]): number => (trace.at(-1)?.arrivalSeconds ?? 0) * 1000;

/** `npm start -- --settings FILE`: the same app against the real services that the file names, until interrupted. */
export async function runReal(file: string, port: number, print: (line: string) => void): Promise<number> {
  const { Values } = JSON.parse(readFileSync(file, 'utf8')) as { Values?: Record<string, string> };
  const env = Values ?? {};
  print(
    `REAL SERVICES: ${env['SG_BASE_URI'] ?? '?'} (${env['SG_ORG'] ?? '?'}/${env['SG_RUNNER_GROUP'] ?? '?'}) and scale set ${env['AZURE_VMSS_NAME'] ?? '?'}.`,
  );
  print('VMs will be created and deleted. Interrupt within ten seconds to stop before the first write.');
  await new Promise((resolve) => setTimeout(resolve, 10_000));
  const live = createLive(Date.now, print);
  const host = await startHost({ appDirectory: process.cwd(), env, port, log: ({ message }) => live.take(message) });
  print(`The app runs on ${host.url}`);
  await new Promise((resolve) => process.once('SIGINT', resolve));
  await host.stop();
  return 0;
}
