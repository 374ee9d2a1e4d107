/** What a mode means for the person who reads it. */

export type Tone = 'good' | 'note' | 'warn' | 'bad';

export interface Mode {
  readonly label: string;
  readonly tone: Tone;
  readonly meaning: string;
}

const MODES: Readonly<Record<string, Mode>> = {
  running: { label: 'Running', tone: 'good', meaning: 'The loop reads, decides and acts.' },
  paused: { label: 'Paused', tone: 'warn', meaning: 'The loop decides and does not act on what is paused.' },
  'dry-run': { label: 'Dry run', tone: 'note', meaning: 'The loop decides and shows, and changes nothing (DRY_RUN).' },
  stopped: { label: 'Stopped', tone: 'warn', meaning: 'An operator stopped the loop; POST start begins it again.' },
  suspended: { label: 'Suspended', tone: 'warn', meaning: 'The orchestration is suspended; POST start resumes it.' },
  'not started': {
    label: 'Not started',
    tone: 'note',
    meaning: 'No loop was started yet; the keeper starts it within a minute if AUTO_START is on.',
  },
  'not running': { label: 'Not running', tone: 'bad', meaning: 'The loop ended by itself; the keeper starts it anew within minutes.' },
  'not in the settings': { label: 'Not in the settings', tone: 'note', meaning: 'The pool left the settings; what is left of it ends.' },
  'invalid settings': { label: 'Invalid settings', tone: 'bad', meaning: 'The settings cannot be used, so nothing scales.' },
};

export const modeOf = (mode: string): Mode => MODES[mode] ?? { label: mode, tone: 'note', meaning: '' };

/** "scale-out/threshold" → what kind of decision it is. */
export type DecisionKind = 'out' | 'in' | 'repair' | 'hold' | 'wait' | 'steady';

export function kindOf(rule: string): DecisionKind {
  if (rule.startsWith('hold/')) return 'hold';
  if (rule.endsWith('/waits')) return 'wait';
  if (rule.startsWith('scale-out/')) return 'out';
  if (rule.startsWith('scale-in/')) return 'in';
  return rule === 'steady' ? 'steady' : 'repair';
}

export const KIND_NAMES: Readonly<Record<DecisionKind, string>> = {
  out: 'Scale out',
  in: 'Scale in',
  repair: 'Repair',
  hold: 'Held',
  wait: 'Waiting',
  steady: 'Steady',
};
