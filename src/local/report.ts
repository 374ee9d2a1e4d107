import type { WorldMetrics } from './world/measure';

/** What the app's own log tells about its run. */
export interface RunCounts {
  readonly scaleOuts: number;
  readonly scaleIns: number;
  readonly ticks: number;
  readonly heldTicks: number;
}

/** The last line of `--json`. */
export interface RunReport extends RunCounts {
  readonly jobs: number;
  readonly jobsDone: number;
  readonly jobsKilled: number;
  readonly jobsOpen: number;
  /** Of the open ones, those that arrived two hours or more before the end. */
  readonly jobsOverdue: number;
  readonly waitSeconds: { readonly mean: number; readonly p50: number; readonly p95: number; readonly max: number };
  readonly vmHours: number;
  readonly vmsRequested: number;
  readonly orphanVms: number;
  readonly ghostRunners: number;
  readonly simulatedSeconds: number;
}

const OVERDUE_MS = 2 * 3_600_000;

export function toReport(metrics: WorldMetrics, counts: RunCounts): RunReport {
  const { scaleOuts, scaleIns, ticks, heldTicks } = counts;
  return {
    jobs: metrics.jobs,
    jobsDone: metrics.jobsDone,
    jobsKilled: metrics.jobsKilled,
    jobsOpen: metrics.jobsOpen,
    jobsOverdue: metrics.jobTimes.filter((job) => job.endedAt === undefined && job.arrivedAt <= metrics.now - OVERDUE_MS).length,
    waitSeconds: waitsOf(metrics.waits),
    vmHours: round(metrics.vmHours, 2),
    vmsRequested: metrics.vmsRequested,
    scaleOuts,
    scaleIns,
    orphanVms: metrics.orphanVms,
    ghostRunners: metrics.ghostRunners,
    ticks,
    heldTicks,
    simulatedSeconds: Math.round((metrics.now - metrics.startedAt) / 1_000),
  };
}

const round = (value: number, digits: number): number => Number(value.toFixed(digits));

function waitsOf(waits: readonly number[]): RunReport['waitSeconds'] {
  const sorted = waits.toSorted((a, b) => a - b);
  // The nearest rank: the smallest wait that at least this share of the jobs does not exceed.
  const rank = (share: number): number => round(sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0, 1);
  const mean = sorted.length === 0 ? 0 : sorted.reduce((sum, wait) => sum + wait, 0) / sorted.length;
  return { mean: round(mean, 1), p50: rank(0.5), p95: rank(0.95), max: rank(1) };
}

const WIDTH = 100;
const LABEL = 12;
const COLUMNS = WIDTH - LABEL - 2;
const ROWS = 3;
const BLOCKS = ' ▁▂▃▄▅▆▇█';

/** The picture of the day and the figures below it, within 100 columns. */
export function formatReport(metrics: WorldMetrics, counts: RunCounts): string {
  const report = toReport(metrics, counts);
  return [
    ...chart('queue', metrics, 1),
    ...chart('runners', metrics, 2),
    ...chart('VMs', metrics, 3),
    axis(metrics),
    '',
    ...outcome(report, ` · ${String(report.scaleOuts)} scale-outs · ${String(report.scaleIns)} scale-ins`),
    `loop      ${String(report.ticks)} ticks (${String(report.heldTicks)} held) in ${span(report.simulatedSeconds)}`,
  ].join('\n');
}

function outcome(report: RunReport, scaled: string): readonly string[] {
  const { waitSeconds: wait } = report;
  const left = report.jobsOpen === 0 ? '' : `, ${String(report.jobsOpen)} not over`;
  return [
    `jobs      ${String(report.jobsDone)} of ${String(report.jobs)} done, ${String(report.jobsKilled)} killed${left}`,
    `wait      mean ${span(wait.mean)} · median ${span(wait.p50)} · 95 % ${span(wait.p95)} · longest ${span(wait.max)}`,
    `fleet     ${report.vmHours.toFixed(1)} VM-hours · ${String(report.vmsRequested)} VMs${scaled}`,
    `leftovers ${String(report.orphanVms)} orphan VMs · ${String(report.ghostRunners)} ghost runners`,
  ];
}

/** What came of a world that ran `speed` times as fast on a real clock, in its own time. What the app did is not known to it. */
export function formatWorld(metrics: WorldMetrics, speed: number): string {
  const own = { ...metrics, waits: metrics.waits.map((wait) => wait * speed), vmHours: metrics.vmHours * speed };
  return outcome(toReport(own, { scaleOuts: 0, scaleIns: 0, ticks: 0, heldTicks: 0 }), '').join('\n');
}

/** The running summary: one line. */
export function summaryOf(metrics: WorldMetrics): string {
  const waiting = metrics.samples.at(-1)?.[1] ?? 0;
  const { mean } = waitsOf(metrics.waits);
  const done = `${String(metrics.jobsDone)} of ${String(metrics.jobs)} jobs done`;
  return `${done}, ${String(waiting)} waiting · mean wait ${span(mean)} · ${metrics.vmHours.toFixed(1)} VM-hours`;
}

/** "45s", "3m 20s", "2h 05m", "7d 0h" */
function span(seconds: number): string {
  const whole = Math.round(seconds);
  const [days, hours, minutes] = [Math.floor(whole / 86_400), Math.floor(whole / 3_600) % 24, Math.floor(whole / 60) % 60];
  if (days > 0) return `${String(days)}d ${String(hours)}h`;
  if (hours > 0) return `${String(hours)}h ${String(minutes).padStart(2, '0')}m`;
  return minutes > 0 ? `${String(minutes)}m ${String(whole % 60).padStart(2, '0')}s` : `${String(whole)}s`;
}

/** One small chart: the highest value within each column, three rows high. */
function chart(name: string, metrics: WorldMetrics, of: 1 | 2 | 3): string[] {
  const values = columns(metrics, of);
  const top = Math.max(1, ...values);
  const rows = Array.from({ length: ROWS }, (_, row) => {
    const floor = ROWS - 1 - row;
    return values.map((value) => block((value / top) * ROWS - floor, value > 0 && floor === 0)).join('');
  });
  const labels = [`${name} ${String(Math.max(0, ...values))}`, '', '0'];
  return rows.map((row, at) => `${(labels[at] ?? '').padStart(LABEL)} │${row}`.trimEnd());
}

/** `level`: 0 to 1 of this row; what is there at all shows in the lowest row. */
function block(level: number, some: boolean): string {
  const eighths = Math.round(Math.min(1, Math.max(0, level)) * 8);
  return BLOCKS[some ? Math.max(1, eighths) : eighths] ?? ' ';
}

function columns(metrics: WorldMetrics, of: 1 | 2 | 3): number[] {
  const length = Math.max(1, metrics.now - metrics.startedAt);
  const values: number[] = [];
  let at = 0;
  let held = 0;
  for (let column = 0; column < COLUMNS; column += 1) {
    const until = metrics.startedAt + ((column + 1) * length) / COLUMNS;
    let most = held;
    for (let next = metrics.samples[at]; next !== undefined && next[0] < until; next = metrics.samples[at]) {
      held = next[of];
      most = Math.max(most, held);
      at += 1;
    }
    values.push(most);
  }
  return values;
}

/** Times under the charts: of day, or with the day where it lasts longer than two. */
function axis(metrics: WorldMetrics): string {
  const length = metrics.now - metrics.startedAt;
  const marks = 5;
  let line = '';
  for (let mark = 0; mark < marks; mark += 1) {
    const iso = new Date(metrics.startedAt + (length * mark) / marks).toISOString();
    const text = length > 2 * 86_400_000 ? `${iso.slice(5, 10)} ${iso.slice(11, 16)}` : iso.slice(11, 16);
    line = line.padEnd(Math.round((COLUMNS * mark) / marks)) + `╵${text}`;
  }
  return `${' '.repeat(LABEL + 2)}${line}`;
}
