import { I1 } from './i1';
import { I2 } from './i2';
import { I3 } from './i3';
import { I5 } from './i5';
import { I6 } from './i6';
import { I7 } from './i7';
import { I8 } from './i8';
import { ECONOMY } from './economy';
import type { Judge } from './court';

/** Watched at every step. I4 shows in the end: see aftermath.ts; I9 in the host's counters: see i9.ts. */
export const JUDGES: readonly Judge[] = [I1, I2, I3, I5, I6, I7, I8, ECONOMY];

export { isOurs, MINUTE, poolOf } from './court';
export type { Asked, Court, Judge, Told, ToldRunner, Violation, Watch } from './court';
