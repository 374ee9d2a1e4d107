import type { Bucket } from '../data/answers';
import { clock, duration, number } from '../shape/format';
import { byId, h } from './dom';

/** What the charts show, as a table: for screen readers, and to copy. */

const COLUMNS: readonly [string, (bucket: Bucket) => string][] = [
  ['Waiting', ({ demand, waiting }) => number(waiting ?? demand)],
  ['Busy', ({ busy }) => number(busy)],
  ['Idle', ({ idle }) => number(idle)],
  ['Booting', ({ booting }) => number(booting)],
  ['Draining', ({ draining }) => number(draining)],
  ['VMs', ({ instances }) => number(instances)],
  ['Capacity', ({ capacity }) => number(capacity)],
  ['Unserved for', ({ unservedSeconds }) => (unservedSeconds === null ? number(null) : duration(unservedSeconds))],
  ['Scale-outs', ({ scaleOuts }) => number(scaleOuts)],
  ['Scale-ins', ({ scaleIns }) => number(scaleIns)],
  ['Held', ({ held }) => (held ? 'yes' : '')],
];

export function createNumbers(): { show(buckets: readonly Bucket[], now: number): void } {
  const details = byId('numbers') as HTMLDetailsElement;
  const place = details.querySelector('.scroll') as HTMLElement;
  let latest: readonly Bucket[] = [];
  let now = 0;

  /** Built only while it is open: a thousand cells that nobody sees cost each refresh. */
  function draw(): void {
    if (!details.open) return;
    const heads = ['From', ...COLUMNS.map(([name]) => name)].map((name) => h('th', { scope: 'col' }, name));
    const rows = latest
      .toReversed()
      .map((bucket) =>
        h('tr', {}, h('th', { scope: 'row' }, clock(bucket.at, now)), ...COLUMNS.map(([, say]) => h('td', {}, say(bucket)))),
      );
    const caption = h('caption', {}, 'Newest first. Where a line stands for several readings, it has the highest of each.');
    place.replaceChildren(h('table', { class: 'numbers' }, caption, h('thead', {}, h('tr', {}, ...heads)), h('tbody', {}, ...rows)));
  }

  details.addEventListener('toggle', draw);
  return {
    show(buckets, at) {
      latest = buckets;
      now = at;
      draw();
    },
  };
}
