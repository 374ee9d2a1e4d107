import * as df from 'durable-functions';
import type { InvocationContext } from '@azure/functions';
import { carryOut } from '../act/act';
import { lookAtNominal, writeNominal } from '../act/normalize';
import type { Act, ActOutcome, Admission } from '../model/decision';
import type { Target } from '../model/drain';
import { type Packed, unpack } from '../model/packed';
import { runStep, type StepInput } from '../drain/runStep';
import type { StepPorts } from '../drain/steps';
import { AutoscalerError, ServiceError } from '../errors';
import { FUNCTIONS } from '../names';
import { heldPlan } from '../observe/heldPlan';
import { appendLines, doneLineOf } from '../observe/ledger/append';
import { emit, line } from '../observe/log';
import { logTick } from '../observe/tickLines';
import { writeCooldowns } from '../persist/cooldownBlobs';
import { release } from '../persist/owner';
import { tick } from '../poll/tick';
import { version } from '../../package.json';
import { type CrossingAdmitted, type CrossingOutcomes, packOutcomes, packPlan, unpackAdmitted } from './crossing';
import { clientInput, engineOf } from './engine';
import {
  clock,
  me,
  ownerCheck,
  poolSettings,
  runnersOf,
  scaleSetOf,
  servicesOfDrains,
  store,
  targetOf,
  tickMetrics,
  timingOf,
} from './environment';
import { DEFAULT_TIMING, type PollAnswer } from './orchestrators/autoscaler';
import type { NormalizeStep } from './orchestrators/normalize';

/** An activity's input crosses the engine as JSON: these are its shapes. */
interface PollInput {
  readonly pool: string;
  readonly tickId: string;
  readonly cooldownsReadAt?: number;
}

interface ActInput extends CrossingAdmitted, Pick<Admission, 'stamped'> {
  readonly pool: string;
  readonly tickId: string;
  /** uniqueId of the scale set that the tick read. */
  readonly scaleSet?: string;
  /** The plan's acts, which say the most of what the drains are. An older app's input says it in the drains. */
  readonly planned?: Packed<Act>;
}

df.app.activity(FUNCTIONS.poll, {
  extraInputs: [clientInput],
  handler: async (input: PollInput, context: InvocationContext): Promise<PollAnswer> => {
    const now = clock.now();
    try {
      const settings = poolSettings(input.pool);
      const engine = engineOf(context);
      const target = targetOf(settings);
      const ports = {
        runners: runnersOf(target),
        scaleSet: scaleSetOf(target),
        store: store(),
        clock,
        me: me(context),
        readMemory: () => engine.readMemory(input.pool),
      };
      const { plan, cooldownsReadAt } = await tick(ports, settings, { tickId: input.tickId, cooldownsReadAt: input.cooldownsReadAt });
      logTick(context, input.pool, plan, version);
      tickMetrics()?.record(input.pool, plan);
      const { minute, second, scaleOutCooldown, scaleInCooldown, pollLeast } = settings.durations;
      return { plan: packPlan(plan), timing: { minute, second, scaleOutCooldown, scaleInCooldown, pollLeast }, cooldownsReadAt };
    } catch (error) {
      // A held tick with its reason, not a failed loop (I7). A defect is shown in the same way, with the stack in the log.
      const code = error instanceof AutoscalerError ? error.code : 'poll-failed';
      const text = error instanceof Error ? error.message : String(error);
      const stack = error instanceof AutoscalerError ? {} : { stack: (error as Error).stack };
      emit(context, 'error', 'error', { pool: input.pool, tick: input.tickId, code, text, ...stack });
      const removed = code === 'pool-unknown';
      if (removed) await releaseRemoved(context, input.pool);
      const plan = heldPlan(input.tickId, now, now + DEFAULT_TIMING.minute, code, text);
      logTick(context, input.pool, plan, version);
      return { plan, timing: DEFAULT_TIMING, cooldownsReadAt: input.cooldownsReadAt, ...(removed ? { removed } : {}) };
    }
  },
});

/** The owner's stop: another app may take the scale set over at once. */
df.app.activity(FUNCTIONS.release, {
  extraInputs: [clientInput],
  handler: async ({ pool }: { pool: string }, context: InvocationContext): Promise<void> => {
    const memory = await engineOf(context).readMemory(pool);
    if (memory?.binding !== undefined && memory.tick?.dryRun !== true) await release(store(), memory.binding.scaleSet, me(context));
  },
});

/** A pool that left the settings: its loop ends, its drains go on by their own targets, and another app may have the scale set. */
async function releaseRemoved(context: InvocationContext, pool: string): Promise<void> {
  const binding = (await engineOf(context).readMemory(pool))?.binding;
  if (binding !== undefined) await release(store(), binding.scaleSet, me(context));
}

df.app.activity(FUNCTIONS.act, {
  extraInputs: [clientInput],
  handler: async (input: ActInput, context: InvocationContext): Promise<CrossingOutcomes> => {
    const settings = poolSettings(input.pool);
    const target = targetOf(settings, input.scaleSet);
    const ports = {
      runners: runnersOf(target),
      scaleSet: scaleSetOf(target),
      engine: engineOf(context),
      store: store(),
      clock,
      readMemory: () => engineOf(context).readMemory(input.pool),
      isOwner: ownerCheck(target, context),
    };
    const outcomes = await carryOut(ports, unpackAdmitted(input, unpack(input.planned ?? [])), target, timingOf(settings));
    for (const { act, answer, code, text } of outcomes) {
      if (act.kind !== 'nudge') context.log(line('information', 'act', { pool: input.pool, tick: input.tickId, act, answer, code, text }));
    }
    await tellAnswers(context, input.pool, input.tickId, outcomes);
    if (input.stamped !== undefined) await keepCooldowns(context, input.pool, input.tickId, stampsToKeep(input.stamped, outcomes));
    return packOutcomes(outcomes);
  },
});

/** What came of the acts, for the ledger: a line that is lost harms nobody. */
async function tellAnswers(context: InvocationContext, pool: string, tick: string, outcomes: readonly ActOutcome[]): Promise<void> {
  const answers = doneLineOf(pool, tick, outcomes, clock.now());
  if (answers === undefined) return;
  try {
    await appendLines(store(), pool, [answers]);
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    emit(context, 'error', 'error', { pool, tick, code: error.code, text: `The ledger could not be written: ${error.message}` });
  }
}

/** A growth that surely was not written takes its stamp back in the entity: its blob is not to bring it again. */
function stampsToKeep(stamped: NonNullable<Admission['stamped']>, outcomes: readonly ActOutcome[]): NonNullable<Admission['stamped']> {
  const { scaleOutAt, ...others } = stamped;
  const growth = outcomes.find(({ act }) => act.kind === 'setCapacity');
  const isWritten = growth === undefined || growth.answer === 'done' || growth.answer === 'unknown';
  return isWritten && scaleOutAt !== undefined ? { ...others, scaleOutAt } : others;
}

/** The entity holds the stamps; the blobs are their copy for the original and for a new hub, written again with the next stamp. */
async function keepCooldowns(
  context: InvocationContext,
  pool: string,
  tick: string,
  stamped: NonNullable<Admission['stamped']>,
): Promise<void> {
  try {
    await writeCooldowns(store(), poolSettings(pool), stamped);
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    emit(context, 'error', 'error', { pool, tick, code: error.code, text: `The cooldown blobs could not be written: ${error.message}` });
  }
}

df.app.activity(FUNCTIONS.drainStep, {
  extraInputs: [clientInput],
  handler: async (input: StepInput, context: InvocationContext): Promise<unknown> => {
    const ports = portsOf(input.target, context);
    const answer = await runStep(ports, input);
    const { pool } = input.target;
    const { runnerId: runner, vmId: vm, id } = input.record;
    if (input.step !== 'look') context.log(line('information', 'drain', { pool, drain: id, step: input.step, runner, vm, answer }));
    return answer;
  },
});

function portsOf(target: Target, context: InvocationContext): StepPorts {
  const engine = engineOf(context);
  return {
    ...servicesOfDrains(target),
    store: store(),
    clock,
    readMemory: () => engine.readMemory(target.pool),
    isOwner: ownerCheck(target, context),
  };
}

df.app.activity(FUNCTIONS.normalizeStep, {
  extraInputs: [clientInput],
  handler: async ({ pool, write }: { pool: string; write: boolean }, context: InvocationContext): Promise<NormalizeStep> => {
    const engine = engineOf(context);
    const ports = { scaleSet: scaleSetOf(targetOf(poolSettings(pool))), readMemory: () => engine.readMemory(pool) };
    const step = write ? await writeNominal(ports) : { look: await lookAtNominal(ports) };
    emit(context, 'warning', 'normalize', { pool, checked: step.look, outcome: step.outcome?.kind });
    return step;
  },
});
