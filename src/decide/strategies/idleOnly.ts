import { chooseIdle } from './idle';
import type { ScaleInStrategy } from './strategy';

/** Never a busy one: each idle runner beyond need goes once it was idle for SCALE_IN_IDLE_MINUTES, up to SCALE_IN_STEP a tick. */
export const idleOnly: ScaleInStrategy = {
  rule: 'scale-in/idle',
  waitsForCooldown: false,
  choose: (scene) => chooseIdle(scene, { keepNewest: undefined, most: scene.settings.scaleInStep }),
};
