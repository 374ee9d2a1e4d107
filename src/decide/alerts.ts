import type { Alert } from '../model/decision';
import type { FleetMemory } from '../poll/fleetMemory';
import { adviceOf } from '../errors';
import { roomFor } from './bounds';
import { driftOf } from './capacityDrift';
import { protectionFails } from './protect';
import { REPEATED } from '../poll/secondWriter';
import { isConnected, type Member } from '../poll/fleet';
import { sameMachine } from '../poll/identity';
import { isZero } from '../poll/sighting';
import type { Runner } from '../ports/runnerService';
import { unservedOf } from './need';
import type { Scene } from './scene';
import { count } from './words';

type Found = Omit<Alert, 'since'>;

/** What a person should know, from one complete reading. */
export function findAlerts(scene: Scene): readonly Found[] {
  const found: Found[] = [];
  const add: Add = (code, text, next) => {
    const { said, command } = adviceOf(text);
    found.push({ code, text: said.slice(0, 300), next: command ?? next });
  };
  addOfWork(scene, add);
  addOfInstances(scene, add);
  addOfEntries(scene, add);
  return found;
}

type Add = (code: string, text: string, next: string) => void;

/** Growth, repair, drains and deletes that do not go on as they should. */
function addOfWork(scene: Scene, add: Add): void {
  const { memory, fleetMemory } = scene;
  if (scene.drop !== undefined)
    add('fleet-drop', `${scene.drop.reason}.`, 'See who else deletes VMs or lowers the capacity; growth resumes by itself.');
  const failures = memory.growthFailures;
  if (failures !== undefined)
    add(
      'growth-failed',
      `Azure did not grow the scale set, ${count(failures.count, 'time')} in a row: ${failures.code} ${failures.text}`,
      'Check quota and availability of the VM size in its region and zones.',
    );
  if (fleetMemory.boots.incidentSince !== undefined)
    add(
      'boot-incident',
      `${count(fleetMemory.boots.failed, 'VM')} in a row booted without registering. ${scene.group.registrationErrors.at(-1) ?? ''}`,
      "Check the scale set's start script and its way to StackGuardian.",
    );
  if (fleetMemory.frozenSince !== undefined)
    add(
      'repair-frozen',
      'So many runners turned bad at once that repairs stopped.',
      'Check the provider; repairs resume after 15 quiet minutes or POST acknowledge.',
    );
  if (scene.deducted > 0)
    add(
      'demand-untaken',
      `${count(scene.deducted, 'waiting job')} ${scene.deducted === 1 ? 'is' : 'are'} taken by no idle runner and not counted.`,
      'Check approvals and the runner group those jobs are bound to.',
    );
  addOfLongDrains(scene, add);
  const refusals = Object.entries(memory.deletion.refusals);
  if (refusals.length > 0)
    add(
      'delete-refused',
      `Azure refuses to delete ${count(refusals.length, 'VM')}: ${refusals[0]?.[1].code ?? ''} ${refusals[0]?.[1].text ?? ''}`,
      'Remove the lock or policy, or grant the right that the text names; tried every ten minutes.',
    );
}

function addOfLongDrains(scene: Scene, add: Add): void {
  const { memory, settings, now } = scene;
  const long = Object.values(memory.drains)
    .filter((record) => now - record.startedAt > settings.durations.drainAlert)
    .toSorted((a, b) => a.startedAt - b.startedAt);
  const dead = long.filter((record) => isDead(scene, record.vmId));
  const takes = `${count(long.length, 'drain takes', 'drains take')} long, the oldest`;
  const [oldest] = long;
  if (oldest === undefined) return;
  const elder = elderOf(scene, oldest.vmId);
  const [oldestDead] = dead;
  if (oldestDead !== undefined)
    add(
      'drain-long',
      `${takes} of ${dead.length} that cannot end that of ${oldestDead.runnerId ?? oldestDead.vmId}: its agent is gone and its tasks still read as running.`,
      'Restart the agent on its VM; where its job is lost, delete the VM in Azure and POST runners/{runner}/forget.',
    );
  else if (elder !== undefined)
    add(
      'drain-long',
      `${takes} that of ${oldest.runnerId ?? oldest.vmId}: its computer name is also that of ${elder.runnerId}, whose VM is gone and which still has tasks.`,
      `Where their job died with that VM, POST runners/${elder.runnerId}/forget; the drain then goes on.`,
    );
  else
    add(
      'drain-long',
      `${takes} that of ${oldest.runnerId ?? oldest.vmId}: ${oldest.note ?? oldest.phase}.`,
      'Nothing, if its job is long; release gives the runner back.',
    );
}

const memberOf = ({ members }: Scene['fleet'], vmId: string): Member | undefined => members.find(({ instance }) => instance.vmId === vmId);

/** Its agent has been gone for its grace, and the counts that stay as they were let nothing prove it idle: no drain may end it. */
function isDead({ fleet, settings }: Scene, vmId: string): boolean {
  const member = memberOf(fleet, vmId);
  if (member?.runner === undefined || member.tasks === 0) return false;
  return !isConnected(member.runner, member.runnerMemory, settings.durations.disconnectGrace);
}

/**
 * The entry of an earlier machine that had the same computer name, and died with a job. Nothing proves that its tasks are not this
 * machine's, so it stops the drain (I1) until a person forgets it (seed 77402).
 */
function elderOf({ fleet }: Scene, vmId: string): Runner | undefined {
  const name = memberOf(fleet, vmId)?.instance.computerName;
  return name === undefined ? undefined : fleet.ghosts.find((ghost) => !isZero(ghost) && sameMachine(ghost.computerName, name));
}

/** Instances without a verdict or without a runner, and how many there may be. */
function addOfInstances(scene: Scene, add: Add): void {
  const { settings, fleet, fleetMemory, now } = scene;
  const { minute } = settings.durations;
  const lost = fleet.members.filter((member) => member.state === 'lost');
  if (lost.length > 0)
    add(
      'lost-instance',
      `${count(lost.length, 'instance shows', 'instances show')} no runner any more, e.g. ${nameOf(lost[0])} (vmId ${lost[0]?.instance.vmId ?? ''}).`,
      'Look at the VM; POST instances/{vmId}/reap deletes it.',
    );
  const unjudged = fleet.members.filter(({ memory }) => memory.unjudged !== undefined && now - memory.unjudged >= 60 * minute);
  if (unjudged.length > 0)
    add(
      'unjudged-instance',
      `${count(unjudged.length, 'instance has', 'instances have')} had no verdict for an hour, e.g. ${nameOf(unjudged[0])}: ${whyUnjudged(scene, unjudged[0])}.`,
      'Mend the cause, or look at the VM; POST instances/{vmId}/reap deletes it.',
    );
  const drift = driftOf(scene);
  if (drift !== undefined) add('capacity-drift', drift.text, drift.next);
  const changes = fleetMemory.others?.changes ?? [];
  if (changes.length >= REPEATED && !settings.dryRun)
    add(
      'second-writer',
      `Others changed the pool ${count(changes.length, 'time')} within an hour, last: ${changes.at(-1)?.text ?? ''}.`,
      'Find the other writer: autoscale settings, a pipeline, the former autoscaler, a person; POST check names the usual ones.',
    );
  const bare = protectionFails(scene);
  if (bare > 0)
    add(
      'protect-failed',
      `${count(bare, 'instance')} cannot be protected from scale-in by others.`,
      'Grant Microsoft.Compute/virtualMachineScaleSets/virtualMachines/write, or set PROTECT_INSTANCES=false.',
    );
  const room = roomFor(scene);
  if (unservedOf(scene) > 0 && room.left <= 0)
    add(
      'at-max',
      `Jobs wait and the fleet is at its maximum, ${count(scene.live, 'instance')} (${room.name}).`,
      'Raise what bounds it, or look why runners are occupied.',
    );
}

/** Entries of the group that belong to no instance of ours. */
function addOfEntries({ fleet }: Scene, add: Add): void {
  const stuck = fleet.ghosts.filter((runner) => runner.runningTasks !== 0 || runner.pendingTasks !== 0);
  if (stuck.length > 0)
    add(
      'ghost-runner',
      `${count(stuck.length, 'entry has', 'entries have')} tasks and no VM, e.g. ${stuck[0]?.runnerId ?? ''}.`,
      'Their jobs died with the VM; POST runners/{runner}/forget takes the entry off.',
    );
  if (fleet.foreign.length > 0)
    add(
      'foreign-runner',
      `${count(fleet.foreign.length, 'runner of the group matches', 'runners of the group match')} no VM of the scale set.`,
      'They are left alone; move them to a group of their own.',
    );
}

const nameOf = (member: Member | undefined): string => member?.instance.computerName ?? member?.instance.id ?? '';

function whyUnjudged({ fleet }: Scene, member: Member | undefined): string {
  if (member === undefined) return '';
  if (member.instance.computerName === undefined) return 'its computer name is not told';
  if (fleet.ambiguous.has(member.instance.vmId)) return 'another instance has the same computer name';
  return fleet.noVerdict ?? 'a connected runner of another name may be its own';
}

/** Keeps since when each stands. */
export function dated(found: readonly Found[], fleet: FleetMemory, now: number): readonly Alert[] {
  const before = fleet.alerts;
  fleet.alerts = Object.fromEntries(found.map(({ code }) => [code, before[code] ?? now]));
  return found.map((alert) => ({ ...alert, since: fleet.alerts[alert.code] ?? now }));
}
