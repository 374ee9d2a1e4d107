import type { Runner } from '../data/answers';

export const STATE_NAMES: Readonly<Record<string, string>> = {
  idle: 'Idle',
  busy: 'Busy',
  booting: 'Booting',
  draining: 'Draining',
  disconnected: 'Disconnected',
  'without-runner': 'Without a runner',
  deleting: 'Deleting',
};

/** Those to look at first: what is out of order, then what is on its way, then the rest. */
const ORDER = ['without-runner', 'disconnected', 'draining', 'deleting', 'booting', 'busy', 'idle'];

/** The runners that hold each word of the search somewhere, in the order in which they deserve a look. */
export function matching(runners: readonly Runner[], search: string): readonly Runner[] {
  const words = search
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const holds = ({ runner, vm, computerName, state }: Runner): boolean => {
    const text = `${runner ?? ''} ${vm} ${computerName} ${STATE_NAMES[state] ?? ''} ${state}`.toLowerCase();
    return words.every((word) => text.includes(word));
  };
  const rank = ({ state }: Runner): number => ORDER.indexOf(state);
  return runners.filter(holds).toSorted((a, b) => rank(a) - rank(b) || (a.bornAt ?? 0) - (b.bornAt ?? 0) || (a.vm < b.vm ? -1 : 1));
}
