import uPlot from 'uplot';
import { clustered, near, type Mark, type MarkKind } from '../shape/marks';
import { clock, plural } from '../shape/format';
import { KIND_NAMES } from '../shape/mode';
import { h } from './dom';
import { AXIS_WIDTH, timeAxis, type PanelWiring } from './panel';
import { colorOf } from './theme';

/** The decisions on the time axis: up for out, down for in, a diamond for repairs, a bar where a hold began; the reasons beside the cursor. */

export interface Lane {
  readonly element: HTMLElement;
  readonly plot: uPlot;
  show(marks: readonly Mark[]): void;
  /** Shows what lies at a time (epoch seconds), or nothing. */
  point(at: number | null): void;
}

const HEIGHT = 52;
const NEAR_PIXELS = 9;
const MOST_TOLD = 3;

const COLORS: Readonly<Record<MarkKind, string>> = { out: '--out', in: '--in', repair: '--repair', hold: '--hold' };
const ROWS: Readonly<Record<MarkKind, number>> = { out: 0.24, repair: 0.52, hold: 0.52, in: 0.78 };
const SHAPES: Readonly<Record<MarkKind, string>> = { out: '▲', in: '▼', repair: '◆', hold: '▮' };

export function createLane(wiring: PanelWiring, now: () => number, onPick: (mark: Mark) => void): Lane {
  const drawing = h('div', { class: 'plot', role: 'img', 'aria-label': 'Decisions; the list below names each with its reason.' });
  const keys = (['out', 'in', 'repair', 'hold'] as const).map((kind) =>
    h('li', {}, h('i', { class: `shape ${kind}`, 'aria-hidden': 'true' }, SHAPES[kind]), KIND_NAMES[kind]),
  );
  const element = h(
    'figure',
    { class: 'panel', id: 'panel-decisions' },
    h('figcaption', {}, h('span', {}, 'Decisions'), h('ul', { class: 'legend' }, ...keys)),
    drawing,
  );
  const tip = h('div', { class: 'tip', hidden: true });
  let all: readonly Mark[] = [];
  let shown: readonly Mark[] = [];

  const plot = new uPlot(
    {
      width: wiring.width(),
      height: HEIGHT,
      legend: { show: false },
      padding: [0, 10, 0, 0],
      cursor: {
        sync: { key: wiring.sync },
        drag: { x: true, y: false, setScale: false },
        points: { show: false },
        y: false,
        bind: { dblclick: () => () => (wiring.onReset(), null) },
      },
      scales: { x: { time: true, range: () => [...wiring.view()] as [number, number] }, y: { range: [0, 1] } },
      axes: [timeAxis(false), { size: AXIS_WIDTH, values: () => [], splits: [], grid: { show: false }, ticks: { show: false } }],
      series: [{}, { show: true, points: { show: false }, width: 0 }],
      hooks: {
        draw: [drawMarks],
        setCursor: [({ cursor }) => point(cursor.left === undefined || cursor.left < 0 ? null : plot.posToVal(cursor.left, 'x'))],
        setSelect: [
          ({ select }) => {
            if (select.width >= 6) wiring.onZoom(plot.posToVal(select.left, 'x'), plot.posToVal(select.left + select.width, 'x'));
            plot.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
          },
        ],
      },
    },
    [[], []],
    drawing,
  );
  plot.over.append(tip);
  plot.over.addEventListener('click', () => {
    const at = plot.posToVal(plot.cursor.left ?? -1, 'x') * 1000;
    const [mark] = near(shown, at, msOf(NEAR_PIXELS));
    if (mark !== undefined) onPick(mark);
  });

  function msOf(pixels: number): number {
    const [from, to] = wiring.view();
    return ((to - from) * 1000 * pixels) / Math.max(1, plot.over.clientWidth);
  }

  function drawMarks(self: uPlot): void {
    const { ctx, bbox } = self;
    const [from, to] = wiring.view();
    shown = clustered(
      all.filter(({ at }) => at >= from * 1000 && at <= to * 1000),
      msOf(7),
    );
    ctx.save();
    for (const { at, kind, decisions } of shown) {
      const x = self.valToPos(at / 1000, 'x', true);
      const y = bbox.top + bbox.height * ROWS[kind];
      ctx.fillStyle = colorOf(COLORS[kind]);
      ctx.fill(pathOf(kind, x, y, uPlot.pxRatio * (decisions.length > 1 ? 6 : 4.5)));
    }
    ctx.restore();
  }

  function point(at: number | null): void {
    const found = at === null ? [] : near(shown, at * 1000, msOf(NEAR_PIXELS));
    tip.hidden = found.length === 0;
    if (at === null || found.length === 0) return;
    tip.replaceChildren(...told(found, now()));
    const x = plot.valToPos(at, 'x');
    const isRight = x > plot.over.clientWidth / 2;
    tip.style.setProperty('left', isRight ? 'auto' : `${x + 10}px`);
    tip.style.setProperty('right', isRight ? `${plot.over.clientWidth - x + 10}px` : 'auto');
  }

  return {
    element,
    plot,
    point,
    show(marks) {
      all = marks;
      plot.setData([[...wiring.view()], [null, null]]);
    },
  };
}

function told(marks: readonly Mark[], now: number): readonly HTMLElement[] {
  const all = marks.flatMap(({ kind, decisions }) => decisions.map((decision) => ({ kind, decision })));
  const lines = all
    .slice(0, MOST_TOLD)
    .map(({ kind, decision }) =>
      h(
        'p',
        {},
        h('b', { class: `kind ${kind}` }, `${SHAPES[kind]} ${KIND_NAMES[kind]}`),
        ` ${clock(decision.at, now, true)} `,
        h('span', {}, decision.reason),
      ),
    );
  const more = all.length - lines.length;
  return more > 0 ? [...lines, h('p', { class: 'more' }, `and ${plural(more, 'more decision')} here`)] : lines;
}

function pathOf(kind: MarkKind, x: number, y: number, r: number): Path2D {
  const path = new Path2D();
  const corners: Readonly<Record<MarkKind, readonly (readonly [number, number])[]>> = {
    out: [
      [0, -r],
      [r, r * 0.8],
      [-r, r * 0.8],
    ],
    in: [
      [0, r],
      [r, -r * 0.8],
      [-r, -r * 0.8],
    ],
    repair: [
      [0, -r],
      [r, 0],
      [0, r],
      [-r, 0],
    ],
    hold: [
      [-r * 0.45, -r],
      [r * 0.45, -r],
      [r * 0.45, r],
      [-r * 0.45, r],
    ],
  };
  corners[kind].forEach(([dx, dy], index) => (index === 0 ? path.moveTo(x + dx, y + dy) : path.lineTo(x + dx, y + dy)));
  path.closePath();
  return path;
}
