import type { Act } from '../model/decision';
import type { DrainRecord } from '../model/drain';
import { isCommitted } from '../persist/records';
import { isConnected, type Member } from '../poll/fleet';
import { isBad, isDeleting } from '../poll/sighting';
import { reachableMinimum } from './bounds';
import { lackOfIdle, unservedOf } from './need';
import type { Scene } from './scene';
import { SCALE_OUT } from './strategies';

/** Rule 2's name, or undefined where it does not hold. */
export type ScaleOutRule =
  | 'scale-out/minimum'
  | 'scale-out/from-zero'
  | 'scale-out/minimum-idle'
  | 'scale-out/threshold'
  | 'scale-out/demand'
  | 'scale-out/starvation'
  | 'scale-out/untaken-try';

export function scaleOutRule(scene: Scene): ScaleOutRule | undefined {
  const { settings, demand, counted, isStarving, untakenTry } = scene;
  if (counted < reachableMinimum(scene)) return 'scale-out/minimum';
  if (demand > 0 && counted === 0) return 'scale-out/from-zero';
  // Before the strategy's rule, for that may wait for a cooldown: more jobs must never order less.
  if (lackOfIdle(scene) > 0) return 'scale-out/minimum-idle';
  const called = SCALE_OUT[settings.scaleOutStrategy].rule(scene);
  if (called !== undefined) return called;
  if (unservedOf(scene) > 0 && isStarving) return 'scale-out/starvation';
  return untakenTry ? 'scale-out/untaken-try' : undefined;
}

/** The others count what boots and what is ordered: booting and back-off limit them. */
export const waitsForCooldown = (rule: ScaleOutRule): boolean =>
  rule === 'scale-out/threshold' || rule === 'scale-out/starvation' || rule === 'scale-out/untaken-try';

export function stepOf(scene: Scene, rule: ScaleOutRule): number {
  if (rule === 'scale-out/starvation' || rule === 'scale-out/untaken-try') return 1;
  const idle = lackOfIdle(scene);
  // The warm spare is ordered by number, never by step.
  if (rule === 'scale-out/minimum-idle' && scene.settings.scaleOutStrategy === 'step') return idle;
  return Math.max(SCALE_OUT[scene.settings.scaleOutStrategy].amount(scene), reachableMinimum(scene) - scene.counted, idle);
}

export interface GiveBacks {
  readonly acts: readonly Extract<Act, { kind: 'reactivate' }>[];
  /** Idle ones: they count towards the step. */
  readonly idle: number;
}

const MOST_GIVE_BACKS = 25;

/** Uncommitted drains that we began, on connected, healthy runners; idle ones towards the step, busy ones beside it. */
export function giveBacks(scene: Scene, step: number): GiveBacks {
  const candidates = scene.fleet.members.filter((member) => canGiveBack(scene, member));
  // What is being given back already is asked for again by every tick until it was answered: it takes its place, and an idle one counts.
  const isAsked = (member: Member): boolean => member.record?.phase === 'givingBack';
  const asked = candidates.filter((member) => isAsked(member) && member.tasks === 0).length;
  const fresh = candidates.filter((member) => !isAsked(member));
  const free = fresh.filter((member) => member.tasks === 0).slice(0, Math.max(0, step - asked));
  const busy = fresh.filter((member) => member.tasks !== undefined && member.tasks > 0);
  // No give-back may bring the fleet above MAX: those listed, not Deleting and without a recorded drain.
  const taken = scene.undrained + scene.fleet.members.filter(isAsked).length;
  const room = Math.max(0, (scene.settings.maxRunners ?? Number.MAX_SAFE_INTEGER) - taken);
  const chosen = [...free, ...busy].slice(0, Math.min(room, MOST_GIVE_BACKS));
  const acts = chosen.map((member) => {
    const record = member.record as DrainRecord;
    return { kind: 'reactivate' as const, drainId: record.id, runnerId: record.runnerId ?? '' };
  });
  return { acts, idle: asked + chosen.filter((member) => member.tasks === 0).length };
}

export function canGiveBack(scene: Scene, { record, runner, runnerMemory, instance }: Member): boolean {
  if (record === undefined || record.kind !== 'runner' || record.adopted || isCommitted(record)) return false;
  if (runner?.runnerId !== record.runnerId || record.vmId !== instance.vmId) return false;
  if (isDeleting(instance) || isBad(instance)) return false;
  return runner?.connected === true && isConnected(runner, runnerMemory, scene.settings.durations.disconnectGrace);
}
