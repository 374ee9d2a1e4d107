import type { OrchestrationContext, Task } from 'durable-functions';
import { ENGINE_MINUTE } from '../../model/engineTime';
import type { DrainOutcome, DrainRecord, DrainTiming, Target, ZeroWindow } from '../../model/drain';
import type { BatchAnswer } from '../../drain/deleteBatch';
import { afterDeregister, endOf, noteOf, pauseFor, type Course } from '../../drain/course';
import type { LookAnswer, StepAnswer, StepLine } from '../../drain/steps';
import { GATHER_SECONDS, type Turn } from '../../persist/deletion';
import type { DrainWord } from '../../persist/drainOperations';
import { OPERATIONS } from '../../persist/poolEntity';
import { EVENTS, FUNCTIONS } from '../../names';
import { call, callPool, EventWait, nowOf, sleep, type Step } from './task';

export interface DrainInput {
  readonly record: DrainRecord;
  readonly target: Target;
  readonly timing: DrainTiming;
  readonly course?: Course;
}

interface Nudge {
  readonly news?: 'look' | 'complete' | 'giveBack';
  readonly window?: ZeroWindow;
}

/**
 * So many waits within a generation. Fewer would lose nudges: of two close ones the second is lost where the first ends the generation.
 * More would cost: each wait is some eight rows of history, and every step reads and replays all rows of its generation.
 */
const ROUNDS = 5;

/** One runner's way out: mark → wait for zeros → commit → deregister → delete → see that it is gone. */
export function* drain(context: OrchestrationContext): Generator<Task, unknown, unknown> {
  const input = context.df.getInput<DrainInput>();
  const way = new Way(context, input);
  context.df.setCustomStatus({ runner: input.record.runnerId, vm: input.record.vmId, note: input.course?.note });
  let word: DrainWord = way.course.over === undefined ? yield* way.ask() : { word: 'end', outcome: way.course.over };
  for (let round = 0; round < ROUNDS; round += 1) {
    try {
      if (word.word === 'end') return yield* way.finish(word.outcome);
      word = word.word === 'go' ? yield* way.go(word) : yield* way.wait(word);
    } catch (error) {
      if (!(error instanceof StepFailed)) throw error;
      word = yield* way.afterFailure(error.step, word);
    }
  }
  context.df.continueAsNew({ ...input, course: way.course });
  return undefined;
}

/** The activity of a step failed: storage or the entity is away, or a defect; its log line says which. */
class StepFailed extends Error {
  constructor(readonly step: string) {
    super(`the step "${step}" failed`);
  }
}

class Way {
  course: Course;
  private readonly context: OrchestrationContext;
  private readonly input: DrainInput;
  private readonly nudges: EventWait;

  constructor(context: OrchestrationContext, input: DrainInput) {
    this.context = context;
    this.input = input;
    this.course = input.course ?? { steps: [] };
    this.nudges = new EventWait(context, EVENTS.nudge);
  }

  *ask(note?: string): Step<DrainWord> {
    return yield* this.entity<DrainWord>(OPERATIONS.ask, note === undefined ? {} : { note });
  }

  *go(grant: Extract<DrainWord, { word: 'go' }>): Step<DrainWord> {
    switch (grant.step) {
      case 'mark': {
        const { answer } = yield* this.step<StepAnswer>('mark', { grant });
        return yield* this.entity<DrainWord>(OPERATIONS.marked, { answer });
      }
      case 'reactivate': {
        const { answer } = yield* this.step<StepAnswer>('reactivate', { grant });
        if (answer === 'done' || answer === 'gone' || answer === 'refused') return { word: 'end', outcome: 'given-back' };
        yield* sleep(this.context, 30 * this.input.timing.second);
        return yield* this.ask();
      }
      case 'deregister':
        return yield* this.deregister(grant);
      case 'delete':
        return yield* this.deleteTurn(grant);
    }
  }

  /**
   * The activity's own reading extends the window, so that a drain that has none – adopted after its commit, or after a gap – builds one
   * up by asking. After a lost answer it asks again soon: an entry that left the list proves that the deregister took.
   */
  private *deregister(grant: Extract<DrainWord, { word: 'go' }>): Step<DrainWord> {
    const { second } = this.input.timing;
    const asked = this.course.window ?? this.course.proof;
    const { answer, verdict, window, line } = yield* this.step<StepAnswer>('deregister', { grant, window: asked });
    this.course = afterDeregister(this.course, { answer, verdict, window: window ?? asked }, nowOf(this.context), this.input.timing);
    if (this.course.over !== undefined) return { word: 'end', outcome: this.course.over };
    const word = yield* this.entity<DrainWord>(OPERATIONS.deregistered, { answer, note: line.answer });
    if (word.word !== 'wait' || answer !== 'unknown') return word;
    yield* sleep(this.context, 15 * second);
    return yield* this.ask();
  }

  /** Asks for a turn at the pool's one deleting step; leads a batch, or waits for another's. */
  private *deleteTurn(grant: Extract<DrainWord, { word: 'go' }>): Step<DrainWord> {
    const { second } = this.input.timing;
    if (this.course.gathered !== true) {
      this.course = { ...this.course, gathered: true };
      yield* sleep(this.context, GATHER_SECONDS * second);
    }
    const turn = yield* this.entity<Turn>(OPERATIONS.turn, { second });
    if (turn.turn === 'end') return { word: 'end', outcome: turn.outcome };
    if (turn.turn === 'lead') {
      const { answers, operation } = yield* this.step<BatchAnswer>('delete', { grant: turn, batch: turn.batch });
      const { attempt } = turn;
      yield* this.entity(OPERATIONS.turnOver, { attempt, second, answers, ...(operation === undefined ? {} : { operation }) });
      return grant;
    }
    yield* this.nudges.orTimer(turn.until);
    // A durable step after a won event: the next generation may begin in this very turn.
    return yield* this.ask();
  }

  *wait(word: Extract<DrainWord, { word: 'wait' | 'held' }>): Step<DrainWord> {
    const { timing } = this.input;
    const { spread = 1 } = word;
    const pause = word.word === 'held' ? timing.minute * spread : pauseFor(this.course, timing, spread);
    const nudge = (yield* this.nudges.orTimer(nowOf(this.context) + pause))?.value as Nudge | null | undefined;
    if (word.word === 'held') return yield* this.ask(word.reason);
    if (nudge?.news === 'complete' && nudge.window !== undefined) {
      this.course = { ...this.course, window: nudge.window };
      return yield* this.entity<DrainWord>(OPERATIONS.commit, {});
    }
    const current = yield* this.ask();
    if (current.word === 'end' && nudge?.news === 'giveBack') return { word: 'end', outcome: 'given-back' };
    if (current.word !== 'wait') return current;
    const loopIsAlive = nowOf(this.context) < current.loopNextAt + Math.max(2 * timing.minute, ENGINE_MINUTE / 2);
    if (loopIsAlive && nudge?.news !== 'look' && this.course.verdict === undefined) return current;
    return yield* this.look();
  }

  private *look(): Step<DrainWord> {
    const { verdict, window } = yield* this.step<LookAnswer>('look', { window: this.course.window });
    this.course = endOf({ ...this.course, window }, verdict, nowOf(this.context), this.input.timing);
    if (this.course.over !== undefined) return { word: 'end', outcome: this.course.over };
    if (verdict === 'complete') return yield* this.entity<DrainWord>(OPERATIONS.commit, {});
    return yield* this.ask(noteOf(verdict));
  }

  /** The certificate's last page first, then the record goes: a drain whose end could not be written is not forgotten. */
  *finish(outcome: DrainOutcome): Step<{ outcome: DrainOutcome }> {
    yield* this.step<unknown>('close', { outcome, window: this.course.proof ?? this.course.window });
    yield* this.entity(OPERATIONS.end, { outcome });
    return { outcome };
  }

  private *entity<T>(operation: string, input: object): Step<T> {
    const { record, target, timing } = this.input;
    return yield* callPool<T>(this.context, target.pool, operation, { drainId: record.id, minute: timing.minute, ...input });
  }

  /** Waits a minute, says so, and asks anew: what was granted before is granted again, and what it may have sent is known. */
  *afterFailure(step: string, word: DrainWord): Step<DrainWord> {
    if (word.word === 'end') this.course = { ...this.course, over: word.outcome };
    yield* sleep(this.context, this.input.timing.minute);
    const next = yield* this.ask(`the step "${step}" failed and is tried again`);
    return word.word === 'end' ? word : next;
  }

  /** Throws {@link StepFailed}. */
  private *step<T>(step: string, extra: object): Step<T> {
    const { target, timing } = this.input;
    const record = this.course.deregisterSent === true ? { ...this.input.record, deregisterSent: true } : this.input.record;
    const input = { step, record, target, timing, steps: this.course.steps, ...extra };
    let answer: T & { line?: StepLine };
    try {
      answer = yield* call<T & { line?: StepLine }>(this.context, FUNCTIONS.drainStep, input);
    } catch {
      throw new StepFailed(step);
    }
    const { line } = answer;
    if (line === undefined) return answer;
    // Of a turn that was torn: see call.
    if (line.step !== step) throw new StepFailed(step);
    this.course = { ...this.course, steps: [...this.course.steps, line].slice(-40) };
    return answer;
  }
}
