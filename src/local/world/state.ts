import type { WorldClock } from './clock';
import type { WorldFaults } from './faults';
import type { WorldFlags } from './flags';
import type { Random } from './random';
import type { TokenBucket } from './throttle';

export type Mode = 'Uniform' | 'Flexible';

/** stopping: its work is done and its last logs go out, while its runner already reads zero. */
export type JobState = 'waiting' | 'pending' | 'running' | 'stopping' | 'done' | 'killed';

export interface Job {
  readonly index: number;
  readonly arrivedAt: number;
  readonly durationMs: number;
  state: JobState;
  startedAt: number | undefined;
  endedAt: number | undefined;
  vm: Vm | undefined;
  cancel: () => void;
}

export interface Vm {
  /** Order of creation: pages of lists continue by it. */
  readonly seq: number;
  /** Changes where Azure makes a VM again under another id (resilient create). */
  id: string;
  readonly vmId: string;
  readonly computerName: string;
  readonly ip: string;
  readonly requestedAt: number;
  provisioningState: 'Creating' | 'Succeeded' | 'Failed' | 'Deleting';
  power: 'starting' | 'running' | 'stopped' | 'deallocated';
  /** Its agent can work. */
  alive: boolean;
  /** By when its runner should be registered. */
  registerDue: number;
  deregisteredAt: number | undefined;
  /** The registration that its agent uses. */
  entry: Entry | undefined;
  readonly jobs: Set<Job>;
  /** An accepted delete, or the lower capacity that it fell to, has lowered sku.capacity by it. */
  uncounted?: true;
  /** Uniform: its protectionPolicy. */
  protection: { protectFromScaleIn: boolean; protectFromScaleSetActions: boolean };
  tags: Record<string, string>;
  cancels: (() => void)[];
}

export interface Entry {
  readonly runnerId: string;
  readonly arn: string;
  readonly vm: Vm;
  readonly registeredAt: number;
  status: string;
  connected: boolean;
  /** As the platform tells them; of a dead VM they stay as they were. */
  running: number;
  pending: number;
}

export interface Operation {
  readonly id: string;
  readonly startedAt: number;
  /** Undefined while it runs. */
  endedAt: number | undefined;
  failure: { readonly code: string; readonly message: string } | undefined;
  /** single: of one VM by its own address, beside which other deletes may run. */
  readonly kind: 'growth' | 'delete' | 'single';
}

export type WorldEventKind =
  | 'job-arrived'
  | 'job-placed'
  | 'job-started'
  | 'job-stopping'
  | 'job-done'
  | 'job-killed'
  | 'vm-requested'
  | 'vm-running'
  | 'vm-failed'
  | 'vm-deleting'
  | 'vm-died'
  | 'vm-gone'
  | 'runner-registered'
  | 'runner-status'
  | 'runner-deregistered'
  | 'runner-disconnected'
  | 'runner-connected'
  | 'capacity';

export interface WorldEvent {
  readonly at: number;
  readonly pool: string;
  readonly kind: WorldEventKind;
  /** Runner id, instance id, job index or capacity. */
  readonly subject: string;
  readonly vmId?: string;
  readonly note?: string;
  /** Who did it, where nobody asked for it over the API: a person, the original. */
  readonly by?: string;
}

export interface Env {
  readonly clock: WorldClock;
  readonly flags: WorldFlags;
  readonly faults: WorldFaults;
  readonly emit: (event: WorldEvent) => void;
}

/** [time, jobs waiting, runners listed, VMs] */
export type Sample = readonly [number, number, number, number];

export interface PoolSpec {
  readonly name: string;
  readonly group?: string;
  readonly vmssName?: string;
  readonly mode?: Mode;
  readonly initialRunners?: number;
  readonly tasksPerRunner?: number;
}

/** One runner group with its scale set: everything that is true, whether or not anybody can see it. */
export interface PoolState {
  readonly env: Env;
  readonly random: Random;
  readonly name: string;
  readonly group: string;
  readonly vmssName: string;
  readonly mode: Mode;
  readonly slots: number;
  uniqueId: string;
  capacity: number;
  etag: number;
  nextSeq: number;
  /** In order of creation; without those that are gone. */
  readonly vms: Map<string, Vm>;
  /** In order of registration. */
  readonly entries: Map<string, Entry>;
  readonly waiting: Job[];
  readonly jobs: Job[];
  readonly operations: Map<string, Operation>;
  /** Merged into the scale set's properties as ARM tells them. */
  properties: Record<string, unknown>;
  readonly registrationErrors: string[];
  /** What else in the resource group writes to this scale set. */
  readonly neighbours: { readonly kind: 'autoscalesettings' | 'standbyvirtualmachinepools'; readonly name: string }[];
  readonly buckets: Map<string, TokenBucket>;
  readonly startedAt: number;
  /** Milliseconds of VMs that are gone. */
  vmMs: number;
  vmsRequested: number;
  readonly samples: Sample[];
}

export const seconds = (count: number): number => count * 1_000;

export function emit(pool: PoolState, kind: WorldEventKind, subject: string, more: Pick<WorldEvent, 'vmId' | 'note' | 'by'> = {}): void {
  pool.env.emit({ at: pool.env.clock.now(), pool: pool.name, kind, subject, ...more });
}

const SAMPLE_MS = 60_000;

/** Remembers what the picture of the day shows; at most one sample a minute, the last of it. */
export function sample(pool: PoolState): void {
  const now = pool.env.clock.now();
  const last = pool.samples.at(-1);
  const next: Sample = [now, pool.waiting.length, pool.entries.size, pool.vms.size];
  if (last === undefined || Math.floor(last[0] / SAMPLE_MS) !== Math.floor(now / SAMPLE_MS)) pool.samples.push(next);
  else pool.samples[pool.samples.length - 1] = next;
}
