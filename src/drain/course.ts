import type { DrainOutcome, DrainTiming, ZeroWindow } from '../model/drain';
import type { LookAnswer, StepAnswer, StepLine } from './steps';

/** What a drain carries from one generation to the next. */
export interface Course {
  readonly steps: readonly StepLine[];
  readonly window?: ZeroWindow | undefined;
  /** The window under which the deregistration was sent: the certificate keeps it to the end. */
  readonly proof?: ZeroWindow | undefined;
  /** What the last look said; undefined while the loop does the looking. */
  readonly verdict?: LookAnswer['verdict'] | undefined;
  /** Since when each look has said the same ending verdict. */
  readonly ending?: { readonly verdict: LookAnswer['verdict']; readonly since: number; readonly looks: number } | undefined;
  readonly gathered?: boolean;
  /** A deregister was sent and its answer lost. */
  readonly deregisterSent?: boolean;
  readonly over?: DrainOutcome;
  readonly note?: string;
}

/** A verdict that ends a drain must hold in three looks over this long: a stale copy shows the past for up to two minutes. */
const ENDING_MINUTES = 3;
const ENDING_LOOKS = 3;

const ENDINGS: Partial<Record<LookAnswer['verdict'], DrainOutcome>> = {
  active: 'reactivated-by-hand',
  unlisted: 'runner-replaced',
  replaced: 'runner-replaced',
  gone: 'instance-gone',
};

export function endOf(course: Course, verdict: LookAnswer['verdict'], now: number, timing: DrainTiming): Course {
  const outcome = ENDINGS[verdict];
  const next: Course = { ...course, verdict: isSettled(verdict) ? undefined : verdict, note: noteOf(verdict) };
  if (outcome === undefined) return verdict === 'unreadable' ? next : { ...next, ending: undefined };
  const known = course.ending?.verdict === verdict ? course.ending : undefined;
  const ending = { verdict, since: known?.since ?? now, looks: (known?.looks ?? 0) + 1 };
  const isOver = ending.looks >= ENDING_LOOKS && now - ending.since >= ENDING_MINUTES * timing.minute;
  return isOver ? { ...next, ending, over: outcome } : { ...next, ending };
}

/**
 * done, gone: its window becomes the certificate's proof. unknown: the same, and the window stays open for the next reading. notNow: what
 * the reading said counts like a look, so that a runner set ACTIVE ends a drain whose deregister never took. late, refused: look anew.
 */
export function afterDeregister(
  course: Course,
  { answer, verdict, window }: { readonly [K in 'answer' | 'verdict' | 'window']: StepAnswer[K] | undefined },
  now: number,
  timing: DrainTiming,
): Course {
  if (answer === 'done' || answer === 'gone') return { ...course, proof: window, window: undefined, verdict: undefined };
  if (answer === 'unknown') return { ...course, proof: window, window, verdict: undefined, deregisterSent: true };
  if (answer === 'notNow' && verdict !== undefined)
    return endOf({ ...course, window: isZero(verdict) ? window : undefined }, verdict, now, timing);
  return { ...course, window: undefined, verdict: undefined };
}

const isZero = (verdict: LookAnswer['verdict']): boolean => verdict === 'open' || verdict === 'complete';

/** While it merely has tasks the loop's poll does the looking; everything else is looked at again by the drain itself. */
const isSettled = (verdict: LookAnswer['verdict']): boolean => verdict === 'busy';

/** How long (ms) to wait for a nudge before the drain asks or looks for itself; `spread` times longer where it merely waits among many. */
export function pauseFor(course: Course, timing: DrainTiming, spread = 1): number {
  if (course.verdict === 'open' || course.verdict === 'complete') return Math.max(timing.confirm / 2, 10 * timing.second);
  if (course.verdict !== undefined) return timing.minute;
  return Math.max(2 * timing.poll + timing.minute, 5 * timing.minute) * spread;
}

const NOTES: Record<LookAnswer['verdict'], string> = {
  complete: 'confirmed: no tasks',
  open: 'no tasks; confirming',
  busy: 'has tasks',
  unknown: 'the platform does not say whether it has tasks',
  rival: 'another entry of this machine is alive',
  protected: 'the instance is protected: tag or protectFromScaleSetActions',
  active: 'the runner reads ACTIVE',
  unlisted: 'the runner is no longer listed',
  replaced: 'another entry of this machine is connected in its place',
  gone: 'the instance is gone',
  identity: 'runner and instance are not surely the same machine',
  unreadable: 'runner or instance cannot be read',
};

export const noteOf = (verdict: LookAnswer['verdict']): string => NOTES[verdict];
