import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { between, createCountedStage, sum } from '../../src/local/bench/tally';

/** docs/scale.md names twenty pools of fifty runners for one deployment. */
test('twenty pools of fifty runners in one app: each ticks every minute, and makes its three calls', async () => {
  const pools = Array.from({ length: 20 }, (_, index) => ({ name: `pool-${index}`, initialRunners: 50 }));
  const { stage, tally } = await createCountedStage({
    seed: 1,
    pools,
    settings: { MIN_RUNNERS: '50', MAX_RUNNERS: '60', PROTECT_INSTANCES: 'false' },
  });
  const start = stage.clock.now();
  await stage.runUntil(start + 10 * 60_000);
  const before = tally();
  await stage.runUntil(start + 40 * 60_000);
  const spent = between(before, tally());
  await stage.stop();
  // Ticks of twenty loops do not fall together: at the ends of the half hour some of each loop's may be in or out.
  expect(spent.ticks).toBeGreaterThanOrEqual(20 * 29);
  expect(spent.ticks).toBeLessThanOrEqual(20 * 32);
  expect(sum(spent.stackguardian) / spent.ticks).toBeCloseTo(1, 1);
  expect(sum(spent.azure) / spent.ticks).toBeCloseTo(2, 1);
}, 600_000);

test('the host file for the Durable Task Scheduler differs from ours in the backend alone', () => {
  const [ours, theirs] = ['host.json', 'infra/host.dts.json'].map((file) => JSON.parse(readFileSync(file, 'utf8')) as HostFile) as [
    HostFile,
    HostFile,
  ];
  expect(theirs.extensions.durableTask['storageProvider']).toEqual({
    type: 'azureManaged',
    connectionStringName: 'DURABLE_TASK_SCHEDULER_CONNECTION_STRING',
  });
  expect(backendLeftOut(theirs)).toEqual(backendLeftOut(ours));
});

interface HostFile {
  readonly logging: { readonly logLevel: Record<string, string> };
  readonly extensions: { readonly durableTask: Record<string, unknown> };
}

function backendLeftOut(file: HostFile): unknown {
  const { durableTask } = file.extensions;
  const rest = Object.fromEntries(Object.entries(durableTask).filter(([name]) => name !== 'storageProvider' && name !== 'hubName'));
  const levels = Object.entries(file.logging.logLevel).map(([name, level]) => [
    name.replace(/(AzureStorage|AzureManagedBackend)$/, 'Backend'),
    level,
  ]);
  return {
    ...file,
    logging: { ...file.logging, logLevel: Object.fromEntries(levels) as Record<string, string> },
    extensions: { ...file.extensions, durableTask: rest },
  };
}
