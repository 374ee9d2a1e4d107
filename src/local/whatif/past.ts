import type { TraceJob } from '../traces';
import type { Part, PartName } from './tasks';

const DAY = 86_400;
const AFTER_LAST = 3 * 3_600;

/**
 * The whole, and its two halves: settings are learned from the first and judged by the second, which begins at a midnight of the trace so
 * that hours of the day keep their place. Under two days it is the middle itself.
 */
export function partsOf(given: readonly TraceJob[], startAt: number, seconds: number | undefined): Readonly<Record<PartName, Part>> {
  const jobs = given.filter(({ arrivalSeconds }) => seconds === undefined || arrivalSeconds < seconds);
  const last = jobs.reduce((most, { arrivalSeconds }) => Math.max(most, arrivalSeconds), 0);
  const length = seconds ?? last + AFTER_LAST;
  const middle = last / 2;
  const split = middle < DAY ? Math.floor(middle) : Math.round(middle / DAY) * DAY;
  const isEarly = ({ arrivalSeconds }: TraceJob): boolean => arrivalSeconds < split;
  const moved = jobs.map((job) => ({ ...job, arrivalSeconds: job.arrivalSeconds - split }));
  return {
    all: { jobs, startAt, seconds: length, past: [] },
    learn: { jobs: jobs.filter(isEarly), startAt, seconds: split, past: [] },
    judge: {
      jobs: moved.filter(({ arrivalSeconds }) => arrivalSeconds >= 0),
      startAt: startAt + split * 1_000,
      seconds: length - split,
      past: moved.filter(({ arrivalSeconds }) => arrivalSeconds < 0),
    },
  };
}
