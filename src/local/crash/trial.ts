import { BlobServiceClient } from '@azure/storage-blob';
import type { PoolMemory } from '../../model/pool';
import { startAzurite } from '../azurite';
import { spedUpFlags, spedUpTrace } from '../spedUp';
import { startWorld, type RunningWorld } from '../world';
import { createRandom } from '../world/random';
import type { WorldEvent } from '../world/state';
import type { Child } from './child';
import { findingsOf, lostStamps, readCertificates } from './inspect';
import type { Stage } from './stage';

export interface TrialOptions {
  readonly kills: number;
  readonly seed: number;
  readonly mode: 'Uniform' | 'Flexible';
  readonly print: (line: string) => void;
}

export interface TrialReport {
  readonly kills: number;
  readonly killsWhileDraining: number;
  readonly killsWhileGrowing: number;
  readonly jobs: number;
  readonly jobsDone: number;
  readonly jobsKilled: number;
  readonly vmsRequested: number;
  readonly vmsDeleted: number;
  readonly drains: Readonly<Record<string, number>>;
  readonly orphanVms: number;
  readonly ghostRunners: number;
  readonly findings: readonly string[];
}

const MINUTE = 60_000;
const WAVE_MS = 14 * MINUTE;
const STEP = 2;
const CONTAINER = 'autoscaler-state';
const SETTINGS = {
  AZURE_BLOB_CONTAINER_NAME: CONTAINER,
  SCALE_OUT_STEP: String(STEP),
  SCALE_IN_STEP: '2',
  SCALE_OUT_COOLDOWN_DURATION: '2',
  SCALE_IN_COOLDOWN_DURATION: '1',
  MIN_RUNNERS: '1',
  MAX_RUNNERS: '8',
};
/** After the last kill everything must have come to rest within this time, in simulated ms. */
const REST_MS = 180 * MINUTE;

/** Kills the host of the built app at random moments during drains and scale-outs, starts it again each time, and looks what is left. */
export async function runTrial(stage: Stage, options: TrialOptions): Promise<TrialReport> {
  const { clock, pace, services } = stage;
  const { seed, mode, print } = options;
  const random = createRandom(seed).fork('kills');
  const events: WorldEvent[] = [];
  const azurite = await startAzurite({ services });
  const flags = spedUpFlags({ initialRunners: 1 }, pace);
  const world = await startWorld({ clock, seed, mode, flags, onEvent: (event) => events.push(event) });
  const container = BlobServiceClient.fromConnectionString(azurite.connectionString).getContainerClient(CONTAINER);
  const env = {
    ...world.settings,
    AzureWebJobsStorage: azurite.connectionString,
    AZURE_BLOB_STORAGE_CONN_STRING: azurite.connectionString,
    ...(pace === 1 ? {} : { TRIAL_SPEED: String(pace) }),
    ...SETTINGS,
  };
  const begin = (): Promise<Child> => stage.begin(env);
  const stopWaves = wave(world, random, { clock, pace });
  const findings: string[] = [];
  let [killsWhileDraining, killsWhileGrowing] = [0, 0];
  let memory: PoolMemory | undefined;
  let child = await begin();
  try {
    for (let kill = 1; kill <= options.kills; kill += 1) {
      await sleep(stage.restMs + random.below(3_000));
      await until(() => isDraining(world) || isGrowing(world), 8_000);
      if (isDraining(world)) killsWhileDraining += 1;
      if (isGrowing(world)) killsWhileGrowing += 1;
      const before = (await memoryOf(child)) ?? memory;
      await child.kill();
      child = await begin();
      memory = await memoryOf(child);
      if (before !== undefined) {
        const lost = memory === undefined ? ['the memory of the pool is gone'] : lostStamps(before, memory);
        findings.push(...lost.map((text) => `after kill ${kill}: ${text}`));
      }
      if (kill % 5 === 0) print(`${kill} kills, ${world.metrics().jobsDone} of ${world.metrics().jobs} jobs done`);
    }
    stopWaves();
    const rest = async (): Promise<boolean> => {
      const { jobs, jobsDone, jobsKilled } = world.metrics();
      return (
        jobsDone + jobsKilled === jobs &&
        world.pools[0]?.vms.size === 1 &&
        Object.keys((await memoryOf(child))?.drains ?? { a: 1 }).length === 0
      );
    };
    const end = clock.now() + REST_MS / pace;
    let rested = false;
    while (!rested && clock.now() < end) {
      await sleep(200);
      rested = await rest();
    }
    if (!rested)
      findings.push(`no rest ${REST_MS / MINUTE} minutes after the last kill; the host said last:\n${child.said.slice(-30).join('\n')}`);
    const failed = await failedOf(child);
    if (failed.length > 0) findings.push(`orchestrations failed: ${failed.join(', ')}`);
    const certificates = await readCertificates(container);
    const capacities = events.filter(({ kind }) => kind === 'capacity').map(({ subject }) => Number(subject));
    findings.push(...findingsOf(events, certificates, STEP, capacities));
    const { jobs, jobsDone, jobsKilled, vmsRequested, orphanVms, ghostRunners } = world.metrics();
    if (jobsKilled > 0) findings.push(`${jobsKilled} jobs were killed`);
    if (orphanVms > 0) findings.push(`${orphanVms} VMs are orphans`);
    if (ghostRunners > 0) findings.push(`${ghostRunners} runners are ghosts`);
    return {
      kills: options.kills,
      killsWhileDraining,
      killsWhileGrowing,
      jobs,
      jobsDone,
      jobsKilled,
      vmsRequested,
      vmsDeleted: events.filter(({ kind }) => kind === 'vm-gone').length,
      drains: countBy(certificates.map(({ outcome }) => outcome ?? 'open')),
      orphanVms,
      ghostRunners,
      findings,
    };
  } finally {
    stopWaves();
    await child.kill();
    await world.stop();
    await azurite.stop();
    stage.end();
  }
}

/** Six jobs within a minute, again and again: each wave makes the fleet grow, each lull makes it drain. */
function wave(world: RunningWorld, random: ReturnType<typeof createRandom>, { clock, pace }: Pick<Stage, 'clock' | 'pace'>): () => void {
  let cancel = (): void => undefined;
  const roll = (): void => {
    const jobs = Array.from({ length: 6 }, () => ({ arrivalSeconds: random.below(60), durationSeconds: 60 + random.below(240) }));
    world.addJobs(
      spedUpTrace(
        jobs.toSorted((a, b) => a.arrivalSeconds - b.arrivalSeconds),
        pace,
      ),
    );
    cancel = clock.at(clock.now() + WAVE_MS / pace, roll);
  };
  roll();
  return () => cancel();
}

const isDraining = (world: RunningWorld): boolean =>
  world.pools.some(
    (pool) =>
      [...pool.entries.values()].some((entry) => entry.status === 'DRAINING') ||
      [...pool.vms.values()].some((vm) => vm.provisioningState === 'Deleting' || vm.deregisteredAt !== undefined),
  );

const isGrowing = (world: RunningWorld): boolean =>
  world.pools.some((pool) => [...pool.vms.values()].some((vm) => vm.provisioningState === 'Creating'));

/** Straight from the durable API: the truth that a kill must not touch. */
async function memoryOf(child: Child): Promise<PoolMemory | undefined> {
  const response = await fetch(`${child.url}/runtime/webhooks/durabletask/entities/pool/default`);
  return response.ok ? ((await response.json()) as PoolMemory) : undefined;
}

/** An orchestration that fails is a defect of ours: what a kill interrupts is done again. */
async function failedOf(child: Child): Promise<readonly string[]> {
  const response = await fetch(`${child.url}/runtime/webhooks/durabletask/instances?runtimeStatus=Failed&top=100`);
  const found = (await response.json()) as readonly { readonly name: string; readonly instanceId: string; readonly output: unknown }[];
  return found.map(({ name, instanceId, output }) => `${name} ${instanceId} (${JSON.stringify(output)})`);
}

function countBy(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function until(condition: () => boolean, ms: number): Promise<void> {
  const end = Date.now() + ms;
  while (!condition() && Date.now() < end) await sleep(20);
}
