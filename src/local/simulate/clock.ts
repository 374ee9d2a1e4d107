import type { VirtualClock } from '../host';
import { virtualTimeline } from '../host/clock';
import { turnsPending } from '../host/turns';

/**
 * Time for a process without sockets: all that ever waits waits for this clock, so it may move as soon as nothing is left to be run. It
 * moves while an activity sleeps before a retry too, which a clock that counts work in progress could not.
 */
export function simulationClock(startAt: number): VirtualClock {
  return {
    ...virtualTimeline(startAt),
    busy: () => () => undefined,
    isBusy: turnsPending,
    idle: async () => {
      // Promises and process.nextTick run dry within a turn; what asks for another turn says so. One look more for what does not.
      for (let quiet = 0; quiet < 2; quiet = turnsPending() ? 0 : quiet + 1) await new Promise((resolve) => setImmediate(resolve));
    },
  };
}
