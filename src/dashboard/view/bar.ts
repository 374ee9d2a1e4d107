import type { PoolStatus } from '../data/answers';
import { modeOf } from '../shape/mode';
import { RANGES } from '../shape/range';
import { byId, h, keyedRows, setHidden, setText, type Row } from './dom';

/** The chooser of the pool, the time that is shown, and whether the page reads on. */

export function createPoolChooser(onChoose: (pool: string) => void): (pools: readonly PoolStatus[], chosen: string) => void {
  const select = byId('pool') as HTMLSelectElement;
  select.addEventListener('change', () => onChoose(select.value));
  const showOptions = keyedRows<PoolStatus>(
    select,
    ({ pool }) => pool,
    ({ pool }): Row<PoolStatus> => {
      const option = h('option', { value: pool });
      return { element: option, update: (status) => setText(option, labelOf(status)) };
    },
  );
  return (pools, chosen) => {
    setHidden(byId('chooser'), pools.length === 0);
    showOptions(pools);
    if (select.value !== chosen) select.value = chosen;
  };
}

function labelOf({ pool, mode, alerts }: PoolStatus): string {
  const what = mode === 'running' ? '' : ` – ${modeOf(mode).label.toLowerCase()}`;
  return `${pool}${what}${alerts.length === 0 ? '' : ` – ${alerts.length === 1 ? '1 alert' : `${alerts.length} alerts`}`}`;
}

export function createRangeChooser(chosen: string, onChoose: (id: string) => void): void {
  byId('ranges').append(
    ...RANGES.map(({ id, label, spoken }) => {
      const input = h('input', { type: 'radio', name: 'range', value: id, 'aria-label': spoken, change: () => onChoose(id) });
      input.checked = id === chosen;
      return h('label', {}, input, h('span', {}, label));
    }),
  );
}

export interface LiveButton {
  /** `read`: when it was read last, as a text. */
  show(read: string, isStale: boolean): void;
}

export function createLiveButton(onChange: (isLive: boolean) => void): LiveButton {
  const button = byId('live');
  let isLive = true;
  let last = '';
  let stale = false;
  const draw = (): void => {
    setHidden(button, false);
    button.setAttribute('aria-pressed', String(isLive));
    button.classList.toggle('stale', stale);
    setText(button, isLive ? (stale ? `Not read since ${last}` : `Live ${last}`) : `Updates off ${last}`);
  };
  button.addEventListener('click', () => {
    isLive = !isLive;
    draw();
    onChange(isLive);
  });
  return {
    show(read, isStale) {
      if (!isStale) last = read;
      stale = isStale;
      draw();
    },
  };
}
