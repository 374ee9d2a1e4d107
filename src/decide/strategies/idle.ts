import { bornAt } from '../../poll/fleetMemory';
import { candidatesOf } from '../candidates';
import { idleTime } from '../kept';
import type { Scene } from '../scene';
import { count } from '../words';
import { surplusOf } from '../need';
import type { Choice } from './strategy';

export interface IdleRule {
  /** Of the idle ones only so many newest are kept for their time; undefined: all. */
  readonly keepNewest: number | undefined;
  readonly most: number;
}

/** Idle ones alone, beyond what waiting jobs take, MIN_IDLE_RUNNERS and MIN_RUNNERS, longest idle first; unhealthy ones before them. */
export function chooseIdle(scene: Scene, { keepNewest, most }: IdleRule): Choice | undefined {
  const { targets, now, settings } = scene;
  const { unhealthy, active } = candidatesOf(scene, false);
  const spare = Math.max(0, Math.min(scene.active - targets.minRunners, surplusOf(scene)));
  const byTime = active.toSorted((a, b) => idleTime(b, now) - idleTime(a, now) || bornAt(a.memory) - bornAt(b.memory));
  const beyond = keepNewest === undefined ? 0 : Math.max(0, byTime.length - keepNewest);
  const due = byTime.filter((member, at) => at < beyond || idleTime(member, now) >= targets.idleFor);
  const victims = [...unhealthy, ...due.slice(0, spare)].slice(0, most);
  if (victims.length === 0 && (spare === 0 || byTime.length === 0)) return undefined;
  const minutes = Number((targets.idleFor / settings.durations.minute).toFixed(2));
  const kept = `an idle runner is kept for ${count(minutes, 'minute')}`;
  return {
    victims,
    because: victims.length === 0 ? kept : `${count(scene.idle, 'runner')} idle, ${Math.max(0, surplusOf(scene))} beyond need, and ${kept}`,
  };
}
