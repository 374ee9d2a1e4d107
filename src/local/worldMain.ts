import { BlobServiceClient } from '@azure/storage-blob';
import { startAzurite } from './azurite';
import { errorText } from './errorText';
import { scaledClock } from './host';
import { OptionsError, parseOptions } from './options';
import { formatWorld } from './report';
import { spedUpFlags, spedUpTrace } from './spedUp';
import { cutToBusy, generateDay, readTrace } from './traces';
import { startWorld } from './world';

const HELP = `npm run world -- [flags]

  --speed N     one second here is so many there; the app gets it as TRIAL_SPEED (default 240)
  --seed N      of the generated day (default 1)
  --trace FILE  jobs of a CSV with arrival_seconds,duration_seconds instead
  --mode Uniform|Flexible   of the scale set
  --set K=V     any app setting, into what is printed
  The world's own flags are those of npm start -- --help.
`;
const CONTAINER = 'autoscaler-state';

/** `npm run world`: the simulated services and Azurite alone; prints the app settings that point any Functions host to them. */
async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) return void process.stdout.write(HELP);
  const speed = options.speed === 'max' ? 60 : options.speed;
  // Real timestamps: a real Functions host measures real time, so the world shortens its durations and the app its own by TRIAL_SPEED.
  const azurite = await startAzurite({ services: 'all' });
  await BlobServiceClient.fromConnectionString(azurite.connectionString).getContainerClient(CONTAINER).createIfNotExists();
  const world = await startWorld({
    clock: scaledClock(1),
    seed: options.seed,
    mode: options.mode,
    flags: spedUpFlags(options.world, speed),
  });
  const trace = options.trace === undefined ? cutToBusy(generateDay(options.seed)) : readTrace(options.trace);
  world.addJobs(spedUpTrace(trace, speed));
  const values = {
    FUNCTIONS_WORKER_RUNTIME: 'node',
    AzureWebJobsStorage: azurite.connectionString,
    ...world.settings,
    AZURE_BLOB_STORAGE_CONN_STRING: azurite.connectionString,
    AZURE_BLOB_CONTAINER_NAME: CONTAINER,
    TRIAL_SPEED: String(speed),
    ...options.set,
  };
  process.stdout.write(`${JSON.stringify({ IsEncrypted: false, Values: values }, undefined, 2)}\n`);
  process.stderr.write(
    'The simulated services run until interrupted, and tell then what became of the jobs. Save the lines above as local.settings.json for a Functions host.\n',
  );
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  process.stderr.write(`${formatWorld(world.metrics(), speed)}\n`);
  await world.stop();
  await azurite.stop();
}

main().catch((error: unknown) => {
  process.stderr.write(`${errorText(error, OptionsError)}\n`);
  process.exitCode = 2;
});
