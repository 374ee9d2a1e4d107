import type { Bound } from './bounds/bounds';
import { paretoOf, distanceOf, type Distance } from './compare';
import { waitsOf, type Figures, type WaitSeconds } from './figures';
import type { Recommendation } from './recommend';
import type { Assignments } from './settings';

export interface Row extends Figures {
  readonly settings: Assignments;
  /** VM_HOURLY_COST × VM-hours; absent where that is not set. */
  readonly cost?: number;
  /** No other row has both less mean wait and fewer VM-hours. */
  readonly pareto: boolean;
  readonly distance: Distance;
}

export interface BoundFigures {
  readonly name: string;
  readonly meaning: string;
  readonly vmHours: number;
  readonly waitSeconds?: WaitSeconds;
}

/** The last line of `--json`. */
export interface Report {
  readonly rows: readonly Row[];
  readonly recommended: (Recommendation & { readonly row: Row }) | null;
  readonly bounds: readonly BoundFigures[];
}

export interface Measured {
  readonly settings: Assignments;
  readonly figures: Figures;
}

export function reportOf(
  measured: readonly Measured[],
  recommended: (Recommendation & { readonly all: Figures }) | undefined,
  bounds: readonly Bound[],
): Report {
  const listed = [...measured, ...(recommended === undefined ? [] : [{ settings: recommended.settings, figures: recommended.all }])];
  const front = paretoOf(listed.map(({ figures }) => figures));
  const rows = listed.map(({ settings, figures }): Row => {
    const price = settings['VM_HOURLY_COST'];
    return {
      settings,
      ...figures,
      ...(price === undefined ? {} : { cost: Number((figures.vmHours * Number(price)).toFixed(2)) }),
      pareto: front.has(figures),
      distance: distanceOf(figures, bounds),
    };
  });
  return {
    rows: rows.slice(0, measured.length),
    recommended: recommended === undefined ? null : withoutAll(recommended, rows.at(-1) as Row),
    bounds: bounds.map(({ name, meaning, vmHours, waits }) => ({
      name,
      meaning,
      vmHours: Number(vmHours.toFixed(2)),
      ...(waits === undefined ? {} : { waitSeconds: waitsOf(waits) }),
    })),
  };
}

function withoutAll(
  { all: _, ...recommendation }: Recommendation & { readonly all: Figures },
  row: Row,
): Recommendation & { readonly row: Row } {
  return { ...recommendation, row };
}

const HEAD = ['', 'mean', 'p50', 'p95', 'max', 'VM-hours', 'idle', 'out', 'in', 'vs online', 'settings'];

/** For people: the rows, the bounds beside them, and the recommendation. `*` marks those that no other beats in both wait and VM-hours. */
export function textOf({ rows, recommended, bounds }: Report): string {
  const lines = [
    HEAD,
    ...rows.map((row) => cells(row, namesOf(row.settings))),
    ...(recommended === null ? [] : [cells(recommended.row, '→ recommended, below')]),
  ];
  const beside = bounds.map(({ name, meaning, vmHours, waitSeconds }) => [
    '',
    ...(waitSeconds === undefined
      ? ['–', '–', '–', '–']
      : [waitSeconds.mean, waitSeconds.p50, waitSeconds.p95, waitSeconds.max].map((wait) => wait.toFixed(0))),
    vmHours.toFixed(1),
    ...['', '', '', ''],
    `${name}: ${meaning}`,
  ]);
  return [
    'Waits in seconds, from arrival to start. vs online: VM-hours above the policy that acts at the arrival itself, at the same mean wait.',
    ...table([...lines, ...beside]),
    ...(recommended === null ? [] : ['', ...adviceOf(recommended)]),
  ].join('\n');
}

function cells(
  { waitSeconds: wait, vmHours, idleShare, scaleOuts, scaleIns, cost, pareto, distance }: Row,
  names: string,
): readonly string[] {
  const online = distance.online === undefined ? '–' : `${distance.online > 0 ? '+' : ''}${distance.online.toFixed(1)}`;
  const numbers = [
    wait.mean.toFixed(0),
    wait.p50.toFixed(0),
    wait.p95.toFixed(0),
    wait.max.toFixed(0),
    vmHours.toFixed(1),
    `${(100 * idleShare).toFixed(0)} %`,
  ];
  return [
    pareto ? '*' : '',
    ...numbers,
    scaleOuts.toFixed(0),
    scaleIns.toFixed(0),
    online,
    `${names}${cost === undefined ? '' : ` (cost ${String(cost)})`}`,
  ];
}

export const namesOf = (settings: Assignments): string =>
  Object.entries(settings)
    .map(([variable, value]) => `${variable}=${value}`)
    .join(' ');

/** The last column is text, the others numbers. */
function table(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = HEAD.map((_, at) => Math.max(...rows.map((row) => (row[at] ?? '').length)));
  return rows.map((row) =>
    row
      .map((cell, at) => (at === row.length - 1 ? cell : cell.padStart(widths[at] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

function adviceOf({ lines, because, judged, gain, tried, meetsGoal }: Recommendation): readonly string[] {
  const { today, recommended } = judged;
  const change = (value: number, unit: string): string => `${Math.abs(value).toFixed(1)} ${unit} ${value >= 0 ? 'less' : 'more'}`;
  return [
    ...(lines.length === 0 ? ['(the defaults)'] : lines),
    '',
    `${because} Chosen by the first half out of ${String(tried)} settings. In the second half, which it was not chosen by:`,
    `  today        mean wait ${today.waitSeconds.mean.toFixed(0)} s, p95 ${today.waitSeconds.p95.toFixed(0)} s, ${today.vmHours.toFixed(1)} VM-hours`,
    `  recommended  mean wait ${recommended.waitSeconds.mean.toFixed(0)} s, p95 ${recommended.waitSeconds.p95.toFixed(0)} s, ${recommended.vmHours.toFixed(1)} VM-hours: ${change(gain.waitSecondsMean, 's')} mean wait, ${change(gain.vmHours, 'VM-hours')}`,
    ...(meetsGoal ? [] : ['  The target is missed there: no setting that was tried is sure of it.']),
  ];
}
