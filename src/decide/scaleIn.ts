import type { Act } from '../model/decision';
import type { Member } from '../poll/fleet';
import { aboveMaximum } from './bounds';
import type { Scene } from './scene';
import { SCALE_IN } from './strategies';
import { leastBusy } from './strategies/stepIn';
import type { Choice, ScaleInStrategy } from './strategies/strategy';
import { count, listed, minutesLeft } from './words';

export interface ScaleInPlan {
  readonly rule: ScaleInStrategy['rule'] | 'scale-in/above-maximum';
  readonly acts: readonly Extract<Act, { kind: 'drain' }>[];
  readonly reason: string;
}

/** Rule 3: by the pool's strategy, or the fleet is above MAX. Undefined where it does not hold or nobody may go. */
export function planScaleIn(scene: Scene): ScaleInPlan | { readonly waits: string } | undefined {
  const above = aboveMaximum(scene);
  if (above > 0) return planOf(scene, 'scale-in/above-maximum', true, chooseAbove(scene, above));
  const { rule, waitsForCooldown, choose } = SCALE_IN[scene.settings.scaleInStrategy];
  return planOf(scene, rule, waitsForCooldown, choose(scene));
}

/** Above MAX the strategy has no say: the way down is by step and cooldown, and takes busy ones too. */
function chooseAbove(scene: Scene, above: number): Choice {
  const { settings, undrained } = scene;
  return {
    victims: leastBusy(scene, true).slice(0, Math.min(settings.scaleInStep, above)),
    because: `${count(undrained, 'instance')} without a drain, above MAX_RUNNERS ${settings.maxRunners ?? 0}`,
  };
}

function planOf(
  { settings, memory, now }: Scene,
  rule: ScaleInPlan['rule'],
  waitsForCooldown: boolean,
  choice: Choice | undefined,
): ScaleInPlan | { readonly waits: string } | undefined {
  if (choice === undefined) return undefined;
  const { victims, because } = choice;
  if (victims.length === 0) return waitsForCooldown ? undefined : { waits: because };
  const { scaleOutAt = 0, scaleInAt = 0, giveBackAt = 0 } = memory.cooldowns;
  const left = Math.max(scaleOutAt, scaleInAt, giveBackAt) + settings.durations.scaleInCooldown - now;
  if (waitsForCooldown && left > 0)
    return { waits: `the scale-in cooldown runs for another ${minutesLeft(left, settings.durations.minute)}` };
  if (memory.flags.paused?.scaleIn === true) return { waits: 'scale-in is paused' };
  const names = listed(victims.map((member) => member.runner?.runnerId ?? member.instance.computerName ?? member.instance.id));
  return { rule, acts: victims.map((member) => drainOf(member, rule, true)), reason: `${because}: draining ${names}.` };
}

export function drainOf(member: Member, rule: string, stamps: boolean): Extract<Act, { kind: 'drain' }> {
  const { runner, instance } = member;
  return {
    kind: 'drain',
    target: 'runner',
    runnerId: runner?.runnerId,
    vmId: instance.vmId,
    instanceId: instance.id,
    computerName: instance.computerName ?? '',
    rule,
    adopted: false,
    replaces: undefined,
    stamps,
  };
}
