import type { OrchestrationContext, Task } from 'durable-functions';
import { heldPlan } from '../../observe/heldPlan';
import { essentials } from '../../observe/status';
import { unpack } from '../../model/packed';
import { EVENTS, FUNCTIONS } from '../../names';
import { OPERATIONS } from '../../persist/poolEntity';
import type { GrowthTiming } from '../../persist/growth';
import { type CrossingAdmission, type CrossingOutcomes, type CrossingPlan, unpackPlan } from '../crossing';
import { call, callPool, EventWait, nowOf, run, sleep, type Step } from './task';

export interface LoopInput {
  readonly pool: string;
  /** Shape of this input: a loop of another shape is ended and started anew by the keeper. */
  readonly schema: 1;
  readonly ticks?: number;
  readonly cooldownsReadAt?: number;
  readonly status?: unknown;
}

/** What the poll activity returns: the plan, and what the loop needs to know to go on. */
export interface PollAnswer {
  readonly plan: CrossingPlan;
  readonly timing: GrowthTiming & {
    readonly second: number;
    readonly scaleInCooldown: number;
    /** Absent in what an older app answered. */
    readonly pollLeast?: number;
  };
  readonly cooldownsReadAt: number | undefined;
  /** The settings are valid and no longer name this pool. */
  readonly removed?: boolean;
}

/** Of a poll that could not read the settings. */
export const DEFAULT_TIMING = { minute: 60_000, second: 1_000, scaleOutCooldown: 240_000, scaleInCooldown: 300_000 };

/** The loop of one pool: poll and decide → admit → act → settle → sleep → continue as new. No rule lives here. */
export function* autoscaler(context: OrchestrationContext): Generator<Task, unknown, unknown> {
  const input = context.df.getInput<LoopInput>();
  context.df.setCustomStatus(input.status ?? { mode: 'starting', pool: input.pool });
  const ticks = (input.ticks ?? 0) + 1;
  const answer = yield* poll(context, input, ticks);
  if (answer.removed === true) return end(context, input, 'no longer in the settings');
  const admission = yield* admit(context, input.pool, answer);
  if (admission.mode === 'stopped') {
    yield* release(context, input.pool);
    return end(context, input, 'stopped');
  }
  yield* act(context, input.pool, answer, admission);
  const status = essentials(unpackPlan(answer.plan), admission, answer.timing);
  context.df.setCustomStatus(status);
  const woken = yield* new EventWait(context, EVENTS.wake).orTimer(answer.plan.nextAt);
  // A won event is delivered once more to a generation that begins in the same turn: a durable step lies between. It lasts until
  // POLL_MIN_SECONDS after the last tick: wakes that come meanwhile go with this generation, and the tick that follows is theirs too.
  if (woken !== undefined) yield* sleep(context, quietTime(answer) - nowOf(context));
  const { cooldownsReadAt } = answer;
  context.df.continueAsNew({ ...input, ticks, status, ...(cooldownsReadAt === undefined ? {} : { cooldownsReadAt }) });
  return undefined;
}

/** Before it no wake brings a tick (epoch ms). */
function quietTime({ plan, timing }: PollAnswer): number {
  return Math.min(plan.nextAt, plan.at + (timing.pollLeast ?? timing.second));
}

/** Where it fails, the owner's silence gives the scale set free. */
function* release(context: OrchestrationContext, pool: string): Step<void> {
  try {
    yield* run(context, FUNCTIONS.release, { pool });
  } catch {
    // The loop was asked to end, and ends.
  }
}

/** The last word of a loop in the portal. */
function end(context: OrchestrationContext, { pool, status }: LoopInput, why: string): { ended: string; pool: string } {
  context.df.setCustomStatus({ ...(status as object | undefined), mode: why });
  return { ended: why, pool };
}

function* poll(context: OrchestrationContext, input: LoopInput, ticks: number): Step<PollAnswer> {
  const now = nowOf(context);
  const tickId = `${now.toString(36)}${(ticks % 1296).toString(36).padStart(2, '0')}`;
  try {
    return yield* call<PollAnswer>(context, FUNCTIONS.poll, {
      pool: input.pool,
      tickId,
      cooldownsReadAt: input.cooldownsReadAt,
    });
  } catch (error) {
    const text = error instanceof Error ? error.message : 'the poll failed';
    const plan = heldPlan(tickId, now, now + DEFAULT_TIMING.minute, 'poll-failed', text);
    return { plan, timing: DEFAULT_TIMING, cooldownsReadAt: input.cooldownsReadAt };
  }
}

function* admit(context: OrchestrationContext, pool: string, answer: PollAnswer): Step<CrossingAdmission> {
  // The metrics' own figures are the poll's: the entity reads none of them.
  const plan = { ...answer.plan, gauges: undefined };
  return yield* callPool<CrossingAdmission>(context, pool, OPERATIONS.admit, { plan, timing: growthTimingOf(answer) });
}

/** An older app's answer has all the pool's durations in it, which would stand in the history three times. */
const growthTimingOf = ({ timing: { minute, scaleOutCooldown } }: PollAnswer): GrowthTiming => ({ minute, scaleOutCooldown });

function* act(context: OrchestrationContext, pool: string, answer: PollAnswer, admission: CrossingAdmission): Step<void> {
  const { acts, scaleIn, stamped } = admission;
  if (unpack(acts).length === 0 && scaleIn === undefined && stamped === undefined) return;
  try {
    const outcomes = yield* call<CrossingOutcomes>(context, FUNCTIONS.act, {
      pool,
      tickId: answer.plan.tickId,
      scaleSet: answer.plan.binding?.scaleSet,
      acts,
      scaleIn,
      stamped,
      planned: answer.plan.decision.acts,
    });
    yield* callPool(context, pool, OPERATIONS.settle, { outcomes, timing: growthTimingOf(answer) });
  } catch {
    // What was admitted is recorded: the next ticks see what came of it, and a drain without an instance is adopted anew.
  }
}
