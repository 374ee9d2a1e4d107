/** The time of the simulated world. Given from outside, so that the world runs in real, scaled or virtual time. */
export interface WorldClock {
  /** Epoch milliseconds. */
  now(): number;
  /** Runs `run` once `time` has come, never synchronously; the returned function cancels it. */
  at(time: number, run: () => void): () => void;
}
