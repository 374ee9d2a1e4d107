import { isOrphan } from '../world/measure';
import type { PoolState } from '../world/state';
import type { Bench } from './bench';
import { settingOf } from './setting';
import { rulesOf } from './rules';
import { inService, MINUTE } from './invariants/court';
import type { Stage } from './stage';
import { mayWait, roomBeside, type Shown, shownOf, stuckVms } from './stuck';

const HOUR = 60 * MINUTE;
/** Deletes take over an hour, incidents of boots an hour, a lost machine two boot allowances. */
const RECOVERY_MS = 6 * HOUR;
const SETTLE_MS = 20 * MINUTE;

/**
 * What must be so once faults have ceased: everything that was begun ends, a job that comes is served within a bound, and the fleet returns
 * to what the rules say.
 */
export async function aftermath(stage: Stage, bench: Bench, look: (until: number) => Promise<void>): Promise<void> {
  const { world, clock } = stage;
  await look(clock.now() + RECOVERY_MS);
  for (const pool of world.pools) {
    const open = pool.jobs.filter((job) => job.state !== 'done' && job.state !== 'killed').length;
    if (open > 0 && !(await mayWait(stage, pool)))
      bench.report('liveness', `${String(open)} jobs of pool ${pool.name} are not done six hours after the faults ceased`);
  }
  await burst(stage, bench, look);
  await look(clock.now() + Math.max(...world.pools.map((pool) => shrinkMs(stage, pool))));
  // A schedule or a forecast may let a runner go at any moment: what drains now must have ended within a drain's time.
  const before = new Map<PoolState, Draining>();
  for (const pool of world.pools) before.set(pool, drainingNow(pool, await shownOf(stage, pool)));
  await look(clock.now() + Math.max(...world.pools.map((pool) => drainMs(stage, pool))));
  for (const pool of world.pools) await examine(stage, bench, pool, before.get(pool) ?? NOTHING);
}

/** Runners that read DRAINING, and recorded drains, by their ids. */
interface Draining {
  readonly runners: ReadonlySet<string>;
  readonly records: ReadonlySet<string>;
}

const NOTHING: Draining = { runners: new Set(), records: new Set() };

function drainingNow(pool: PoolState, shown: Shown | number): Draining {
  const entries = [...pool.entries.values()].filter(({ status }) => status === 'DRAINING');
  const records = typeof shown === 'number' ? [] : (shown.drains ?? []);
  return { runners: new Set(entries.map(({ runnerId }) => runnerId)), records: new Set(records.map(({ id }) => id)) };
}

/** Three short jobs each: they must start within a cooldown, a boot, and the starvation time. */
async function burst(stage: Stage, bench: Bench, look: (until: number) => Promise<void>): Promise<void> {
  const { world, clock } = stage;
  const setting = (pool: PoolState, variable: string): number => settingOf(stage.app.settings(), pool.name, variable);
  const from = clock.now();
  const boundOf = (pool: PoolState): number => {
    const { bootSeconds, registerSeconds } = pool.env.flags;
    const starving = setting(pool, 'STARVATION_MINUTES') || 10;
    const cooldown = setting(pool, 'SCALE_OUT_COOLDOWN_DURATION');
    const polls = (4 * setting(pool, 'POLL_INTERVAL_SECONDS')) / 60;
    // Three runners of one task each, one at a time in the worst case; or one after the other on a single runner.
    return (3 * (starving + cooldown + polls) + (bootSeconds + registerSeconds) / 60 + 10) * MINUTE;
  };
  for (const pool of world.pools)
    world.addJobs(
      [0, 1, 2].map((at) => ({ arrivalSeconds: at, durationSeconds: 120 })),
      { pool: pool.name, from },
    );
  await look(from + Math.max(...world.pools.map(boundOf)) + MINUTE);
  for (const pool of world.pools) {
    const late = pool.jobs.filter((job) => job.arrivedAt >= from && (job.startedAt ?? clock.now()) - job.arrivedAt > boundOf(pool));
    if (late.length > 0 && !(await mayWait(stage, pool)))
      bench.report(
        'liveness',
        `${String(late.length)} of three jobs of pool ${pool.name} waited longer than ${String(Math.round(boundOf(pool) / MINUTE))} minutes in a calm world`,
      );
  }
}

/** How long the rules need to take the fleet down to MIN_RUNNERS. */
function shrinkMs(stage: Stage, pool: PoolState): number {
  const setting = (variable: string): number => settingOf(stage.app.settings(), pool.name, variable);
  const rounds = Math.ceil(Math.max(0, pool.vms.size - setting('MIN_RUNNERS')) / setting('SCALE_IN_STEP')) + 1;
  const round = setting('SCALE_IN_COOLDOWN_DURATION') * MINUTE + 2 * setting('POLL_INTERVAL_SECONDS') * 1_000;
  const { idleMinutes } = rulesOf(stage.app.settings(), pool.name);
  return rounds * round + drainMs(stage, pool) + idleMinutes * MINUTE + SETTLE_MS;
}

/** From the mark to the end of the VM, in a calm world. */
function drainMs(stage: Stage, pool: PoolState): number {
  const setting = (variable: string): number => settingOf(stage.app.settings(), pool.name, variable) * 1_000;
  return setting('DRAIN_CONFIRM_SECONDS') + 6 * setting('POLL_INTERVAL_SECONDS') + 10 * MINUTE;
}

async function examine(stage: Stage, bench: Bench, pool: PoolState, before: Draining): Promise<void> {
  const { clock } = stage;
  const now = clock.now();
  const shown = await shownOf(stage, pool);
  const say = (invariant: string, what: string): void => bench.report(invariant, `pool ${pool.name}: ${what}`);
  if (typeof shown === 'number') return say('liveness', `the status route answers ${String(shown)}`);
  const counts = shown.counts ?? {};
  const entries = [...pool.entries.values()];
  const vms = [...pool.vms.values()];

  const stuck = stuckVms(pool);
  const draining = entries.filter((entry) => entry.status === 'DRAINING' && vms.includes(entry.vm) && !stuck.has(entry.vm));
  const late = draining.filter(({ runnerId }) => before.runners.has(runnerId));
  if (late.length > 0) say('liveness', `${String(late.length)} drains have not ended: ${late.map((entry) => entry.runnerId).join(', ')}`);
  const records = (shown.drains ?? []).filter(({ id }) => before.records.has(id)).length;
  if (records > stuck.size) say('liveness', `${String(records)} drains are still recorded`);

  const least = Math.min(settingOf(stage.app.settings(), pool.name, 'MIN_RUNNERS'), roomBeside(stage, pool));
  const serving = vms.filter((vm) => inService(vm)?.status === 'ACTIVE' && pool.entries.has(vm.entry?.runnerId ?? '')).length;
  const { mostKept } = rulesOf(stage.app.settings(), pool.name);
  if (serving < least || serving > mostKept + stuck.size)
    say('liveness', `${String(serving)} runners are in service in a quiet world, ${String(least)} to ${String(mostKept)} belong there`);

  const shownOnly = (counts['lost'] ?? 0) + (counts['unjudged'] ?? 0);
  const orphans = vms.filter((vm) => isOrphan(pool, vm, now));
  if (orphans.length > shownOnly)
    say(
      'I4',
      `${String(orphans.length)} VMs have no runner, ${String(shownOnly)} of them are shown: ${orphans.map((vm) => vm.id).join(', ')}`,
    );
  const dead = vms.filter((vm) => !vm.alive && vm.provisioningState !== 'Deleting' && !orphans.includes(vm) && !stuck.has(vm));
  if (dead.length > shownOnly) say('I4', `${String(dead.length)} dead VMs remain: ${dead.map((vm) => vm.id).join(', ')}`);
  const ghosts = entries.filter((entry) => pool.vms.get(entry.vm.id) !== entry.vm && entry.running + entry.pending === 0);
  // One whose machine came and went during an outage never matched an instance that we saw: foreign, and shown as such.
  if (ghosts.length > (counts['foreign'] ?? 0))
    say('I4', `${String(ghosts.length)} entries without a VM remain: ${ghosts.map((entry) => entry.runnerId).join(', ')}`);
}
