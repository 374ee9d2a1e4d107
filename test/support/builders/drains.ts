import type { Act, Admission, TickPlan } from '../../../src/model/decision';
import type { Certificate, DrainRecord, DrainTiming, Sighting, Target, ZeroWindow } from '../../../src/model/drain';
import { emptyMemory, type PoolMemory } from '../../../src/model/pool';
import { drainId } from '../../../src/names';
import { applyOperation, OPERATIONS } from '../../../src/persist/poolEntity';

export const MINUTE = 60_000;
export const SECOND = 1_000;
/** When the drains of these tests began. */
export const NOW = Date.UTC(2025, 3, 7, 6);

export const TIMING: DrainTiming = {
  ...{ poll: MINUTE, confirm: MINUTE, grace: 10 * MINUTE, boot: 15 * MINUTE, second: SECOND, minute: MINUTE },
};

export const TARGET: Target = {
  ...{ pool: 'default', subscriptionId: 's', resourceGroup: 'rg', vmssName: 'vmss', scaleSetUniqueId: 'unique-1' },
  ...{ sgBaseUri: 'https://sg.test', sgOrg: 'org', sgRunnerGroup: 'group', apiKeyFrom: 'SG_API_KEY' },
};

/** The drain of runner `<id>` on instance `<id>`; its names are those of aRunner and anInstance. */
export const aRecord = (id: string, fields: Partial<DrainRecord> = {}): DrainRecord => ({
  ...{ id: drainId('default', 't1', Number(id)), scaleInId: 'scalein-default-t1', kind: 'runner', runnerId: id },
  ...{ vmId: `vmid-${id}`, instanceId: id, computerName: `vm-${id}`, rule: 'scale-in/threshold', adopted: false },
  ...{ startedAt: NOW, phase: 'recorded', phaseAt: NOW, seenAt: NOW, attempts: 0, scaleSet: 'unique-1' },
  ...fields,
});

export const aMemory = (records: readonly DrainRecord[] = [], fields: Partial<PoolMemory> = {}): PoolMemory => ({
  ...emptyMemory('default', NOW),
  drains: Object.fromEntries(records.map((record) => [record.id, record])),
  ...fields,
});

/** The pool's entity, one operation at a time. */
export class Entity {
  now = NOW;
  memory: PoolMemory;
  #ticks = 1;

  constructor(records: readonly DrainRecord[] = [], fields: Partial<PoolMemory> = {}) {
    this.memory = structuredClone(aMemory(records, fields));
  }

  call<T = Record<string, unknown>>(operation: string, input: object = {}): T {
    const { memory, result } = applyOperation(this.memory, 'default', operation, structuredClone(input), this.now);
    this.memory = memory;
    return structuredClone(result) as T;
  }

  /** An operation of the drain of runner `id`. */
  drain<T = Record<string, unknown>>(operation: string, id: string, input: object = {}): T {
    return this.call<T>(operation, { drainId: this.record(id).id, minute: MINUTE, second: SECOND, ...input });
  }

  /** Throws where none is recorded. */
  record(id: string): DrainRecord {
    const found = Object.values(this.memory.drains).find((record) => record.vmId === `vmid-${id}`);
    if (found === undefined) throw new Error(`no drain of "${id}" is recorded`);
    return found;
  }

  has(id: string): boolean {
    return Object.values(this.memory.drains).some((record) => record.vmId === `vmid-${id}`);
  }

  /** One admitted tick. */
  admit(acts: readonly Act[], fields: Partial<TickPlan> = {}): Admission {
    this.#ticks += 1;
    const plan = {
      ...{ tickId: `t${String(this.#ticks)}`, at: this.now, nextAt: this.now + MINUTE, held: false, counts: undefined, alerts: [] },
      ...{ warnings: [], settingsVersion: '', dryRun: false, binding: { scaleSet: 'unique-1', group: 'group' }, growthNews: undefined },
      ...{ cooldownsFromBlobs: undefined, decision: { rule: 'test', reason: 'test', acts }, ...fields },
    };
    return this.call<Admission>(OPERATIONS.admit, { plan, timing: { minute: MINUTE, scaleOutCooldown: 4 * MINUTE } });
  }

  settle(outcomes: readonly object[]): void {
    this.call(OPERATIONS.settle, { outcomes, timing: { minute: MINUTE, scaleOutCooldown: 4 * MINUTE } });
  }

  later(minutes: number): this {
    this.now += minutes * MINUTE;
    return this;
  }
}

export const drainAct = (id: string, fields: object = {}): Act => ({
  ...{ kind: 'drain', target: 'runner', runnerId: id, vmId: `vmid-${id}`, instanceId: id, computerName: `vm-${id}` },
  ...{ rule: 'scale-in/threshold', adopted: false, replaces: undefined, stamps: true },
  ...fields,
});

export const growthAct = (fields: object = {}): Extract<Act, { kind: 'setCapacity' }> => ({
  ...{ kind: 'setCapacity', attempt: 't1', after: undefined, add: 1, from: 0, to: 1, etag: '"1"', rule: 'scale-out/minimum', waits: false },
  ...fields,
});

export const aSighting = (at: number, fields: Partial<Sighting> = {}): Sighting => ({
  ...{ at, runner: 'listed', status: 'DRAINING', connected: true, running: 0, pending: 0, instance: 'present' },
  ...{ nameMatches: true, rivals: [], olderThanVm: false },
  ...fields,
});

/** Three all-zero readings; the last `age` ms before `at`. */
export const aWindow = (at: number, fields: Partial<ZeroWindow> = {}): ZeroWindow => ({
  ...{ since: at - MINUTE, last: at, readings: 3, connected: true, sample: [aSighting(at)] },
  ...fields,
});

export const aCertificate = (record: DrainRecord, window: ZeroWindow | undefined): Certificate => ({
  ...{ schema: 1, drain: record.id, kind: record.kind, target: TARGET, rule: record.rule, runnerId: record.runnerId },
  ...{ vmId: record.vmId, instanceId: record.instanceId, computerName: record.computerName, startedAt: record.startedAt },
  ...{ window, steps: [], outcome: undefined },
});
