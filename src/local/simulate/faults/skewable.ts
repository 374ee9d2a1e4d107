import type { HostClock } from '../../host';

export interface SkewableClock extends HostClock {
  /** From now on it shows this much more (ms) than the clock below it. */
  skew(ms: number): void;
}

/** The host's own clock beside the world's. A jump does not move what is already due: storage keeps the time of queues and timers. */
export function skewable(clock: HostClock): SkewableClock {
  let offset = 0;
  return {
    now: () => clock.now() + offset,
    at: (time, run) => clock.at(time - offset, run),
    busy: () => clock.busy(),
    skew: (ms) => void (offset = ms),
  };
}
