import type { PoolSettings } from '../../settings/settings';
import { demand } from './demand';
import { idleOnly } from './idleOnly';
import { stepIn } from './stepIn';
import { stepOut } from './stepOut';
import type { ScaleInStrategy, ScaleOutStrategy } from './strategy';
import { surplus } from './surplus';

export const SCALE_OUT: Readonly<Record<PoolSettings['scaleOutStrategy'], ScaleOutStrategy>> = { step: stepOut, demand };

export const SCALE_IN: Readonly<Record<PoolSettings['scaleInStrategy'], ScaleInStrategy>> = {
  step: stepIn,
  'idle-only': idleOnly,
  surplus,
};
