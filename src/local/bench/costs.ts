import { between, createCountedStage, sum, type CountedStage, type Tally } from './tally';

const MINUTE = 60_000;
const PAGE = 100;

/** A fleet of idle runners, all wanted: registered long ago, protections left out, since they are set once in a VM's life. */
async function idleFleet(runners: number, settings: Readonly<Record<string, string>> = {}): Promise<CountedStage> {
  const counted = await createCountedStage({
    seed: 1,
    pools: [{ name: 'default', initialRunners: runners }],
    flags: { throttle: 0, pageSize: PAGE },
    settings: { MIN_RUNNERS: String(runners), MAX_RUNNERS: String(Math.min(1000, runners + 10)), PROTECT_INSTANCES: 'false', ...settings },
  });
  // The first ticks read the cooldown blobs, take the scale set and learn the fleet.
  await runTicks(counted, 10);
  return counted;
}

export const pagesOf = (runners: number): number => Math.max(1, Math.ceil(runners / PAGE));

export interface IdleCosts {
  readonly runners: number;
  /** Of one tick. */
  readonly calls: number;
  readonly blobReads: number;
  readonly blobWrites: number;
  readonly activities: number;
  readonly entityCalls: number;
  readonly timers: number;
  readonly historyRows: number;
  readonly historyBytes: number;
  /** Real milliseconds of the poll, the simulated services' own work included. */
  readonly pollMs: number;
}

/** Until so many ticks are over, and a little more: the next has not begun then. */
async function runTicks({ stage, tally }: CountedStage, ticks: number): Promise<void> {
  while (tally().ticks < ticks) await stage.runUntil(stage.clock.now() + 5_000);
  await stage.runUntil(stage.clock.now() + 15_000);
}

/** One tick in which nothing is to be done, as the mean of 20. */
export async function idleCosts(runners: number): Promise<IdleCosts> {
  const counted = await idleFleet(runners);
  const { stage, tally } = counted;
  const before = tally();
  await runTicks(counted, before.ticks + 20);
  const spent = between(before, tally());
  const { totalMs = 0, calls = 1 } = stage.app.host()?.counters.functions.get('poll') ?? {};
  await stage.stop();
  const each = (count: number): number => count / spent.ticks;
  return {
    runners,
    calls: each(sum(spent.stackguardian) + sum(spent.azure)),
    blobReads: each(spent.blobReads),
    blobWrites: each(spent.blobWrites),
    activities: each(spent.activities),
    entityCalls: each(spent.entityCalls),
    timers: each(spent.timers),
    historyRows: each(spent.historyRows),
    historyBytes: each(spent.historyBytes),
    pollMs: totalMs / calls,
  };
}

const marksIn = ({ world }: CountedStage['stage']): number => world.counters['stackguardian runner_status'] ?? 0;

/** Calls to StackGuardian and Azure from the tick that decides to take one runner out until that runner is marked. */
export async function scaleInCalls(runners: number): Promise<number> {
  const { stage, tally } = await idleFleet(runners, { SCALE_IN_STEP: '1' });
  stage.app.changeSettings({ MIN_RUNNERS: String(runners - 1) });
  await stage.runUntil(stage.clock.now() + 15_000);
  let before = tally();
  // The tick after a drain began comes within half a minute: it is not part of it.
  for (let tries = 0; marksIn(stage) === 0 && tries < 240; tries += 1) {
    before = tally();
    await stage.runUntil(stage.clock.now() + MINUTE / 4);
  }
  const spent = between(before, tally());
  await stage.stop();
  if (marksIn(stage) !== 1) throw new Error('No runner was marked within an hour.');
  return sum(spent.stackguardian) + sum(spent.azure);
}

export interface DrainCosts {
  readonly drained: number;
  /** Beside the loop's own polls. */
  readonly groupReads: number;
  readonly azureReads: number;
  readonly stackguardianWrites: number;
  readonly deletes: number;
  readonly spent: Tally;
}

/** All that it takes to bring `drained` idle runners out of twice as many, from the decision until the last VM is gone. */
export async function drainCosts(drained: number): Promise<DrainCosts> {
  const runners = 2 * drained;
  const { stage, tally } = await idleFleet(runners, { SCALE_IN_STEP: String(drained) });
  stage.app.changeSettings({ MIN_RUNNERS: String(runners - drained) });
  await stage.runUntil(stage.clock.now() + 15_000);
  const before = tally();
  const pool = stage.world.pools[0];
  for (let tries = 0; (pool?.vms.size ?? 0) > runners - drained && tries < 60; tries += 1) await stage.runUntil(stage.clock.now() + MINUTE);
  const spent = between(before, tally());
  const left = pool?.vms.size;
  await stage.stop();
  if (left !== runners - drained)
    throw new Error(`${String(left)} VMs are left an hour after the decision; ${String(runners - drained)} were to be.`);
  const reads = Object.entries(spent.azure).filter(([name]) => name.startsWith('GET '));
  const deletes = Object.entries(spent.azure).filter(([name]) => name.startsWith('DELETE ') || name.endsWith('/delete'));
  const { runner_status: marks = 0, deregister: deregistrations = 0, group = 0 } = spent.stackguardian;
  return {
    drained,
    groupReads: group - spent.ticks,
    azureReads: reads.reduce((all, [, count]) => all + count, 0) - spent.ticks * (1 + pagesOf(runners)),
    stackguardianWrites: marks + deregistrations,
    deletes: deletes.reduce((all, [, count]) => all + count, 0),
    spent,
  };
}

/** The most that one tick leaves in the history: the one that begins as many drains as a tick may. */
export async function largestTick(runners: number, drains: number): Promise<number> {
  const { stage } = await idleFleet(runners, { SCALE_IN_STEP: String(drains) });
  stage.app.changeSettings({ MIN_RUNNERS: String(runners - drains) });
  for (let tries = 0; marksIn(stage) < drains && tries < 60; tries += 1) await stage.runUntil(stage.clock.now() + MINUTE / 4);
  await stage.runUntil(stage.clock.now() + 2 * MINUTE);
  const { maxBytes = 0 } = stage.app.host()?.counters.generations.get('autoscaler') ?? {};
  const marked = marksIn(stage);
  await stage.stop();
  if (marked < drains) throw new Error(`${String(marked)} runners were marked within a quarter of an hour; ${String(drains)} were to be.`);
  return maxBytes;
}
