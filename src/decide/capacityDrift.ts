import type { Alert } from '../model/decision';
import { explainedSurplus, growthBound } from './bounds';
import type { Scene } from './scene';
import { count } from './words';

/** From this share of the scale set's limit on a nominal capacity is soon in growth's way. */
const NEAR_LIMIT = 0.8;

/**
 * A capacity that no VM stands for and that is in growth's way, with the way out. Flexible: the nominal one, near the limit. Uniform: above
 * what growth may reach, left by a growth that failed, ours under a higher MAX_RUNNERS or another writer's: any write might make its VMs.
 */
export function driftOf(scene: Scene): Pick<Alert, 'text' | 'next'> | undefined {
  const { state, live } = scene;
  if (state.mode === 'Flexible') {
    if (state.capacity < NEAR_LIMIT * state.limit || state.capacity <= live) return undefined;
    const text = `The nominal capacity ${state.capacity} of ${state.limit} is above the ${count(live, 'VM')}.`;
    return { text, next: 'At zero VMs, POST normalize writes it back to 0.' };
  }
  const bound = growthBound(scene);
  if (state.capacity <= bound.most || state.capacity - live <= explainedSurplus(scene)) return undefined;
  const text = `Nothing can be ordered: capacity ${state.capacity} is above the ${count(live, 'VM')} and above ${bound.most} (${bound.name}).`;
  return { text, next: `At zero VMs, POST normalize writes it back to 0; else raise ${bound.name}, and Azure may make the VMs.` };
}
