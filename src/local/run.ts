import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { BlobServiceClient } from '@azure/storage-blob';
import { startAzurite } from './azurite';
import { scaledClock, sqliteStorage, startHost, virtualClock, type HostClock } from './host';
import { exportContainer } from './ledger/export';
import { createLive } from './live';
import type { Options } from './options';
import { formatReport, summaryOf, toReport } from './report';
import { readSettingsFile } from './settingsFile';
import { cutToBusy, generateDay, readTrace, type TraceJob } from './traces';
import { pauseVirtually } from './virtualPause';
import { startWorld, trustCa } from './world';
import { worldFlags } from './world/flags';

const CONTAINER = 'autoscaler-state';
/** A Monday morning, so that the same seed gives the same day on any date. */
const START = Date.UTC(2025, 3, 7, 6);
const HOUR = 3_600_000;
const AFTER_LAST_MS = 3 * HOUR;
/** What is shown live is the busy part of the day: two minutes at the default speed. */
const LIVE_ARRIVALS_SECONDS = 7 * 3_600;
const LIVE_AFTER_MS = HOUR;

/** `npm start`: the built app on the local host, the simulated services, a day of jobs, a report. */
export async function runSimulated(options: Options, print: (line: string) => void): Promise<number> {
  const { trace, after } = jobsOf(options);
  const length = options.duration ?? lastArrival(trace) + after;
  const jobs = trace.filter((job) => job.arrivalSeconds * 1000 < length);
  const azurite = await startAzurite();
  // Made as late as can be: a fast clock runs minutes while a process starts.
  const clock: HostClock = options.speed === 'max' ? virtualClock(START) : scaledClock(options.speed, START);
  const world = await startWorld({ clock, seed: options.seed, mode: options.mode, flags: worldFlags(options.world) });
  trustCa(world.ca);
  const container = BlobServiceClient.fromConnectionString(azurite.connectionString).getContainerClient(CONTAINER);
  await container.createIfNotExists();
  if (options.speed === 'max') pauseVirtually();
  const live = createLive(clock.now, print, () => summaryOf(world.metrics()));
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
  const end = clock.now() + length;
  const hours = (length / HOUR).toFixed(1);
  print(
    `A simulated StackGuardian and Azure (${options.mode}, seed ${options.seed}): ${jobs.length} jobs in ${hours} hours, ${paceOf(options)}.`,
  );
  print(`The built app runs on ${host.url}: try  curl ${host.url}/api/pools`);
  print(dashboardOf(host.url));
  world.addJobs(jobs);
  let stopped = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => (stopped = true));
  void host.runTimer('keeper');
  while (clock.now() < end && !stopped) await host.runUntil(Math.min(end, clock.now() + 600_000));
  const metrics = world.metrics();
  print(`\n${formatReport(metrics, live.counts)}`);
  await host.stop();
  if (options.ledger !== undefined)
    print(`${String(await exportContainer(container, options.ledger))} files of the run's past are in ${options.ledger}.`);
  await world.stop();
  await azurite.stop();
  const report = toReport(metrics, live.counts);
  if (options.json) process.stdout.write(`${JSON.stringify(report)}\n`);
  return report.jobsKilled === 0 ? 0 : 1;
}

/** No key is needed there: the local host asks for none. */
const dashboardOf = (url: string): string => `Dashboard: ${url}/api/dashboard`;

function jobsOf(options: Options): { readonly trace: readonly TraceJob[]; readonly after: number } {
  if (options.trace !== undefined) return { trace: readTrace(options.trace), after: AFTER_LAST_MS };
  const day = generateDay(options.seed);
  if (options.speed === 'max') return { trace: day, after: AFTER_LAST_MS };
  const busy = cutToBusy(day);
  if (options.duration !== undefined) return { trace: busy, after: AFTER_LAST_MS };
  return { trace: busy.filter((job) => job.arrivalSeconds < LIVE_ARRIVALS_SECONDS), after: LIVE_AFTER_MS };
}

const paceOf = ({ speed }: Options): string => (speed === 'max' ? 'as fast as it goes' : `one second here is ${speed} there`);

const lastArrival = (trace: readonly TraceJob[]): number => (trace.at(-1)?.arrivalSeconds ?? 0) * 1000;

/** `npm start -- --settings FILE`: the same app against the services that the file names, until interrupted. */
export async function runReal(file: string, options: Options, print: (line: string) => void): Promise<number> {
  const env = { ...readSettingsFile(file), ...options.set };
  const places = [env['SG_BASE_URI'], env['AZURE_RESOURCE_MANAGER_ENDPOINT'] ?? 'https://management.azure.com'];
  const isLocal = places.every((url) => url !== undefined && /^https?:\/\/(127\.0\.0\.1|localhost)[:/]/.test(url));
  const group = `${env['SG_BASE_URI'] ?? '?'} (${env['SG_ORG'] ?? '?'}/${env['SG_RUNNER_GROUP'] ?? '?'})`;
  print(`${isLocal ? 'SERVICES ON THIS MACHINE' : 'REAL SERVICES'}: ${group} and scale set ${env['AZURE_VMSS_NAME'] ?? '?'}.`);
  if (!isLocal) {
    const dry = env['DRY_RUN'] === 'true' ? 'DRY_RUN is on: nothing will be changed.' : 'VMs will be created and deleted.';
    print(`${dry} Interrupt within ten seconds to stop before the first write.`);
    await new Promise((resolve) => setTimeout(resolve, 10_000));
  }
  // The variable is read when Node starts; here it comes from the file, after that.
  const ca = env['NODE_EXTRA_CA_CERTS'];
  if (ca !== undefined) trustCa(readFileSync(ca, 'utf8'));
  const database = join(dirname(file), 'local.state.db');
  const storage = sqliteStorage(database);
  const live = createLive(Date.now, print);
  const host = await startHost({ appDirectory: process.cwd(), env, storage, port: options.port, log: ({ message }) => live.take(message) });
  print(`The app runs on ${host.url}; its task hub is ${database}, which a later start goes on with.`);
  print(dashboardOf(host.url));
  void host.runTimer('keeper');
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  await host.stop();
  storage.close();
  return 0;
}
