import type { Counts } from '../model/decision';
import type { Scene } from '../decide/scene';
import { isIdle } from './fleet';

export function countsOf(scene: Scene, waiting: number): Counts {
  const { fleet, state } = scene;
  const of = (...states: string[]): number => fleet.members.filter((member) => states.includes(member.state)).length;
  return {
    demand: waiting,
    deducted: scene.deducted,
    counted: scene.counted,
    instances: fleet.members.length,
    capacity: state.capacity,
    active: scene.active,
    idle: fleet.members.filter(isIdle).length,
    busy: scene.active - scene.idle,
    booting: scene.booting + scene.late,
    draining: of('draining'),
    unhealthy: of('unhealthy'),
    stray: of('stray'),
    lost: of('lost'),
    unjudged: of('unjudged'),
    ghost: fleet.ghosts.length,
    stale: fleet.stale.length,
    foreign: fleet.foreign.length,
  };
}
