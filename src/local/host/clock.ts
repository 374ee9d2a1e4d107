import { TimerHeap } from './timerHeap';

export type Cancel = () => void;

/** The time that the host, its app and the simulated services share. Sockets and setTimeout stay real. */
export interface HostClock {
  /** Epoch milliseconds. */
  now(): number;
  /** Runs `run` once `time` has come; in the past means soon, never synchronously. */
  at(time: number, run: () => void): Cancel;
  /** Says that something is at work; virtual time stands still until the returned function is called. */
  busy(): () => void;
}

/** A clock that moves only when told to, from one due timer to the next. */
export interface VirtualClock extends HostClock {
  /** Jumps to the next due timer (at most to `limit`) and runs it; false when there was none. */
  advance(limit?: number): boolean;
  /** Resolves when nobody has been busy for a whole turn of the event loop. */
  idle(): Promise<void>;
  isBusy(): boolean;
}

const LONGEST_TIMEOUT = 2_000_000_000;
const nobody = (): void => undefined;

/** setTimeout holds 31 bits of milliseconds and may fire a little early, which a fast clock multiplies: so it looks again. */
function later(left: () => number, run: () => void): Cancel {
  let handle: NodeJS.Timeout;
  const arm = (): void => {
    handle = setTimeout(() => (left() > 0 ? arm() : run()), Math.min(Math.max(Math.ceil(left()), 0), LONGEST_TIMEOUT));
  };
  arm();
  return () => clearTimeout(handle);
}

/** Taken once at load: `installDate` replaces the global Date, and a clock that read it would read itself. */
const realNow = Date.now.bind(Date);

export function realClock(): HostClock {
  return { now: realNow, at: (time, run) => later(() => time - realNow(), run), busy: () => nobody };
}

/** Real time, `speed` times as fast, beginning at `startAt` (default: now). */
export function scaledClock(speed: number, startAt = realNow()): HostClock {
  const origin = performance.now();
  const now = (): number => Math.floor(startAt + (performance.now() - origin) * speed);
  return { now, at: (time, run) => later(() => (time - now()) / speed, run), busy: () => nobody };
}

export interface VirtualTimeline extends Pick<VirtualClock, 'now' | 'at' | 'advance'> {
  /** When the next timer is due; undefined: none is left. */
  next(): number | undefined;
}

/** Time that stands still until it is advanced: to the next timer, or to `limit` where none is due before. */
export function virtualTimeline(startAt: number): VirtualTimeline {
  let time = startAt;
  const timers = new TimerHeap();
  return {
    now: () => time,
    at: (due, run) => timers.add(due, run),
    next: () => timers.next(),
    advance: (limit = Infinity) => {
      const next = timers.next();
      if (next === undefined || next > limit) {
        if (limit !== Infinity) time = Math.max(time, limit);
        return false;
      }
      time = Math.max(time, next);
      timers.take()?.();
      return true;
    },
  };
}

export function virtualClock(startAt: number): VirtualClock {
  const timeline = virtualTimeline(startAt);
  let tokens = 0;
  const waiting: (() => void)[] = [];

  /** A token given back and another taken within one turn is a chain of work, not rest: hence the second look. */
  const settle = (): void => {
    if (tokens > 0 || waiting.length === 0) return;
    setImmediate(() => {
      if (tokens === 0) for (const wake of waiting.splice(0)) wake();
    });
  };

  return {
    ...timeline,
    busy: () => {
      let held = true;
      tokens += 1;
      return () => {
        if (!held) return;
        held = false;
        tokens -= 1;
        settle();
      };
    },
    isBusy: () => tokens > 0,
    idle: () =>
      new Promise((resolve) => {
        waiting.push(resolve);
        settle();
      }),
  };
}

export { installDate } from './dateOverride';
