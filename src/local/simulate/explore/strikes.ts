import type { Death, Effect } from './effects';

const MINUTE = 60_000;

/** What can happen at one effect. */
export interface Strike {
  readonly name: string;
  readonly sentence: string;
  fits(effect: Effect): boolean;
  /** How the app's process ends, and for how many ms it is away. */
  readonly death?: Death;
  readonly downMs?: number;
  /** An activity is delivered once more so many ms later, to whichever host runs then; 0: beside itself. */
  readonly againMs?: number;
}

const isActivity = (effect: Effect): boolean => effect.activity !== undefined;

export const STRIKES: readonly Strike[] = [
  {
    name: 'crash',
    sentence: 'The app is killed right after it, and back after five seconds.',
    fits: () => true,
    death: 'after',
    downMs: 5_000,
  },
  {
    name: 'outage',
    sentence: 'The app is killed right after it, and back after ten minutes.',
    fits: () => true,
    death: 'after',
    downMs: 10 * MINUTE,
  },
  {
    name: 'torn',
    sentence: 'The app is killed within the checkpoint: its messages are out, nothing else is stored.',
    fits: ({ sends }) => sends === true,
    death: 'torn',
    downMs: 5_000,
  },
  {
    name: 'unacknowledged',
    sentence: 'The app is killed within the checkpoint: all is stored, and what it worked on comes again.',
    fits: ({ ends }) => ends === true,
    death: 'unacknowledged',
    downMs: 5_000,
  },
  { name: 'twice', sentence: 'The activity is delivered twice at once.', fits: isActivity, againMs: 0 },
  ...[2, 10, 60].map((minutes) => ({
    name: `late-${String(minutes)}`,
    sentence: `The activity is delivered once more ${String(minutes)} minutes later.`,
    fits: isActivity,
    againMs: minutes * MINUTE,
  })),
];

export const strikeOf = (name: string): Strike => {
  const strike = STRIKES.find((each) => each.name === name);
  if (strike === undefined)
    throw new RangeError(`--with: there is no strike "${name}"; there are ${STRIKES.map((each) => each.name).join(', ')}.`);
  return strike;
};
