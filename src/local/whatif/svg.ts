import { namesOf, type Report } from './report';

interface Point {
  readonly x: number;
  readonly y: number;
  readonly name: string;
  readonly kind: 'row' | 'front' | 'recommended' | 'online' | 'no-withdrawal' | 'clairvoyant';
}

const WIDTH = 900;
const HEIGHT = 560;
const MARGIN = { left: 70, right: 30, top: 40, bottom: 60 };
const COLOURS: Record<Point['kind'], string> = {
  row: '#9aa5b1',
  front: '#1f6feb',
  recommended: '#1a7f37',
  online: '#bf5700',
  'no-withdrawal': '#d4a72c',
  clairvoyant: '#8250df',
};
const WORDS: Record<Point['kind'], string> = {
  row: 'a setting',
  front: 'not beaten in both',
  recommended: 'recommended',
  online: 'online policy',
  'no-withdrawal': 'without withdrawal',
  clairvoyant: 'clairvoyant policy',
};

/** Mean wait over VM-hours: each setting, the front, the recommendation, and the bounds beside them. */
export function drawSvg(report: Report): string {
  const points = pointsOf(report);
  const [maxX, maxY] = [niceTop(Math.max(1, ...points.map(({ x }) => x))), niceTop(Math.max(1, ...points.map(({ y }) => y)))];
  const x = (value: number): string => (MARGIN.left + (value / maxX) * (WIDTH - MARGIN.left - MARGIN.right)).toFixed(1);
  const y = (value: number): string => (HEIGHT - MARGIN.bottom - (value / maxY) * (HEIGHT - MARGIN.top - MARGIN.bottom)).toFixed(1);
  const line = (kind: Point['kind']): string => {
    const along = points.filter((point) => point.kind === kind).sort((a, b) => a.x - b.x);
    if (along.length < 2) return '';
    return `<polyline fill="none" stroke="${COLOURS[kind]}" stroke-dasharray="4 3" points="${along.map((each) => `${x(each.x)},${y(each.y)}`).join(' ')}"/>`;
  };
  const ticks = [0, 0.25, 0.5, 0.75, 1];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${String(WIDTH)} ${String(HEIGHT)}" font-family="system-ui, sans-serif" font-size="13">`,
    '<title>Mean wait and VM-hours by setting</title>',
    `<rect width="${String(WIDTH)}" height="${String(HEIGHT)}" fill="#ffffff"/>`,
    ...ticks.flatMap((share) => [
      `<line x1="${x(0)}" x2="${x(maxX)}" y1="${y(share * maxY)}" y2="${y(share * maxY)}" stroke="#e5e7eb"/>`,
      `<text x="${String(MARGIN.left - 8)}" y="${y(share * maxY)}" text-anchor="end" dominant-baseline="middle">${String(share * maxY)}</text>`,
      `<text x="${x(share * maxX)}" y="${String(HEIGHT - MARGIN.bottom + 20)}" text-anchor="middle">${String(share * maxX)}</text>`,
    ]),
    `<text x="${String(WIDTH / 2)}" y="${String(HEIGHT - 14)}" text-anchor="middle">VM-hours</text>`,
    `<text transform="translate(18 ${String(HEIGHT / 2)}) rotate(-90)" text-anchor="middle">mean wait, seconds</text>`,
    ...(['front', 'online', 'no-withdrawal', 'clairvoyant'] as const).map(line),
    ...points.map(
      (point) =>
        `<circle cx="${x(point.x)}" cy="${y(point.y)}" r="${point.kind === 'recommended' ? '7' : '4'}" fill="${COLOURS[point.kind]}"><title>${escape(point.name)}: ${point.y.toFixed(0)} s, ${point.x.toFixed(1)} VM-hours</title></circle>`,
    ),
    ...Object.entries(WORDS).map(
      ([kind, words], at) =>
        `<circle cx="${String(MARGIN.left + at * 140)}" cy="20" r="5" fill="${COLOURS[kind as Point['kind']]}"/><text x="${String(MARGIN.left + at * 140 + 10)}" y="24">${words}</text>`,
    ),
    '</svg>\n',
  ].join('\n');
}

function pointsOf({ rows, recommended, bounds }: Report): readonly Point[] {
  const beside = bounds.flatMap(({ name, vmHours, waitSeconds }): Point[] => {
    const kind = (['online', 'no-withdrawal'] as const).find((each) => name.startsWith(each)) ?? 'clairvoyant';
    return waitSeconds === undefined ? [] : [{ x: vmHours, y: waitSeconds.mean, name, kind }];
  });
  const settings = rows.map((row): Point => ({
    x: row.vmHours,
    y: row.waitSeconds.mean,
    name: namesOf(row.settings),
    kind: row.pareto ? 'front' : 'row',
  }));
  const best: Point[] =
    recommended === null
      ? []
      : [{ x: recommended.row.vmHours, y: recommended.row.waitSeconds.mean, name: namesOf(recommended.settings), kind: 'recommended' }];
  return [...beside, ...settings, ...best];
}

/** The next of 1, 2, 4, 8 times a power of ten: quarters of it are whole enough to be read. */
function niceTop(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 4, 8, 10].map((step) => step * power).find((top) => top >= value) ?? 10 * power;
}

const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
