import type { TraceJob } from '../traces';
import { figuresOf, type Figures } from './figures';
import type { FleetModel } from './fleetModel';
import { foresightOf } from './foresight';
import { settingsOf, type Assignments } from './settings';
import { simulatePool } from './simulate';

/** A stretch of the past on its own: its jobs count from its own zero. */
export interface Part {
  readonly jobs: readonly TraceJob[];
  /** Epoch ms of its zero. */
  readonly startAt: number;
  /** Simulated seconds. */
  readonly seconds: number;
  /** What came before it, counted from its zero, so negative: a forecast has learned from that. */
  readonly past: readonly TraceJob[];
}

/** What every task shares. */
export interface Past {
  readonly parts: Readonly<Record<PartName, Part>>;
  readonly fleet: FleetModel;
  readonly seed: number;
  readonly runs: number;
}

/** learn: settings are chosen by it. judge: the rest, by which they are judged. */
export type PartName = 'all' | 'learn' | 'judge';

export interface Task {
  readonly settings: Assignments;
  readonly part: PartName;
}

/** Throws SettingsError. */
export function runTask({ parts, fleet, seed, runs }: Past, task: Task): Figures {
  const settings = settingsOf(task.settings);
  const { jobs, startAt, seconds } = parts[task.part];
  const foresight = foresightOf(settings, parts[task.part], task.part);
  const forecast = foresight === undefined ? {} : { forecast: foresight };
  const results = Array.from({ length: runs }, (_, run) =>
    simulatePool({
      jobs,
      settings,
      fleet,
      seed: seed + run,
      startAt,
      seconds,
      firstTick: (run / runs) * settings.durations.poll,
      ...forecast,
    }),
  );
  return figuresOf(results);
}
