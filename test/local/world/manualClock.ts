import type { WorldClock } from '../../../src/local/world/clock';

/** Time that a test moves by hand; what is due runs in order of its time, then of its making. */
export interface ManualClock extends WorldClock {
  /** Moves on, running whatever falls due on the way. */
  pass(seconds: number): void;
}

export function manualClock(start = Date.UTC(2025, 0, 6)): ManualClock {
  let time = start;
  let made = 0;
  const timers = new Map<number, { readonly due: number; readonly run: () => void }>();
  return {
    now: () => time,
    at: (due, run) => {
      made += 1;
      const id = made;
      timers.set(id, { due: Math.max(due, time), run });
      return () => void timers.delete(id);
    },
    pass: (seconds) => {
      const until = time + seconds * 1_000;
      for (;;) {
        const [next] = [...timers].filter(([, timer]) => timer.due <= until).sort(([a, one], [b, other]) => one.due - other.due || a - b);
        if (next === undefined) break;
        timers.delete(next[0]);
        time = next[1].due;
        next[1].run();
      }
      time = until;
    },
  };
}
