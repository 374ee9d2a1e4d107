import type { OrchestrationContext, Task } from 'durable-functions';
import type { NominalLook } from '../../act/normalize';
import { FUNCTIONS } from '../../names';
import type { AzureOutcome } from '../../ports/scaleSet';
import { call, sleep } from './task';

export interface NormalizeInput {
  readonly pool: string;
  /** One minute of the rules in ms. */
  readonly minute: number;
}

export interface NormalizeStep {
  readonly look: NominalLook;
  readonly outcome?: AzureOutcome;
}

const LISTS = 3;
const PAUSE_MINUTES = 1.5;

/** Three complete lists without a VM over three minutes, then one write: an HTTP call would be cut before that. */
export function* normalize(context: OrchestrationContext): Generator<Task, unknown, unknown> {
  const { pool, minute } = context.df.getInput<NormalizeInput>();
  const looks: NominalLook[] = [];
  for (let list = 1; list <= LISTS; list += 1) {
    context.df.setCustomStatus({ pool, lists: `${list} of ${LISTS}` });
    const step = yield* call<NormalizeStep>(context, FUNCTIONS.normalizeStep, { pool, write: list === LISTS });
    looks.push(step.look);
    if (step.look.obstacle !== undefined) return { pool, written: false, reason: step.look.obstacle, checked: looks };
    if (list === LISTS) return { pool, written: step.outcome?.kind === 'accepted', outcome: step.outcome, checked: looks };
    yield* sleep(context, PAUSE_MINUTES * minute);
  }
  return undefined;
}
