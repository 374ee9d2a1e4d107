import type { Drain } from '../data/answers';

/** The way of a drain, as its steps are named to people; `phase` of the API in the second place. */
const STEPS: readonly [string, readonly string[]][] = [
  ['Marked', ['recorded', 'marking']],
  ['Waits for its tasks', ['waiting']],
  ['Committed', ['committed']],
  ['Deregistered', ['deregistered']],
  ['Deleting the VM', ['deleting']],
];

export interface DrainProgress {
  readonly label: string;
  /** Steps begun, of {@link DRAIN_STEPS}; 0 where it goes back. */
  readonly step: number;
  /** The drain is not committed: it can be given back. */
  readonly canRelease: boolean;
}

export const DRAIN_STEPS = STEPS.length;

export function progressOf({ phase }: Pick<Drain, 'phase'>): DrainProgress {
  if (phase === 'givingBack') return { label: 'Goes back to work', step: 0, canRelease: false };
  const at = STEPS.findIndex(([, phases]) => phases.includes(phase));
  if (at === -1) return { label: phase, step: 0, canRelease: false };
  return { label: STEPS[at]?.[0] ?? phase, step: at + 1, canRelease: at < 2 };
}

const OUTCOMES: Readonly<Record<string, string>> = {
  deleted: 'VM deleted',
  'given-back': 'Given back to work',
  'reactivated-by-hand': 'Set active by hand',
  'runner-replaced': 'VM back under a new runner',
  'instance-gone': 'VM was gone',
  'not-wanted': 'No longer wanted',
  refused: 'Refused',
  expired: 'Expired',
};

export const outcomeOf = (outcome: string): string => OUTCOMES[outcome] ?? outcome;
