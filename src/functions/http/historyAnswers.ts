import type { DrainOutcome, DrainPhase, ZeroWindow } from '../../model/drain';
import type { DoneAct, LineAct } from '../../observe/ledger/line';

/**
 * What the history routes answer. Times are ISO 8601 in UTC. `next` is the cursor of the following page, null on the last; rows are in the
 * order of time, the newest first in `decisions` and `drains`, the oldest first in `history`. `lost`: lines of the ledger that could not be read.
 */
interface Page {
  readonly pool: string;
  readonly from: string;
  readonly to: string;
  readonly next: string | null;
  readonly lost: number;
}

/** One stretch of time. What no line tells is null; the counts are those at its end, `demand`, `waiting` and `unservedSeconds` the highest in it. */
export interface Bucket {
  readonly at: string;
  /** Jobs waiting, less those that no idle runner takes. */
  readonly demand: number | null;
  /** Jobs waiting. */
  readonly waiting: number | null;
  /** Runners that can take a job: idle and busy. */
  readonly active: number | null;
  readonly idle: number | null;
  readonly busy: number | null;
  readonly booting: number | null;
  readonly draining: number | null;
  /** VMs listed in the scale set. */
  readonly instances: number | null;
  /** sku.capacity. */
  readonly capacity: number | null;
  /** How long more jobs had waited than idle and booting runners could take. */
  readonly unservedSeconds: number | null;
  /** Ticks in it that did nothing for want of data to trust. */
  readonly held: number;
  /** Capacity writes that Azure took. */
  readonly scaleOuts: number;
  /** Runners whose drain rule 3 began. */
  readonly scaleIns: number;
}

export interface HistoryAnswer extends Page {
  /** Seconds of one bucket. */
  readonly resolution: number;
  readonly buckets: readonly Bucket[];
}

export interface DecisionRow {
  readonly at: string;
  readonly tick: string;
  readonly rule: string;
  readonly reason: string;
  readonly held: boolean;
  /** DRY_RUN was on: the acts are what would have been done. */
  readonly dryRun: boolean;
  readonly acts: readonly LineAct[];
  readonly done: readonly DoneAct[];
  /** Codes of the alerts that stood. */
  readonly alerts: readonly string[];
  /** Changes by others that this tick noticed. */
  readonly noticed: readonly string[];
}

export interface DecisionsAnswer extends Page {
  readonly decisions: readonly DecisionRow[];
}

export interface DrainRow {
  readonly id: string;
  readonly kind: string;
  readonly rule: string;
  readonly runner: string | null;
  readonly vm: string;
  readonly computerName: string;
  readonly startedAt: string;
  /** `over` once it has an outcome. */
  readonly phase: DrainPhase | 'over';
  readonly endedAt: string | null;
  readonly outcome: DrainOutcome | null;
  /** Why it waits, while it is under way. */
  readonly note: string | null;
  readonly steps: readonly { readonly at: string; readonly step: string; readonly answer: string }[];
  /** The readings that justified its deregistration. */
  readonly window: ZeroWindow | null;
}

export interface DrainsAnswer extends Page {
  readonly drains: readonly DrainRow[];
}

export interface RunnerRow {
  /** null: an instance that shows no runner. */
  readonly runner: string | null;
  readonly vm: string;
  readonly instance: string;
  readonly computerName: string | null;
  readonly state: 'idle' | 'busy' | 'booting' | 'draining' | 'disconnected' | 'without-runner' | 'deleting';
  /** Running and pending; null where that was not told, or no runner is shown. */
  readonly tasks: number | null;
  /** Since when it is in this state, as far as our readings tell. */
  readonly since: string;
  /** Of the instance: when its boot began. */
  readonly bornAt: string;
  readonly protected: boolean;
  readonly drain: string | null;
}

export interface RunnersAnswer {
  readonly pool: string;
  /** Of the reading; null before the first. */
  readonly at: string | null;
  readonly total: number;
  readonly next: string | null;
  readonly runners: readonly RunnerRow[];
}
