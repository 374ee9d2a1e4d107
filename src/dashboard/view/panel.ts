import uPlot from 'uplot';
import { stacked, type Column, type ColumnName, type Columns } from '../shape/columns';
import { h, setText } from './dom';
import { colorOf } from './theme';

/** One chart of the time axis: a title, a legend that shows the values at the cursor, and the plot. */

export interface PanelSeries {
  readonly name: ColumnName;
  readonly label: string;
  /** CSS variable of its colour. */
  readonly color: string;
  readonly kind: 'area' | 'line' | 'dashed';
}

export interface PanelShape {
  readonly id: string;
  readonly title: string;
  readonly height: number;
  readonly series: readonly PanelSeries[];
  /** Areas lie on each other. */
  readonly isStacked?: boolean;
  /** Where the value axis ends. */
  readonly top: (highest: number) => number;
  readonly say: (value: number) => string;
  /** The last panel has the time axis below it. */
  readonly hasTimes?: boolean;
}

export interface Panel {
  readonly element: HTMLElement;
  readonly plot: uPlot;
  show(columns: Columns, summary: string): void;
  /** Values of one point in the legend; null: the last ones. */
  point(index: number | null): void;
}

export interface PanelWiring {
  readonly sync: string;
  /** The time that is shown, in seconds; read anew at each drawing. */
  readonly view: () => readonly [number, number];
  readonly held: () => Columns['held'];
  readonly onPoint: (index: number | null) => void;
  readonly onZoom: (from: number, to: number) => void;
  readonly onReset: () => void;
  readonly width: () => number;
}

export const AXIS_WIDTH = 46;
export const TIMES_HEIGHT = 40;

export function createPanel(shape: PanelShape, wiring: PanelWiring): Panel {
  const values = shape.series.map(() => h('b', {}, '–'));
  const legend = h(
    'ul',
    { class: 'legend' },
    ...shape.series.map(({ label, color, kind }, index) =>
      h('li', {}, h('i', { class: `swatch ${kind} ${color.slice(2)}`, 'aria-hidden': 'true' }), label, ' ', values[index] ?? null),
    ),
  );
  const drawing = h('div', { class: 'plot', role: 'img' });
  const element = h(
    'figure',
    { class: 'panel', id: `panel-${shape.id}` },
    h('figcaption', {}, h('span', {}, shape.title), legend),
    drawing,
  );
  let columns: Columns | undefined;
  // Areas that lie on each other are painted from the top of the pile down, each over the foot of the one before.
  const order = shape.isStacked === true ? shape.series.toReversed() : shape.series;
  const plot = new uPlot(optionsOf(shape, order, wiring), [[]], drawing);

  function point(index: number | null): void {
    shape.series.forEach(({ name }, at) => {
      const column: Column = columns?.[name] ?? [];
      // The closing point repeats the bucket before it.
      const value = column[index ?? column.length - 1] ?? null;
      const node = values[at];
      if (node !== undefined) setText(node, value === null ? '–' : shape.say(value));
    });
  }

  return {
    element,
    plot,
    point,
    show(next, summary) {
      columns = next;
      drawing.setAttribute('aria-label', `${shape.title}. ${summary}`);
      const raw = shape.series.map(({ name }) => next[name]);
      const drawn = shape.isStacked === true ? stacked(raw).toReversed() : raw;
      plot.setData([[...next.x], ...drawn.map((column) => [...column])]);
      point(plot.cursor.idx ?? null);
    },
  };
}

function optionsOf(shape: PanelShape, order: readonly PanelSeries[], wiring: PanelWiring): uPlot.Options {
  const paths = uPlot.paths.stepped?.({ align: 1 });
  const series = order.map(({ color, kind }): uPlot.Series => ({
    ...(paths === undefined ? {} : { paths }),
    stroke: () => colorOf(color),
    // In a pile the areas speak, not their outlines.
    width: shape.isStacked === true ? 0 : 1.5,
    points: { show: false },
    ...(kind === 'area' ? { fill: () => colorOf(shape.isStacked === true ? color : `${color}-soft`) } : {}),
    ...(kind === 'dashed' ? { dash: [5, 4] } : {}),
  }));
  return {
    width: wiring.width(),
    height: shape.height + (shape.hasTimes === true ? TIMES_HEIGHT : 0),
    legend: { show: false },
    padding: [8, 10, shape.hasTimes === true ? 0 : 8, 0],
    cursor: {
      sync: { key: wiring.sync },
      drag: { x: true, y: false, setScale: false },
      points: { show: false },
      bind: { dblclick: () => () => (wiring.onReset(), null) },
    },
    scales: {
      x: { time: true, range: () => [...wiring.view()] as [number, number] },
      y: { range: (_plot, _low, high) => [0, shape.top(high ?? 0)] },
    },
    axes: [timeAxis(shape.hasTimes === true), valueAxis(shape)],
    series: [{}, ...series],
    hooks: {
      drawClear: [(plot) => shadeHeld(plot, wiring.held())],
      setCursor: [(plot) => wiring.onPoint(plot.cursor.idx ?? null)],
      setSelect: [(plot) => select(plot, wiring)],
    },
  };
}

export function timeAxis(isShown: boolean): uPlot.Axis {
  return {
    stroke: () => colorOf('--muted'),
    grid: { stroke: () => colorOf('--grid'), width: 1 },
    ticks: { show: false },
    font: AXIS_FONT,
    size: isShown ? TIMES_HEIGHT : 0,
    space: 70,
    values: isShown
      ? [
          [86_400, '{D} {MMM}', null, null, null, null, null, null, 1],
          [3_600, '{HH}:{mm}', '\n{D} {MMM}', null, '\n{D} {MMM}', null, null, null, 1],
          [60, '{HH}:{mm}', '\n{D} {MMM}', null, '\n{D} {MMM}', null, null, null, 1],
          [1, '{HH}:{mm}:{ss}', '\n{D} {MMM}', null, '\n{D} {MMM}', null, null, null, 1],
        ]
      : (_plot, splits) => splits.map(() => ''),
  };
}

const AXIS_FONT = '11px ui-sans-serif, system-ui, sans-serif';

function valueAxis({ say, height }: PanelShape): uPlot.Axis {
  return {
    stroke: () => colorOf('--muted'),
    grid: { stroke: () => colorOf('--grid'), width: 1 },
    ticks: { show: false },
    font: AXIS_FONT,
    size: AXIS_WIDTH,
    gap: 6,
    // Two or three lines, whatever the unit: the ends of the axes are round numbers, and so are their halves and quarters.
    splits: (_plot, _axis, _low, high) =>
      height > 120 && high % 4 === 0 ? [0, high / 4, high / 2, (3 * high) / 4, high] : [0, high / 2, high],
    values: (_plot, splits) => splits.map(say),
  };
}

/** Times in which nothing was done for want of data to trust. */
function shadeHeld(plot: uPlot, held: Columns['held']): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.fillStyle = colorOf('--held');
  for (const { from, to } of held) {
    const left = plot.valToPos(from / 1000, 'x', true);
    ctx.fillRect(left, bbox.top, Math.max(2, plot.valToPos(to / 1000, 'x', true) - left), bbox.height);
  }
  ctx.restore();
}

function select(plot: uPlot, { onZoom }: PanelWiring): void {
  const { left, width } = plot.select;
  if (width < 6) return;
  onZoom(plot.posToVal(left, 'x'), plot.posToVal(left + width, 'x'));
  plot.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
}
