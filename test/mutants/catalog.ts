import type { Mutant } from './defect';
import { acting } from './defects/acting';
import { confirming } from './defects/confirming';
import { deleting } from './defects/deleting';
import { engine } from './defects/engine';
import { growing } from './defects/growing';
import { memory } from './defects/memory';
import { repairing } from './defects/repairing';
import { services } from './defects/services';
import { shrinking } from './defects/shrinking';

/** Every planted defect, in the order of the data flow. */
export const CATALOG: readonly Mutant[] = [
  ...growing,
  ...shrinking,
  ...repairing,
  ...acting,
  ...confirming,
  ...deleting,
  ...memory,
  ...engine,
  ...services,
];
