import type { TickPlan } from '../model/decision';
import type { ZeroWindow } from '../model/drain';
import type { WindowVerdict } from '../drain/window';
import type { LedgerMemory } from '../observe/ledger/due';
import type { Clock } from './clocks';
import type { OthersMemory } from './secondWriter';
import type { WorkMemory } from './work';

/** What is remembered of one instance, by vmId, the only identity that is never used again. Times are epoch ms. */
export interface InstanceMemory {
  id: string;
  name?: string;
  firstSeen: number;
  lastSeen: number;
  createdAt?: number;
  /** The runner ids it has shown, newest last, at most four. */
  shown: string[];
  /** The last reading in which its runner was listed with zero, and with more than zero or unknown, tasks. */
  lastIdle?: number;
  lastBusy?: number;
  /** A drain of ours deregistered its living runner under a certificate. */
  deregistered?: { drain: string; runnerId?: string; at: number };
  /** The drain that was recorded for it in the last reading: what then vanishes was ordered by us. */
  drain?: string;
  /** First seen Deleting, or its delete ordered by us: its absence is no surprise. */
  deleting?: number;
  bootFailed?: true;
  /** Failed, stopped or deallocated in every reading. */
  bad?: Clock;
  /** Missing from complete lists. */
  absent?: Clock;
  /** Its absence is believed. */
  gone?: true;
  /** A direct GET answered 404. */
  checkedAbsent?: true;
  /** Looks at it without a runner after its boot allowance. */
  bare?: Clock;
  /** Without a verdict since. */
  unjudged?: number;
  /** Our delete of it is counted among those that explain a fall of the capacity. */
  credited?: true;
  /** When protectFromScaleIn was last asked for, and how often. */
  protectAsked?: { at: number; times: number };
  /** Counted once as turned bad, for the breaker of repairs. */
  turnedBad?: true;
}

/** When an instance's boot began: Azure's timeCreated; our first sight where that is not told, or where Azure's clock runs ahead. */
export function bornAt(memory: InstanceMemory): number {
  return Math.min(memory.createdAt ?? memory.firstSeen, memory.firstSeen);
}

/**
 * The time of a first sight: now, and never before an earlier first sight. Whose machine an entry is goes by the order in which both were
 * first seen, which a host's clock that is set back between the two would turn round (seed 65008).
 */
export function firstSight({ instances, runners }: Pick<FleetMemory, 'instances' | 'runners'>, now: number): number {
  let latest = now;
  for (const { firstSeen } of Object.values(instances)) if (firstSeen > latest) latest = firstSeen;
  for (const { firstSeen } of Object.values(runners)) if (firstSeen > latest) latest = firstSeen;
  return latest;
}

export interface RunnerMemory {
  firstSeen: number;
  lastSeen: number;
  vmId?: string;
  /** The computer name last told of an entry that belongs to none of the instances listed. */
  name?: string;
  /** As last believed, and another one read once. */
  status?: string;
  doubt?: string;
  disconnected?: Clock;
  /** ACTIVE with zero tasks and no drain of ours. */
  idle?: Clock;
  /** Zero tasks, whatever its status. */
  zero?: Clock;
  /** DRAINING without a record of ours. */
  draining?: Clock;
  /** Disconnected while another entry of its instance is connected. */
  stale?: Clock;
  /** Unlisted while its instance is listed. */
  missing?: Clock;
  /** Its disappearance is believed. */
  gone?: true;
  /** Running and pending tasks as last told. */
  tasks?: number;
  /** Since its first reading with tasks, where that was watched; `queued`: jobs waited meanwhile. */
  busy?: { since: number; queued?: true };
  /** When its deregistration as ghost or stale was last asked for. */
  deregisterAskedAt?: number;
}

export interface WindowMemory {
  window?: ZeroWindow;
  verdict: WindowVerdict;
  nudgedAt?: number;
  inspectedAt?: number;
}

/** Demand that idle runners leave waiting: the least of it over the readings in which the same runners stayed idle. */
export interface UntakenMemory {
  clock?: Clock;
  least: number;
  runners: string[];
  deducted: number;
  triedAt?: number;
}

export interface BootMemory {
  /** Failed boots in a row. */
  failed: number;
  lastFailedAt?: number;
  incidentSince?: number;
  /** Tries of growth that failed since the incident began. */
  tries: number;
  /** The try for which the oldest stray was given up. */
  strayFor?: number;
}

/**
 * The pool's state blob: what grows with the fleet, read and written by the poll under its ETag. Losing it makes instances lost, never
 * strays, because nothing in it then predates its own birth.
 */
export interface FleetMemory {
  schema: 1;
  binding: { scaleSet: string; group: string } | undefined;
  bornAt: number;
  instances: Record<string, InstanceMemory>;
  runners: Record<string, RunnerMemory>;
  /** By drain id. */
  windows: Record<string, WindowMemory>;
  /** The last believed sku.capacity, with deletes whose lowering of it has not been seen. */
  capacity?: number;
  capacityDrop?: { value: number; clock: Clock };
  deleteCredits: number[];
  /** The growth from whose written capacity a fall was last looked for. */
  capacityWrite?: string;
  /** Flexible: how far sku.capacity is below the VMs listed, and the gap that was believed. */
  nominalBelow?: { gap: number; clock: Clock; believed?: number };
  pendingSeen?: true;
  runningSeen?: true;
  tasksPerRunner: number;
  work?: WorkMemory;
  tasksClock?: { clock: Clock; least: number };
  starving?: Clock;
  untaken: UntakenMemory;
  boots: BootMemory;
  /** How long the last boots took, in ms, newest last. */
  bootTimes?: number[];
  /** How long the last measured runs took, in ms, newest last. */
  runTimes?: number[];
  badTurns: number[];
  frozenSince?: number;
  /** What others changed. */
  others?: OthersMemory;
  /** Instance ids whose absence the next poll checks by a direct GET. */
  checkNext: string[];
  alerts: Record<string, number>;
  /** What the ledger was told last. */
  ledger?: LedgerMemory;
  lastTick?: { id: string; plan: TickPlan };
}

export function freshFleet(binding: FleetMemory['binding'], now: number): FleetMemory {
  return {
    schema: 1,
    binding,
    bornAt: now,
    instances: {},
    runners: {},
    windows: {},
    deleteCredits: [],
    tasksPerRunner: 1,
    untaken: { least: 0, runners: [], deducted: 0 },
    boots: { failed: 0, tries: 0 },
    badTurns: [],
    checkNext: [],
    alerts: {},
  };
}

/** Reads the blob's text; anything that is not this schema counts as absent. */
export function parseFleet(text: string): FleetMemory | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return undefined;
    const given = value as Partial<FleetMemory>;
    if (given.schema !== 1 || typeof given.bornAt !== 'number') return undefined;
    for (const part of [given.instances, given.runners, given.windows, given.untaken, given.boots, given.alerts]) {
      if (typeof part !== 'object' || part === null) return undefined;
    }
    if (!Array.isArray(given.deleteCredits) || !Array.isArray(given.badTurns) || !Array.isArray(given.checkNext)) return undefined;
    return { ...freshFleet(given.binding, given.bornAt), ...given };
  } catch {
    return undefined;
  }
}

/** Seen Deleting or ordered: sku.capacity may fall by one, now or later, or has fallen already. */
export function noteDeleting(fleet: FleetMemory, known: InstanceMemory, now: number): void {
  if (known.deleting !== undefined) return;
  known.deleting = now;
  fleet.deleteCredits.push(now);
}
