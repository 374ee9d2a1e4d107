import type { SimulationResult } from './run';

/** Of a simulating process, after a full collection: what is still in use tells of a leak, what the system gave it of its peaks. */
export interface MemoryOfDay {
  /** Simulated days that are over. */
  readonly day: number;
  readonly heapMb: number;
  /** Of it the simulated storage's: certificates, ledgers, and the histories that the app keeps for HISTORY_RETENTION_DAYS. */
  readonly storedMb: number;
  readonly rssMb: number;
}

/** One seed's result with what it took. */
export interface RunReport extends SimulationResult {
  readonly cpuSeconds: number;
  /** After each simulated day, of runs longer than one. */
  readonly memory: readonly MemoryOfDay[];
}

export const sumOf = (reports: readonly RunReport[], of: (report: RunReport) => number): number =>
  reports.reduce((all, report) => all + of(report), 0);

export const total = (faults: Readonly<Record<string, number>>): number => Object.values(faults).reduce((all, count) => all + count, 0);

/** Ticks a second; of no time at all, none. */
export const rateOf = (ticks: number, seconds: number): number => (seconds > 0 ? Math.round(ticks / seconds) : 0);

/** One line for one seed, whatever became of it. */
export function lineOf(report: RunReport): string {
  const verdict = report.violations.length === 0 ? 'holds' : `BREAKS ${report.violations[0]?.invariant ?? ''}`;
  const did = `${report.simulatedDays.toFixed(1)} days, ${String(report.ticks)} ticks, ${String(report.jobs)} jobs, ${String(total(report.faults))} faults`;
  const memory = report.memory.map(({ heapMb, storedMb }) => `${String(heapMb)} (${String(storedMb)} stored)`).join(' ');
  return `seed ${String(report.seed)} ${verdict}: ${did}${memory === '' ? '' : `; MB in use by day: ${memory}`}`;
}

/** The object of --json. `seconds` on the wall, all processes together. */
// eslint-disable-next-line @typescript-eslint/explicit-module-boundary-types -- the keys are the documentation
export function summarize(reports: readonly RunReport[], seconds: number) {
  const faults: Record<string, number> = {};
  for (const report of reports) for (const [name, count] of Object.entries(report.faults)) faults[name] = (faults[name] ?? 0) + count;
  const ticks = sumOf(reports, (report) => report.ticks);
  return {
    runs: reports.length,
    simulatedDays: sumOf(reports, (report) => report.simulatedDays),
    /** Days under faults times pools: the calm after them counts for nothing. */
    fleetDays: sumOf(reports, (report) => report.fleetDays),
    ticks,
    heldTicks: sumOf(reports, (report) => report.heldTicks),
    jobs: sumOf(reports, (report) => report.jobs),
    /** By others: Azure, operators, the original. One by us is a violation. */
    jobsKilled: sumOf(reports, (report) => report.jobsKilled),
    faults,
    violations: reports.flatMap(({ seed, violations }) =>
      violations.map(({ invariant, at, what }) => ({ invariant, seed, at: new Date(at).toISOString(), what })),
    ),
    /** Of all processes together, on the wall. */
    ticksPerSecond: rateOf(ticks, seconds),
    /** Of one process: what a second of processor time brings. */
    ticksPerCpuSecond: rateOf(
      ticks,
      sumOf(reports, (report) => report.cpuSeconds),
    ),
    ...memoryOf(reports),
  };
}

function memoryOf(reports: readonly RunReport[]): { memory?: unknown } {
  const memory = reports.filter((report) => report.memory.length > 0).map(({ seed, memory: days }) => ({ seed, days }));
  return memory.length === 0 ? {} : { memory };
}
