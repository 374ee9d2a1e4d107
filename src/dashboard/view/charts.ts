import type { Bucket, Decision } from '../data/answers';
import { coarser, columnsOf, spoken, topOfCounts, topOfSeconds, type Columns } from '../shape/columns';
import { clock, duration, number } from '../shape/format';
import { marksOf, type Mark } from '../shape/marks';
import type { Range } from '../shape/range';
import { byId, setHidden, setText } from './dom';
import { createLane } from './lane';
import { createPanel, type Panel, type PanelShape, type PanelWiring } from './panel';
import { createNumbers } from './numbers';

export interface Charts {
  show(buckets: readonly Bucket[], resolutionSeconds: number, decisions: readonly Decision[], range: Range, now: number): void;
  /** Takes the colours of another theme. */
  redraw(): void;
}

/** "1:30" would be read as a time of day: seconds below two minutes, then minutes, then hours. */
const waitOf = (seconds: number): string => (seconds === 0 ? '0' : duration(seconds).replace(/ 00 min$/, ''));

const counts = (highest: number): number => topOfCounts(highest, 4);
const seconds = (highest: number): number => topOfSeconds(highest, 120);

const SHAPES: readonly PanelShape[] = [
  {
    ...{ id: 'queue', title: 'Queue', height: 110, top: counts, say: number },
    series: [{ name: 'waiting', label: 'jobs waiting', color: '--waiting', kind: 'area' }],
  },
  {
    ...{ id: 'runners', title: 'Runners', height: 170, top: counts, say: number, isStacked: true },
    series: [
      { name: 'busy', label: 'busy', color: '--busy', kind: 'area' },
      { name: 'idle', label: 'idle', color: '--idle', kind: 'area' },
      { name: 'booting', label: 'booting', color: '--booting', kind: 'area' },
      { name: 'draining', label: 'draining', color: '--draining', kind: 'area' },
    ],
  },
  {
    ...{ id: 'vms', title: 'VMs', height: 100, top: counts, say: number },
    series: [
      { name: 'instances', label: 'listed', color: '--vms', kind: 'line' },
      { name: 'capacity', label: 'capacity', color: '--capacity', kind: 'dashed' },
    ],
  },
  {
    ...{ id: 'waits', title: 'Waits', height: 90, top: seconds, say: waitOf, hasTimes: true },
    series: [{ name: 'unserved', label: 'jobs unserved for', color: '--unserved', kind: 'area' }],
  },
];

const LEAST_WIDTH = 260;

export function createCharts(onPick: (mark: Mark) => void): Charts {
  const place = byId('charts');
  const unzoom = byId('unzoom');
  const numbers = createNumbers();
  let range: Range = { from: 0, to: 1 };
  let zoom: Range | undefined;
  let columns: Columns = columnsOf([], 60);
  let now = 0;
  /** Where the keyboard is, as an index of the columns. */
  let at: number | undefined;

  const wiring: PanelWiring = {
    sync: 'time',
    view: () => [(zoom ?? range).from / 1000, (zoom ?? range).to / 1000],
    held: () => columns.held,
    width: () => Math.max(LEAST_WIDTH, place.clientWidth),
    onPoint: showPoint,
    onZoom: (from, to) => setZoom({ from: from * 1000, to: to * 1000 }),
    onReset: () => setZoom(undefined),
  };
  const lane = createLane(wiring, () => now, onPick);
  const panels: readonly Panel[] = SHAPES.map((shape) => createPanel(shape, wiring));
  const plots = [lane.plot, ...panels.map(({ plot }) => plot)];
  place.append(lane.element, ...panels.map(({ element }) => element));
  unzoom.addEventListener('click', () => {
    setZoom(undefined);
    place.focus();
  });
  place.addEventListener('keydown', onKey);
  new ResizeObserver(() => plots.forEach((plot) => plot.setSize({ width: wiring.width(), height: plot.height }))).observe(place);

  function showPoint(index: number | null): void {
    for (const panel of panels) panel.point(index);
    const x = index === null ? undefined : columns.x[index];
    setText(byId('readout'), x === undefined ? '' : clock(x * 1000, now));
  }

  function setZoom(to: Range | undefined): void {
    zoom = to;
    setHidden(unzoom, to === undefined);
    const [min, max] = wiring.view();
    for (const plot of plots) plot.setScale('x', { min, max });
  }

  function onKey(event: KeyboardEvent): void {
    const last = columns.x.length - 2;
    const step = event.shiftKey ? 10 : 1;
    const from = at ?? last + 1;
    const targets: Readonly<Record<string, number>> = { ArrowLeft: from - step, ArrowRight: from + step, Home: 0, End: last };
    const target = targets[event.key];
    if (target === undefined || last < 0) return;
    event.preventDefault();
    at = Math.max(0, Math.min(last, target));
    const x = columns.x[at] ?? 0;
    for (const plot of plots) plot.setCursor({ left: plot.valToPos(x, 'x'), top: 10 });
    setText(byId('spoken'), sentenceAt(at));
  }

  function sentenceAt(index: number): string {
    const said = SHAPES.flatMap(({ series, say, title }) =>
      series.map(({ name, label }) => {
        const value = columns[name][index] ?? null;
        return `${title} ${label} ${value === null ? 'unknown' : say(value)}`;
      }),
    );
    return `${clock((columns.x[index] ?? 0) * 1000, now)}: ${said.join(', ')}.`;
  }

  function summaryOf({ series, say }: PanelShape): string {
    return series.map(({ name, label }) => spoken(label, columns[name], columns.x, say, (ms) => clock(ms, now))).join('; ');
  }

  return {
    show(buckets, resolutionSeconds, decisions, nextRange, nextNow) {
      const isOther = nextRange.to - nextRange.from !== range.to - range.from;
      range = nextRange;
      now = nextNow;
      if (isOther) setZoom(undefined);
      columns = columnsOf(buckets, resolutionSeconds);
      lane.show(marksOf(decisions));
      panels.forEach((panel, index) => panel.show(columns, summaryOf(SHAPES[index] as PanelShape)));
      numbers.show(coarser(buckets, 96), now);
    },
    redraw: () => plots.forEach((plot) => plot.redraw(false)),
  };
}
