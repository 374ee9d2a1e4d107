import type { PoolRules } from '../rules';
import type { Service, WorldAnswer, WorldRequest } from '../../world/exchange';
import type { Entry, PoolState, Vm, WorldEvent } from '../../world/state';
import type { World } from '../../world/world';

export interface Violation {
  readonly invariant: string;
  /** Epoch ms. */
  readonly at: number;
  readonly what: string;
}

export interface ToldRunner {
  readonly runnerId: string;
  readonly status: string;
  readonly connected: boolean;
}

/** One reading of a runner group as the app got it. */
export interface Told {
  readonly at: number;
  readonly runners: readonly ToldRunner[];
}

/** What the judges may look at: the world as it is, what it told, what was asked of it, and what others did beside us. */
export interface Court {
  readonly world: World;
  now(): number;
  /** By the clock of the app's host, which may be off. */
  appNow(): number;
  /** A number among a pool's app settings, its default included. */
  setting(pool: string, variable: string): number;
  rules(pool: string): PoolRules;
  /** When an app setting was last changed, or a mode by an operator; -Infinity if never. */
  lastChange(): number;
  /** Readings of the last ten minutes, the newest last. */
  told(pool: string): readonly Told[];
  /** Whether somebody else had this runner, VM or pool in hand within so many ms. */
  touched(subject: string, withinMs: number): boolean;
  /** How late an act may come after its decision, in ms: next to nothing in a calm world, minutes where the engine is hostile. */
  readonly slackMs: number;
  /** No fault is switched on. */
  readonly isCalm: boolean;
  report(invariant: string, what: string): void;
}

export interface Asked {
  readonly service: Service;
  readonly request: WorldRequest;
  /** 0 is the app itself, others came beside it. */
  readonly app: number;
}

export interface Watch {
  onEvent?(event: WorldEvent, pool: PoolState): void;
  /** As it reaches the service, before that acts. */
  onRequest?(asked: Asked): void;
  onAnswer?(asked: Asked, answer: WorldAnswer): void;
  onLine?(line: string): void;
  /** Every ten simulated minutes. */
  onLook?(): void;
}

/** One sentence of the specification, and the code that watches it. */
export interface Judge {
  readonly invariant: string;
  readonly sentence: string;
  watch(court: Court): Watch;
}

export const MINUTE = 60_000;

export const vmOf = (pool: PoolState, vmId: string | undefined): Vm | undefined => [...pool.vms.values()].find((vm) => vm.vmId === vmId);

/** The entry that a living agent listens to, connected. */
export const inService = (vm: Vm): Entry | undefined => (vm.alive && vm.entry?.connected === true ? vm.entry : undefined);

export const jobsOn = (vm: Vm): string => [...vm.jobs].map((job) => `job ${String(job.index)} (${job.state})`).join(', ');

/** Deletions that the app asked for, by an id or by a lower capacity; others carry another cause. */
export const isOurDelete = (event: WorldEvent): boolean =>
  event.kind === 'vm-deleting' && (event.note === 'deleted by id' || event.note === 'capacity lowered');

/** A runner's status or deregistration that the app asked for: what others do bears their name. */
export const isOurs = (event: WorldEvent): boolean => event.by === undefined;

/** All judges ask for the path and the pool of each request. */
const paths = new WeakMap<WorldRequest, string>();
const pools = new WeakMap<WorldRequest, { readonly pool: PoolState | undefined }>();

export function pathOf(request: WorldRequest): string {
  const known = paths.get(request);
  if (known !== undefined) return known;
  const path = new URL(request.url, 'http://world.invalid').pathname;
  paths.set(request, path);
  return path;
}

/** The pool whose scale set (without anything below it) or group an address names. */
export function poolOf(world: World, asked: Asked): PoolState | undefined {
  const known = pools.get(asked.request);
  if (known !== undefined) return known.pool;
  const pool = findPool(world, asked);
  pools.set(asked.request, { pool });
  return pool;
}

function findPool(world: World, asked: Asked): PoolState | undefined {
  const path = pathOf(asked.request).toLowerCase();
  return world.pools.find((pool) =>
    asked.service === 'azure'
      ? path.includes(`/virtualmachinescalesets/${pool.vmssName.toLowerCase()}`) && !path.includes(`/${pool.vmssName.toLowerCase()}-`)
      : path.includes(`/runnergroups/${pool.group.toLowerCase()}/`),
  );
}

export function bodyOf(request: WorldRequest): Record<string, unknown> {
  try {
    return JSON.parse(request.body ?? '{}') as Record<string, unknown>;
  } catch {
    return {};
  }
}

/** A write of sku.capacity: the address is the scale set's own. */
export function capacityWritten(asked: Asked): number | undefined {
  const { request, service } = asked;
  if (service !== 'azure' || request.method !== 'PATCH' || !/\/virtualmachinescalesets\/[^/]+$/i.test(pathOf(request))) return undefined;
  const sku = bodyOf(request)['sku'] as { capacity?: unknown } | undefined;
  return typeof sku?.capacity === 'number' ? sku.capacity : undefined;
}
