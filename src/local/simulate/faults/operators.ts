import type { PoolState } from '../../world/state';
import { anyPool, entriesOf, every, HOUR, livingVms, MINUTE, pick } from './schedule';
import type { AppHands, FaultContext, FaultKind } from './types';

/** Operators: every command of the HTTP API at any time, and deeds by hand beside it. */

type Deed = (context: FaultContext, app: AppHands, pool: PoolState) => Promise<unknown> | undefined;

function command(name: string, mean: number, sentence: string, deed: Deed): FaultKind {
  return {
    name,
    area: 'operators',
    sentence,
    install: (context) =>
      every(context, mean, () => {
        const pool = anyPool(context);
        if (context.app === undefined || pool === undefined) return;
        const done = deed(context, context.app, pool);
        if (done === undefined) return;
        context.count(pool.name);
        void done;
      }),
  };
}

const anyRunner = (context: FaultContext, pool: PoolState): string | undefined => pick(context, entriesOf(pool))?.runnerId;
const anyVm = (context: FaultContext, pool: PoolState): string | undefined => pick(context, [...pool.vms.values()])?.vmId;

/** Undoes it some time later, at the latest when the faults cease. */
function later(context: FaultContext, mean: number, undo: () => void): void {
  const { clock, random, until } = context;
  clock.at(Math.min(clock.now() - Math.log(1 - random.next()) * mean, until - 1), undo);
}

const COMMANDS: readonly FaultKind[] = [
  command('operator-status', 2 * HOUR, 'GET pools and pools/{pool}.', (context, app, pool) =>
    app.request('GET', context.random.next() < 0.5 ? 'pools' : `pools/${pool.name}`),
  ),
  command(
    'operator-pause',
    20 * HOUR,
    'POST pause of growth, of scale-in or of both; POST resume some time later.',
    (context, app, pool) => {
      const { random } = context;
      const which = random.below(3);
      later(context, HOUR, () => void app.request('POST', `pools/${pool.name}/resume`));
      return app.request('POST', `pools/${pool.name}/pause`, {
        scaleOut: which !== 1,
        scaleIn: which !== 0,
        reason: 'by an operator',
        ...(random.next() < 0.5 ? { forMinutes: 30 } : {}),
      });
    },
  ),
  command(
    'operator-stop',
    40 * HOUR,
    'POST stop, with drains held or not, forced or not; POST start some time later.',
    (context, app, pool) => {
      const { random } = context;
      later(context, 30 * MINUTE, () => void app.request('POST', `pools/${pool.name}/start`));
      const flags = [random.next() < 0.3 ? 'drains=hold' : '', random.next() < 0.3 ? 'force=true' : ''].filter((flag) => flag !== '');
      return app.request('POST', `pools/${pool.name}/stop?${flags.join('&')}`, { reason: 'by an operator' });
    },
  ),
  command('operator-start', 40 * HOUR, 'POST start of a loop that runs.', (_context, app, pool) =>
    app.request('POST', `pools/${pool.name}/start`),
  ),
  command('operator-wake', HOUR, 'POST wake, several in a row.', (context, app, pool) => {
    for (let more = context.random.below(3); more > 0; more -= 1) void app.request('POST', `pools/${pool.name}/wake`);
    return app.request('POST', `pools/${pool.name}/wake`);
  }),
  command('operator-keeper', 6 * HOUR, 'POST keeper.', (_context, app) => app.request('POST', 'keeper')),
  command('operator-acknowledge', 20 * HOUR, 'POST acknowledge.', (_context, app, pool) =>
    app.request('POST', `pools/${pool.name}/acknowledge`),
  ),
  command('operator-protect-runner', 10 * HOUR, 'POST protect of a runner; POST unprotect some time later.', (context, app, pool) => {
    const runner = anyRunner(context, pool);
    if (runner === undefined) return undefined;
    later(context, HOUR, () => void app.request('POST', `pools/${pool.name}/runners/${runner}/unprotect`));
    return app.request('POST', `pools/${pool.name}/runners/${runner}/protect`);
  }),
  command('operator-protect-instance', 10 * HOUR, 'POST protect of an instance; POST unprotect some time later.', (context, app, pool) => {
    const vmId = anyVm(context, pool);
    if (vmId === undefined) return undefined;
    later(context, HOUR, () => void app.request('POST', `pools/${pool.name}/instances/${vmId}/unprotect`));
    return app.request('POST', `pools/${pool.name}/instances/${vmId}/protect`);
  }),
  command('operator-release', 3 * HOUR, 'POST release of a runner that drains.', (context, app, pool) => {
    const draining = entriesOf(pool).filter((entry) => entry.status === 'DRAINING');
    const runner = pick(context, draining)?.runnerId;
    return runner === undefined ? undefined : app.request('POST', `pools/${pool.name}/runners/${runner}/release`);
  }),
  command('operator-forget', 12 * HOUR, 'POST forget of a runner, dead or alive.', (context, app, pool) => {
    const runner = anyRunner(context, pool);
    return runner === undefined
      ? undefined
      : app.request('POST', `pools/${pool.name}/runners/${runner}/forget`, { confirm: context.random.next() < 0.8 ? runner : 'no' });
  }),
  command('operator-reap', 12 * HOUR, 'POST reap of an instance, dead or alive.', (context, app, pool) => {
    const vmId = anyVm(context, pool);
    return vmId === undefined
      ? undefined
      : app.request('POST', `pools/${pool.name}/instances/${vmId}/reap`, { confirm: context.random.next() < 0.8 ? vmId : 'no' });
  }),
  command('operator-normalize', 12 * HOUR, 'POST normalize, whatever there is.', (_context, app, pool) =>
    app.request('POST', `pools/${pool.name}/normalize`, { confirm: pool.name }),
  ),
];

function byHand(
  name: string,
  mean: number,
  sentence: string,
  deed: (context: FaultContext, pool: PoolState) => string | undefined,
): FaultKind {
  return {
    name,
    area: 'operators',
    sentence,
    install: (context) =>
      every(context, mean, () => {
        const pool = anyPool(context);
        const what = pool === undefined ? undefined : deed(context, pool);
        if (what !== undefined) context.count(what);
      }),
  };
}

/** Sets one runner of the first status to the second; tells which. */
const setStatus =
  (from: string, to: string) =>
  (context: FaultContext, pool: PoolState): string | undefined => {
    const entry = pick(
      context,
      entriesOf(pool).filter((each) => each.status === from),
    );
    if (entry === undefined) return undefined;
    context.world.mishaps(pool.name).setStatus(entry.runnerId, to);
    return entry.runnerId;
  };

const HANDS: readonly FaultKind[] = [
  byHand('draining-by-hand', 12 * HOUR, 'A runner is set DRAINING by hand.', setStatus('ACTIVE', 'DRAINING')),
  byHand('active-by-hand', 8 * HOUR, 'A runner that drains is set ACTIVE by hand.', setStatus('DRAINING', 'ACTIVE')),
  byHand('vm-deleted-by-hand', 20 * HOUR, 'A VM is deleted by hand.', (context, pool) => {
    const vm = pick(context, livingVms(pool));
    if (vm === undefined) return undefined;
    context.world.mishaps(pool.name).deleteByHand(vm.vmId);
    return vm.vmId;
  }),
];

export const OPERATOR_FAULTS: readonly FaultKind[] = [...COMMANDS, ...HANDS];
