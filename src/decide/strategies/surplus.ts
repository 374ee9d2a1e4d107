import { MAX_ACTS } from '../../model/decision';
import { chooseIdle } from './idle';
import type { ScaleInStrategy } from './strategy';

/** All that is idle beyond need goes at once, as soon as its time is over; with KEEP_NEWEST_IDLE those beyond that many don't wait for theirs. */
export const surplus: ScaleInStrategy = {
  rule: 'scale-in/surplus',
  waitsForCooldown: false,
  choose: (scene) => chooseIdle(scene, { keepNewest: scene.targets.keepNewestIdle, most: MAX_ACTS }),
};
