import type { Act } from '../model/decision';
import type { Member } from '../poll/fleet';
import type { Scene } from './scene';

/** Azure allows few updates of single VMs a minute, and each costs a read before it. */
const MOST_PER_TICK = 2;
const FIRST_PAUSE_MINUTES = 5;
const LONGEST_PAUSE_MINUTES = 60;

/**
 * Uniform: protectFromScaleIn on each instance that has registered, so that a capacity lowered by another hand (portal, Terraform,
 * autoscale settings) cannot pick a VM with a job. Asked once; what a later reading still shows unprotected is asked again one at a time, ever
 * more slowly, and holds up the rest: where the right is missing that costs one call an hour. Mutates the instances' memory.
 */
export function planProtections(scene: Scene): readonly Act[] {
  const { settings, state, fleet, drop, now } = scene;
  if (!settings.protectInstances || settings.dryRun || state.mode !== 'Uniform' || drop?.holds === 'all') return [];
  const open = fleet.members.filter((member) => mayProtect(member) && !fleet.ambiguous.has(member.instance.vmId));
  const asked = open.filter(({ memory }) => memory.protectAsked !== undefined);
  const chosen =
    asked.length === 0 ? open.slice(0, MOST_PER_TICK) : isDue(asked, settings.durations.minute, now) ? [leastAsked(asked)] : [];
  return chosen.map(({ instance, memory, runner }): Act => {
    memory.protectAsked = { at: now, times: (memory.protectAsked?.times ?? 0) + 1 };
    return { kind: 'protect', instanceId: instance.id, vmId: instance.vmId, runnerId: runner?.runnerId ?? '' };
  });
}

/** Asked at least twice, and still not there: the one that this very tick asks again has not had its answer yet. */
export const protectionFails = ({ fleet, now }: Scene): number =>
  fleet.members.filter((member) => mayProtect(member) && timesOf(member) >= 2 && member.memory.protectAsked?.at !== now).length;

const mayProtect = ({ state, runner, instance }: Member): boolean =>
  instance.scaleInProtection === 'off' && runner !== undefined && (state === 'active' || state === 'draining');

function isDue(asked: readonly Member[], minute: number, now: number): boolean {
  const last = Math.max(...asked.map(({ memory }) => memory.protectAsked?.at ?? 0));
  const times = Math.max(...asked.map(timesOf));
  return now - last >= Math.min(FIRST_PAUSE_MINUTES * 2 ** (times - 1), LONGEST_PAUSE_MINUTES) * minute;
}

const timesOf = ({ memory }: Member): number => memory.protectAsked?.times ?? 0;
const leastAsked = (asked: readonly Member[]): Member => asked.reduce((least, each) => (timesOf(each) < timesOf(least) ? each : least));
