import type { HttpResponseInit, InvocationContext } from '@azure/functions';
import type { DurableClient } from 'durable-functions';
import type { DrainRecord } from '../../model/drain';
import { drainId, scaleInId } from '../../names';
import { emit } from '../../observe/log';
import { sameMachine } from '../../poll/identity';
import type { Instance } from '../../ports/scaleSet';
import { engineOf } from '../engine';
import { clock, poolSettings, runnersOf, scaleSetOf, targetOf, timingOf } from '../environment';
import { json, RequestError } from './answer';
import { fromAnswer, run } from './run';

/** The explicit commands: each needs its own id repeated, reads both sides first, and answers with what it checked. */

function requireConfirm(confirm: string, expected: string): void {
  if (confirm !== expected) throw new RequestError(400, 'not-confirmed', `Repeat "${expected}" as confirm: {"confirm":"${expected}"}.`);
}

async function readBoth(pool: string): Promise<{
  readonly settings: ReturnType<typeof poolSettings>;
  readonly group: Awaited<ReturnType<ReturnType<typeof runnersOf>['readGroup']>>;
  readonly state: Awaited<ReturnType<ReturnType<typeof scaleSetOf>['readState']>>;
  readonly instances: readonly Instance[];
}> {
  const settings = poolSettings(pool);
  const target = targetOf(settings);
  const group = await runnersOf(target).readGroup();
  const scaleSet = scaleSetOf(target);
  const state = await scaleSet.readState();
  return { settings, group, state, instances: await scaleSet.listInstances(state) };
}

/** Deletes one lost or stray VM. Refused while any entry of that machine is connected or has tasks. */
export async function reap(
  pool: string,
  vmId: string,
  confirm: string,
  client: DurableClient,
  context: InvocationContext,
): Promise<HttpResponseInit> {
  requireConfirm(confirm, vmId);
  const { settings, group, state, instances } = await readBoth(pool);
  const instance = instances.find((each) => each.vmId === vmId);
  if (instance === undefined) throw new RequestError(404, 'instance-unknown', `No instance of the scale set has the vmId "${vmId}".`);
  if (instance.isProtected === true)
    throw new RequestError(
      409,
      'instance-protected',
      `Instance "${vmId}" carries protectFromScaleSetActions or the tag sg-autoscaler: protect; take it off first.`,
    );
  const entries = (group.runners ?? []).filter((runner) => sameMachine(runner.computerName, instance.computerName));
  const alive = entries.filter((runner) => runner.connected !== false || runner.runningTasks !== 0 || runner.pendingTasks !== 0);
  const checked = {
    instance: instance.id,
    computerName: instance.computerName ?? null,
    entries: entries.length,
    alive: alive.map((runner) => runner.runnerId),
  };
  if (alive.length > 0)
    return json(409, {
      error: { code: 'instance-alive', message: 'An entry of this machine is connected or has tasks; nothing was done.' },
      checked,
    });
  const tick = `reap${clock.now().toString(36)}`;
  const answer = await run(client, pool, 'recordReap', {
    id: drainId(pool, tick, 0),
    scaleInId: scaleInId(pool, tick),
    vmId,
    instanceId: instance.id,
    computerName: instance.computerName ?? '',
  });
  if (!answer.ok) return fromAnswer(answer);
  const record = answer['record'] as DrainRecord;
  await engineOf(context).startScaleIn(record.scaleInId, {
    target: targetOf(settings, state.uniqueId),
    timing: timingOf(settings),
    drains: [record],
  });
  emit(context, 'warning', 'reap', { pool, vm: vmId, checked });
  return json(202, { pool, reaping: vmId, drain: record.id, checked });
}

/** Takes a dead entry off the list by force. Refused while its machine exists, unless another entry speaks for that machine. */
export async function forget(pool: string, runnerId: string, confirm: string, context: InvocationContext): Promise<HttpResponseInit> {
  requireConfirm(confirm, runnerId);
  const { settings, group, instances } = await readBoth(pool);
  const entry = group.runners?.find((runner) => runner.runnerId === runnerId);
  if (entry === undefined) throw new RequestError(404, 'runner-unknown', `The runner group lists no runner "${runnerId}".`);
  const instance = instances.find((each) => sameMachine(entry.computerName, each.computerName));
  const other = group.runners?.find(
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
  const outcome = await runnersOf(targetOf(settings)).deregister(runnerId, true);
  emit(context, 'warning', 'forget', { pool, runner: runnerId, checked, outcome: outcome.kind });
  return json(outcome.kind === 'done' || outcome.kind === 'gone' ? 200 : 502, { pool, runner: runnerId, outcome, checked });
}

const LISTS = 3;

/** Flexible: writes nominal capacity 0 once, under If-Match, with nothing ordered and no VM in three complete lists over three minutes. */
export async function normalize(pool: string, confirm: string, context: InvocationContext): Promise<HttpResponseInit> {
  requireConfirm(confirm, pool);
  const { settings, state, instances } = await readBoth(pool);
  const memory = await engineOf(context).readMemory(pool);
  const checked = {
    mode: state.mode,
    capacity: state.capacity,
    instances: instances.length,
    growth: memory?.growth?.state ?? null,
    readings: LISTS,
  };
  const refuse = (message: string): HttpResponseInit => json(409, { error: { code: 'not-normal', message }, checked });
  if (state.mode !== 'Flexible') return refuse('Only a Flexible scale set has a nominal capacity.');
  if (instances.length > 0) return refuse('The scale set has VMs; nothing was written.');
  if (memory?.growth !== undefined && memory.growth.state !== 'over') return refuse('Instances are ordered; nothing was written.');
  const scaleSet = scaleSetOf(targetOf(settings));
  for (let list = 1; list < LISTS; list += 1) {
    await new Promise((resolve) => setTimeout(resolve, 1.5 * settings.durations.minute));
    if ((await scaleSet.listInstances(state)).length > 0) return refuse('A VM appeared; nothing was written.');
  }
  const outcome = await scaleSet.setCapacity(0, state.etag);
  emit(context, 'warning', 'normalize', { pool, checked, outcome: outcome.kind });
  return json(outcome.kind === 'accepted' ? 200 : 409, { pool, outcome, checked });
}
