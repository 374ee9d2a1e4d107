import type { HistoryEvent, ParentInstance } from './history';

export type RuntimeStatus = 'Pending' | 'Running' | 'Suspended' | 'Completed' | 'Failed' | 'Terminated' | 'Canceled' | 'ContinuedAsNew';

export const isOver = (status: RuntimeStatus): boolean =>
  status === 'Completed' || status === 'Failed' || status === 'Terminated' || status === 'Canceled';

/** One orchestration, or one entity (`@name@key`). Rows are never changed in place. Values are JSON text. */
export interface InstanceRow {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly executionId: string;
  readonly status: RuntimeStatus;
  readonly input: string | null;
  readonly output: string | null;
  readonly customStatus: string | null;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly parent: ParentInstance | null;
  readonly generation: number;
  /** Entities only; null when the entity does not exist. */
  readonly state: string | null;
}

interface Queued {
  readonly id: number;
  /** Instance id or entity id that works on it (for an activity: that gets the answer). */
  readonly target: string;
  readonly visibleAt: number;
}

/** Something for an orchestration's history. Without an execution id it is for whichever execution runs. */
export interface ControlMessage extends Queued {
  readonly queue: 'control';
  readonly executionId?: string;
  readonly event: HistoryEvent;
}

export interface ActivityMessage extends Queued {
  readonly queue: 'work';
  readonly executionId: string;
  readonly name: string;
  readonly input: string;
  readonly taskId: number;
}

export interface EntityMessage extends Queued {
  readonly queue: 'entity';
  readonly operation: string;
  readonly input: string | null;
  readonly isSignal: boolean;
  readonly requestId: string;
  readonly caller?: { readonly instanceId: string; readonly executionId: string };
}

export type Message = ControlMessage | ActivityMessage | EntityMessage;

/** What one step has brought about; all of it is stored, or nothing. */
export interface Commit {
  readonly now: number;
  readonly done?: readonly number[];
  readonly sent?: readonly Message[];
  readonly row?: InstanceRow;
  /** Rows of history as JSON text; `replace` drops what was there before. */
  readonly history?: { readonly replace: boolean; readonly rows: readonly string[] };
  readonly purged?: readonly string[];
}

export interface Snapshot {
  /** The host's time at the last commit: a restarted host's clock should not begin earlier. */
  readonly now: number;
  readonly nextMessageId: number;
  readonly instances: readonly { readonly row: InstanceRow; readonly history: readonly string[] }[];
  /** In the order they were sent; `lockedUntil` is in the future for what was at work when the host died. */
  readonly messages: readonly { readonly message: Message; readonly lockedUntil: number }[];
}

/** Where the state lives. The engine keeps a working copy in memory and reads this only at its start. */
export interface HostStorage {
  load(): Snapshot;
  commit(change: Commit): void;
  /** Marks messages as being worked on: until then they are hidden from a host that starts after a crash. */
  lock(messages: readonly number[], until: number): void;
  close(): void;
}
