import type { HttpResponseInit, InvocationContext } from '@azure/functions';
import type { DurableClient } from 'durable-functions';
import type { DrainRecord, Target } from '../../model/drain';
import { lookAtNominal } from '../../act/normalize';
import { drainId, FUNCTIONS, normalizeId, scaleInId } from '../../names';
import { readFleet } from '../../drain/steps';
import { emit } from '../../observe/log';
import type { FleetMemory } from '../../poll/fleetMemory';
import { sameMachine } from '../../poll/identity';
import { isLifeless } from '../../poll/lifeless';
import { isAlive } from '../../poll/sighting';
import { speaksFor } from '../../poll/speaksFor';
import { mayHide } from '../../poll/verdicts';
import type { Runner, RunnerGroup } from '../../ports/runnerService';
import type { Instance, OrchestrationMode } from '../../ports/scaleSet';
import type { PoolSettings } from '../../settings/settings';
import { engineOf } from '../engine';
import { clock, ownerCheck, poolSettings, runnersOf, scaleSetOf, store, targetOf, timingOf } from '../environment';
import { isOver, statusOf } from '../loopStatus';
import { json, RequestError } from './answer';
import { fromAnswer, run } from './run';

/** The explicit commands: each needs its own id repeated, reads both sides first, and answers with what it checked. */

function requireConfirm(confirm: string, expected: string): void {
  if (confirm !== expected) throw new RequestError(400, 'not-confirmed', `Repeat "${expected}" as confirm: {"confirm":"${expected}"}.`);
}

interface Sides {
  readonly settings: PoolSettings;
  readonly target: Target;
  readonly group: RunnerGroup;
  readonly runners: readonly Runner[];
  readonly mode: OrchestrationMode;
  readonly instances: readonly Instance[];
}

/** Both sides as they are now. Throws where the app may not act (DRY_RUN, another owner) or where the list of runners is missing. */
async function readBoth(pool: string, context: InvocationContext): Promise<Sides> {
  const settings = poolSettings(pool);
  refuseDryRun(settings);
  const group = await runnersOf(targetOf(settings)).readGroup();
  const scaleSet = scaleSetOf(targetOf(settings));
  const state = await scaleSet.readState();
  const target = targetOf(settings, state.uniqueId);
  if (!(await ownerCheck(target, context)()))
    throw new RequestError(409, 'foreign-owner', 'Another app owns the scale set; nothing was done. The status says which.');
  if (group.runners === undefined)
    throw new RequestError(409, 'runners-unknown', 'StackGuardian sent no list of runners, so nothing could be checked; nothing was done.');
  return { settings, target, group, runners: group.runners, mode: state.mode, instances: await scaleSet.listInstances(state) };
}

function refuseDryRun(settings: PoolSettings): void {
  if (settings.dryRun) throw new RequestError(409, 'dry-run', 'DRY_RUN is on: the app changes nothing, not even by command.');
}

/** Deletes one lost or stray VM. Refused while any entry of that machine is connected or has tasks, and until the polls agree. */
export async function reap(
  pool: string,
  vmId: string,
  confirm: string,
  client: DurableClient,
  context: InvocationContext,
): Promise<HttpResponseInit> {
  requireConfirm(confirm, vmId);
  const { settings, target, group, runners, instances } = await readBoth(pool, context);
  const instance = instances.find((each) => each.vmId === vmId);
  if (instance === undefined) throw new RequestError(404, 'instance-unknown', `No instance of the scale set has the vmId "${vmId}".`);
  if (instance.isProtected === true)
    throw new RequestError(
      409,
      'instance-protected',
      `Instance "${vmId}" carries protectFromScaleSetActions or the tag sg-autoscaler: protect; take it off first.`,
    );
  const fleet = await readFleet({ store: store() }, pool);
  const reading = { now: clock.now(), boot: settings.durations.boot };
  // One whose machine this reading does not tell may be this one's.
  const entries = runners.filter((runner) => speaksFor(runner, instance, fleet, reading) !== 'no');
  const alive = entries.filter(isAlive);
  const checked = {
    instance: instance.id,
    computerName: instance.computerName ?? null,
    entries: entries.length,
    alive: alive.map((runner) => runner.runnerId),
  };
  if (alive.length > 0)
    return json(409, {
      error: {
        code: 'instance-alive',
        message:
          'An entry of this machine, or one that does not tell its machine, is connected or has tasks; nothing was done. A dead entry goes by forget.',
      },
      checked,
    });
  if (entries.length === 0 && mayHide(group, fleet, [vmId]))
    throw new RequestError(
      409,
      'runners-unknown',
      `The list of ${runners.length} runners may have been cut at a page, so an entry of this machine may be missing in it; nothing was done. Try again when it tells all.`,
    );
  if (!isLifeless(fleet, vmId, entries, settings, reading.now))
    return json(409, {
      error: {
        code: 'instance-alive',
        message:
          'The polls have not yet seen this machine without a living entry for DISCONNECT_GRACE_MINUTES, and one look is too little: nothing was done. Try again then; the loop must run.',
      },
      checked,
    });
  const tick = `reap${clock.now().toString(36)}`;
  const answer = await run(client, context, pool, 'recordReap', {
    id: drainId(pool, tick, 0),
    scaleInId: scaleInId(pool, tick),
    vmId,
    instanceId: instance.id,
    computerName: instance.computerName ?? '',
    scaleSet: target.scaleSetUniqueId,
  });
  if (!answer.ok) return fromAnswer(answer);
  const record = answer['record'] as DrainRecord;
  await engineOf(context).startScaleIn(record.scaleInId, {
    target,
    timing: timingOf(settings),
    drains: [record],
  });
  emit(context, 'warning', 'reap', { pool, vm: vmId, checked });
  return json(202, { pool, reaping: vmId, drain: record.id, checked });
}

/**
 * Takes a dead entry off the list by force. Refused while its machine exists, unless another entry speaks for that machine. A machine that
 * merely has the name of the gone one on which the polls saw this entry is not its machine: nobody else may end its counts (seed 77402).
 */
export async function forget(pool: string, runnerId: string, confirm: string, context: InvocationContext): Promise<HttpResponseInit> {
  requireConfirm(confirm, runnerId);
  const { settings, target, runners, mode, instances } = await readBoth(pool, context);
  const entry = runners.find((runner) => runner.runnerId === runnerId);
  if (entry === undefined) throw new RequestError(404, 'runner-unknown', `The runner group lists no runner "${runnerId}".`);
  const fleet = await readFleet({ store: store() }, pool);
  const reading = { now: clock.now(), boot: settings.durations.boot };
  if (instances.some((each) => speaksFor(entry, each, fleet, reading) === 'perhaps'))
    throw new RequestError(
      409,
      'runners-unknown',
      `The list does not tell the machine of runner "${runnerId}", which may be any of the scale set; nothing was done. Try again when it does.`,
    );
  const seenOn = fleet?.runners[runnerId]?.vmId;
  const isLeftBehind = seenOn !== undefined && !instances.some(({ vmId }) => vmId === seenOn);
  if (isLeftBehind && (await stands(target, mode, fleet, seenOn)))
    throw new RequestError(
      409,
      'instances-unknown',
      `The list of VMs lacks the VM of runner "${runnerId}", which exists; nothing was done. Try again when it tells all.`,
    );
  const instance = isLeftBehind ? undefined : instances.find((each) => speaksFor(entry, each, fleet, reading) === 'yes');
  const other = runners.find(
    (runner) => runner !== entry && runner.connected === true && sameMachine(runner.computerName, instance?.computerName),
  );
  const checked = {
    connected: entry.connected ?? null,
    running: entry.runningTasks ?? null,
    instance: instance?.id ?? null,
    otherEntry: other?.runnerId ?? null,
  };
  const isDead = entry.connected === false && (instance === undefined || other !== undefined);
  if (!isDead)
    return json(409, {
      error: { code: 'runner-alive', message: 'The runner is connected, or its machine exists and has no other entry; nothing was done.' },
      checked,
    });
  const outcome = await runnersOf(target).deregister(runnerId, true);
  emit(context, 'warning', 'forget', { pool, runner: runnerId, checked, outcome: outcome.kind });
  return json(outcome.kind === 'done' || outcome.kind === 'gone' ? 200 : 502, { pool, runner: runnerId, outcome, checked });
}

/** Whether a machine exists that a list lacks, which may have ended before its time without a word: it is looked at by itself. */
async function stands(target: Target, mode: OrchestrationMode, fleet: FleetMemory | undefined, vmId: string): Promise<boolean> {
  const id = fleet?.instances[vmId]?.id;
  return id !== undefined && (await scaleSetOf(target).readInstance(mode, id))?.vmId === vmId;
}

/** Starts the three looks over three minutes that end in one write of capacity 0; the answer's status URL tells how they went. */
export async function normalize(
  pool: string,
  confirm: string,
  client: DurableClient,
  context: InvocationContext,
): Promise<HttpResponseInit> {
  requireConfirm(confirm, pool);
  const { settings, target } = await readBoth(pool, context);
  const engine = engineOf(context);
  const { obstacle, ...checked } = await lookAtNominal({ scaleSet: scaleSetOf(target), readMemory: () => engine.readMemory(pool) });
  if (obstacle !== undefined) return json(409, { error: { code: 'not-normal', message: obstacle }, checked });
  const id = normalizeId(pool);
  const urls = client.createHttpManagementPayload(id);
  const status = await statusOf(client, id);
  if (status !== undefined && !isOver(status))
    return json(409, { error: { code: 'normalize-running', message: `The check of "${pool}" is under way already.` }, ...urls });
  await client.startNew(FUNCTIONS.normalize, { instanceId: id, input: { pool, minute: settings.durations.minute } });
  return json(202, { pool, normalizing: true, checked, ...urls });
}
