import type { DrainRecord } from '../model/drain';
import type { Runner, RunnerGroup } from '../ports/runnerService';
import type { Instance, OperationResult, ScaleSetState } from '../ports/scaleSet';
import type { PoolSettings } from '../settings/settings';

/** What one poll read: everything, or why not. Never a part. */
export type Reading = CompleteReading | FailedReading;

export interface CompleteReading {
  readonly kind: 'complete';
  readonly group: RunnerGroup;
  readonly state: ScaleSetState;
  readonly instances: readonly Instance[];
  /** Of the last growth while it is not over. */
  readonly operation: OperationResult | undefined;
  /** Direct looks at the instances that `checkNext` asked for. */
  readonly ghostChecks: Readonly<Record<string, 'absent' | 'present'>>;
}

export interface FailedReading {
  readonly kind: 'failed';
  readonly code: string;
  readonly text: string;
  readonly retryAfterMs: number | undefined;
  readonly side: 'stackguardian' | 'azure' | 'store' | 'owner';
}

/** One complete reading, as far as memory learns from it. */
export interface Observed {
  readonly settings: PoolSettings;
  /** The recorded drains of this binding. */
  readonly records: readonly DrainRecord[];
  readonly runners: readonly Runner[];
  readonly instances: readonly Instance[];
  /** Jobs waiting. */
  readonly waiting: number;
  readonly ghostChecks: Readonly<Record<string, 'absent' | 'present'>>;
  readonly now: number;
}

/** The same reading in one order, each entry once: a decision must not depend on how a list was sorted, nor on pages that overlap. */
export function inOrder(reading: CompleteReading): CompleteReading {
  const instances = [...new Map(reading.instances.map((one) => [one.vmId, one])).values()].sort(by((one) => one.vmId));
  const { runners } = reading.group;
  return { ...reading, instances, group: runners === undefined ? reading.group : { ...reading.group, runners: eachOnce(runners) } };
}

function eachOnce(runners: readonly Runner[]): readonly Runner[] {
  const found = new Map<string, Runner>();
  for (const runner of runners) {
    const twin = found.get(runner.runnerId);
    found.set(runner.runnerId, twin === undefined ? runner : merged(twin, runner));
  }
  return [...found.values()].sort(by((runner) => runner.runnerId));
}

/** Two entries of one RunnerId: what they disagree on is unknown. */
function merged(a: Runner, b: Runner): Runner {
  const agreed = <K extends keyof Runner>(key: K): Runner[K] | undefined => (a[key] === b[key] ? a[key] : undefined);
  return {
    runnerId: a.runnerId,
    status: agreed('status'),
    connected: agreed('connected'),
    runningTasks: agreed('runningTasks'),
    pendingTasks: agreed('pendingTasks'),
    computerName: agreed('computerName'),
  };
}

const by =
  <T>(key: (item: T) => string) =>
  (a: T, b: T): number =>
    key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0;
