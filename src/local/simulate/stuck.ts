import { limitOf, living } from '../world/capacity';
import type { Entry, PoolState, Vm } from '../world/state';
import { inService } from './invariants/court';
import type { Stage } from './stage';
import { settingOf } from './setting';

/** Of a machine that died or was reimaged with a job the counts stay as they were for good, so nothing may prove it idle. */
const isLeft = (entry: Entry): boolean => entry.running + entry.pending > 0 && (!entry.vm.alive || entry.vm.entry !== entry);

/**
 * Machines that no rule may take away: each is shown, takes its place under MAX_RUNNERS, and a person decides. One that has the computer
 * name of such a machine is among them, for the counts might be its own (seed 77402).
 */
export function stuckVms(pool: PoolState): ReadonlySet<Vm> {
  const left = [...pool.entries.values()].filter(isLeft).map((entry) => entry.vm);
  const names = new Set(left.map(({ computerName }) => computerName));
  return new Set([...left, ...[...pool.vms.values()].filter(({ computerName }) => names.has(computerName))]);
}

/**
 * Flexible: the nominal capacity that deletes do not lower has come to the scale set's limit (a thousand orders: seed 43007, after nine
 * days). Azure takes no other until the scale set is empty and a person normalizes it.
 */
const isWornOut = (pool: PoolState): boolean => pool.mode === 'Flexible' && pool.capacity >= limitOf(pool);

/**
 * Uniform: a growth that failed, of the original or under a higher maximum, left a capacity above MAX_RUNNERS that no VM stands for. Any
 * write might make its VMs, so none is made until a person normalizes it (seed 78107).
 */
const isAboveMaximum = ({ app }: Pick<Stage, 'app'>, pool: PoolState): boolean =>
  pool.mode === 'Uniform' && pool.capacity > Math.max(pool.vms.size, settingOf(app.settings(), pool.name, 'MAX_RUNNERS'));

/** A capacity that no VM stands for bars growth until a person normalizes it. */
const isBarred = (stage: Pick<Stage, 'app'>, pool: PoolState): boolean => isWornOut(pool) || isAboveMaximum(stage, pool);

/** How many others MAX_RUNNERS and the scale set leave room for. */
export function roomBeside(stage: Pick<Stage, 'app'>, pool: PoolState): number {
  if (isBarred(stage, pool)) return 0;
  // One that was reimaged may serve on, under its new entry.
  const taken = [...stuckVms(pool)].filter((vm) => living(pool).includes(vm) && inService(vm)?.status !== 'ACTIVE').length;
  return Math.max(0, settingOf(stage.app.settings(), pool.name, 'MAX_RUNNERS') - taken);
}

export interface Shown {
  readonly counts?: Readonly<Record<string, number>>;
  readonly drains?: readonly { readonly id: string }[];
  readonly alerts?: readonly { readonly code: string }[];
}

export async function shownOf(stage: Pick<Stage, 'app' | 'clock' | 'runUntil'>, pool: PoolState): Promise<Shown | number> {
  const answer = stage.app.request('GET', `pools/${pool.name}`);
  await stage.runUntil(stage.clock.now() + 5_000);
  const { status, body } = await answer;
  return status === 200 ? (body ?? {}) : status;
}

/**
 * Jobs may wait for good where such machines fill MAX_RUNNERS, or a capacity without VMs bars growth, as long as the status says so: that
 * there is no room, and by which drains; or the drift.
 */
export async function mayWait(stage: Pick<Stage, 'app' | 'clock' | 'runUntil'>, pool: PoolState): Promise<boolean> {
  if (roomBeside(stage, pool) > 0) return false;
  const shown = await shownOf(stage, pool);
  const codes = typeof shown === 'number' ? [] : (shown.alerts ?? []).map(({ code }) => code);
  return isBarred(stage, pool) ? codes.includes('capacity-drift') : codes.includes('at-max') && codes.includes('drain-long');
}
