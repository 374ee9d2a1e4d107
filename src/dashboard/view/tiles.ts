import type { PoolStatus } from '../data/answers';
import { money, number, price } from '../shape/format';
import { byId, h, setHidden, setText } from './dom';

export interface Usage {
  readonly vmHours: number;
  /** Of the time shown, e.g. "last 6 hours". */
  readonly spoken: string;
}

/** The numbers of the moment, in the colours of the charts. */
export function createTiles(): { show(status: PoolStatus): void; use(usage: Usage | undefined, hourlyCost: number | null): void } {
  const place = byId('tiles');
  const tile = (label: string, color: string): { value: HTMLElement; below: HTMLElement; element: HTMLElement } => {
    const value = h('dd', { class: 'value' });
    const below = h('dd', { class: 'below' });
    const swatch = color === '' ? null : h('i', { class: `swatch area ${color}`, 'aria-hidden': 'true' });
    return { value, below, element: h('div', { class: 'tile' }, h('dt', {}, swatch, label), value, below) };
  };
  const waiting = tile('Jobs waiting', 'waiting');
  const busy = tile('Busy', 'busy');
  const idle = tile('Idle', 'idle');
  const booting = tile('Booting', 'booting');
  const draining = tile('Draining', 'draining');
  const vms = tile('VMs', 'vms');
  const hours = tile('VM-hours', '');
  const cost = tile('Cost', '');
  place.append(h('dl', {}, ...[waiting, busy, idle, booting, draining, vms, hours, cost].map(({ element }) => element)));
  return {
    show({ counts }) {
      setText(waiting.value, number(counts?.demand ?? null));
      setText(busy.value, number(counts?.busy ?? null));
      setText(idle.value, number(counts?.idle ?? null));
      setText(booting.value, number(counts?.booting ?? null));
      setText(draining.value, number(counts?.draining ?? null));
      setText(vms.value, number(counts?.instances ?? null));
      setText(vms.below, counts === null ? '' : `capacity ${number(counts.capacity)}`);
      const unhealthy = counts?.unhealthy ?? 0;
      setText(busy.below, unhealthy > 0 ? `${number(unhealthy)} unhealthy` : '');
    },
    use(usage, hourlyCost) {
      setText(hours.value, number(usage?.vmHours ?? null));
      setText(hours.below, usage?.spoken ?? '');
      setHidden(cost.element, hourlyCost === null);
      if (hourlyCost === null) return;
      setText(cost.value, usage === undefined ? number(null) : money(usage.vmHours * hourlyCost));
      setText(cost.below, `at ${price(hourlyCost)} a VM hour`);
    },
  };
}
