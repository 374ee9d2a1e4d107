import { unservedOf } from '../need';
import type { ScaleOutStrategy } from './strategy';

/** The seed's rule: from SCALE_OUT_THRESHOLD waiting jobs on, SCALE_OUT_STEP instances at a time. */
export const stepOut: ScaleOutStrategy = {
  rule: (scene) => (scene.demand >= scene.settings.scaleOutThreshold && unservedOf(scene) > 0 ? 'scale-out/threshold' : undefined),
  amount: (scene) => scene.settings.scaleOutStep,
};
