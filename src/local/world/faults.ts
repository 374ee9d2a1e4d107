import type { Service, WorldRequest, WorldResponse } from './exchange';
import type { Entry, Job, PoolState, Vm } from './state';

/** What is done to one request. `status`, `reset` and `hang` answer in place of the service, which then never sees the request. */
export interface RequestFault {
  /** On the world's clock, before the service sees the request. */
  readonly delayMs?: number;
  readonly status?: number;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly reset?: boolean;
  readonly hang?: boolean;
  /** The service does it, and the connection breaks before its answer. */
  readonly loseAnswer?: boolean;
  /** The service answers success at once and does it this much later. */
  readonly applyAfterMs?: number;
}

export interface VmFault {
  readonly bootSeconds?: number;
  readonly registerSeconds?: number;
  /** Never runs, stays Creating. */
  readonly neverBoots?: boolean;
  /** Runs, and no runner ever shows. */
  readonly neverRegisters?: boolean;
  /** provisioningState Failed after its boot. */
  readonly fails?: boolean;
  /** Name or id of an earlier VM. */
  readonly computerName?: string;
}

export interface AzureFailure {
  readonly code: string;
  readonly message: string;
}

/** The request is taken and fails later: it shows in the operation's result alone. `create`: VMs that come nevertheless. */
export interface GrowthFault extends AzureFailure {
  readonly create: number;
}

/**
 * `refuse`: answered so at once. `failure`: taken, and the VMs stay; `halfway`: they are dead then and Failed. `flips`: on its way each VM
 * reads Failed so many times. `seconds`: how long it takes.
 */
export interface DeleteFault {
  readonly refuse?: AzureFailure & { readonly status: number };
  readonly failure?: AzureFailure;
  readonly halfway?: boolean;
  readonly flips?: number;
  readonly seconds?: number;
}

export interface TaskFault {
  readonly pendingSeconds?: number;
  readonly stopSeconds?: number;
}

/** What is done to one request to blob storage. */
export type StoreFault =
  /** Another writer was quicker: the blob's ETag moves, its text stays. */
  | { readonly kind: 'overtaken' }
  /** Nothing happens, and the storage says so. */
  | { readonly kind: 'refused'; readonly code: 'store-forbidden' | 'store-unavailable'; readonly text: string }
  /** It happens, and its answer is lost. */
  | { readonly kind: 'answer-lost' };

export type StoreOperation = 'read' | 'write' | 'append' | 'list' | 'delete';

/**
 * Points where a simulation makes the world hostile. All are asked synchronously and in the world's order, so that a seeded
 * implementation stays reproducible. Deeds (evictions, flaps, an engineer in the portal) are in mishaps.ts.
 */
export interface WorldFaults {
  onRequest?(service: Service, request: WorldRequest): RequestFault | undefined;
  /** Sees and may replace every answer of a service: stale copies, cut lists, missing or absurd fields. */
  onAnswer?(service: Service, request: WorldRequest, response: WorldResponse): WorldResponse | undefined;
  onVm?(pool: PoolState, vm: Vm): VmFault | undefined;
  onGrowth?(pool: PoolState, wanted: number): GrowthFault | undefined;
  onDelete?(pool: PoolState, vms: readonly Vm[]): DeleteFault | undefined;
  onTask?(pool: PoolState, job: Job, entry: Entry): TaskFault | undefined;
  /** False: no runner takes this job now (demand that nobody takes). */
  mayTake?(pool: PoolState, job: Job): boolean;
  /** False: this job is not placed on this runner now. */
  mayPlace?(pool: PoolState, job: Job, entry: Entry): boolean;
  onStore?(operation: StoreOperation, name: string): StoreFault | undefined;
  /** How long a token lasts; a day if absent. */
  tokenSeconds?(): number | undefined;
  /** Added to every time that the service tells. */
  skewMs?(service: Service): number;
}
