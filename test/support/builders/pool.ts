import type { Forecast } from '../../../src/forecast/forecast';
import type { ActOutcome, AdmittedAct, Admission, TickPlan } from '../../../src/model/decision';
import type { DrainPhase, DrainRecord } from '../../../src/model/drain';
import { emptyMemory, type PoolMemory } from '../../../src/model/pool';
import { applyOperation, OPERATIONS } from '../../../src/persist/poolEntity';
import type { FleetMemory } from '../../../src/poll/fleetMemory';
import { planTick } from '../../../src/poll/planTick';
import type { Reading } from '../../../src/poll/reading';
import type { Runner, RunnerGroup } from '../../../src/ports/runnerService';
import type { Instance, OperationResult, ScaleSetState } from '../../../src/ports/scaleSet';
import type { PoolSettings } from '../../../src/settings/settings';
import { settingsOf } from '../ticker';

export const MINUTE = 60_000;
export const START = Date.UTC(2025, 3, 7, 6);

/** Quiet by default: no minimum, no protection calls, no scale-in for a day from the start; a test switches on what it is about. */
const QUIET = { MIN_RUNNERS: '0', PROTECT_INSTANCES: 'false', SCALE_IN_COOLDOWN_DURATION: '1440' };

export const anInstance = (id: string, fields: Partial<Instance> = {}): Instance => ({
  ...{ id, vmId: `vmid-${id}`, computerName: `vm-${id}`, provisioningState: 'Succeeded', power: 'running', createdAt: START },
  ...fields,
});

/** Its computer name is that of the instance with the same id. */
export const aRunner = (runnerId: string, fields: Partial<Runner> = {}): Runner => ({
  ...{ runnerId, status: 'ACTIVE', connected: true, runningTasks: 0, pendingTasks: 0, computerName: `vm-${runnerId}` },
  ...fields,
});

export interface Turn {
  readonly plan: TickPlan;
  readonly admission: Admission;
}

/**
 * One pool under the two pure functions that think: planTick and the entity's reducer. What StackGuardian and Azure show is set by hand, and
 * nothing happens by itself: an order is admitted and answered `done`, its VMs are listed only when the test lists them. Time is virtual.
 */
export class PoolBuilder {
  settings: PoolSettings;
  now = START;
  memory: PoolMemory | undefined;
  fleet: FleetMemory | undefined;
  group: RunnerGroup = {
    ...{ queued: 0, pending: 0, running: undefined, maxRunners: undefined, runners: [], anonymous: 0, registrationErrors: [] },
  };
  state: ScaleSetState = {
    ...{ uniqueId: 'unique-1', mode: 'Uniform', capacity: 0, etag: '"1"', provisioningState: 'Succeeded', limit: 1_000, surprises: [] },
  };
  instances: Instance[] = [];
  /** What Azure says of the last growth. */
  operation: OperationResult | undefined;
  ghostChecks: Record<string, 'absent' | 'present'> = {};
  /** Later stamps found in the blobs. */
  cooldownsFromBlobs: TickPlan['cooldownsFromBlobs'];
  /** What was learned of its past, where FORECAST asks for it. */
  learned: Forecast | undefined;
  #ticks = 0;

  constructor(env: Readonly<Record<string, string>> = {}) {
    this.settings = settingsOf({ ...QUIET, ...env });
    this.remember((memory) => (memory.cooldowns.scaleInAt = START));
  }

  /** Other settings from now on. */
  set(env: Readonly<Record<string, string>>): this {
    this.settings = settingsOf({ ...QUIET, ...env });
    return this;
  }

  scaleSet(fields: Partial<ScaleSetState>): this {
    this.state = { ...this.state, ...fields };
    return this;
  }

  says(fields: Partial<RunnerGroup>): this {
    this.group = { ...this.group, ...fields };
    return this;
  }

  queued(queued: number, pending = 0): this {
    return this.says({ queued, pending });
  }

  /** VMs without a runner; the capacity counts them. */
  vms(ids: readonly string[], fields: Partial<Instance> = {}): this {
    this.instances = [...this.instances, ...ids.map((id) => anInstance(id, fields))];
    return this.scaleSet({ capacity: this.state.capacity + ids.length });
  }

  /** VMs with their runners, idle unless `fields` say otherwise. */
  runners(ids: readonly string[], fields: Partial<Runner> = {}): this {
    return this.vms(ids).registers(ids, fields);
  }

  /** Runners of VMs that are there already. */
  registers(ids: readonly string[], fields: Partial<Runner> = {}): this {
    return this.says({ runners: [...(this.group.runners ?? []), ...ids.map((id) => aRunner(id, fields))] });
  }

  editRunner(id: string, fields: Partial<Runner>): this {
    return this.says({ runners: this.group.runners?.map((runner) => (runner.runnerId === id ? { ...runner, ...fields } : runner)) });
  }

  editVm(id: string, fields: Partial<Instance>): this {
    this.instances = this.instances.map((instance) => (instance.id === id ? { ...instance, ...fields } : instance));
    return this;
  }

  unlistRunners(...ids: readonly string[]): this {
    return this.says({ runners: this.group.runners?.filter((runner) => !ids.includes(runner.runnerId)) });
  }

  /** VMs vanish from the list; the capacity stays as it reads. */
  unlistVms(...ids: readonly string[]): this {
    this.instances = this.instances.filter((instance) => !ids.includes(instance.id));
    return this;
  }

  /** VM, runner and capacity go together, as after a delete. */
  remove(...ids: readonly string[]): this {
    return this.unlistRunners(...ids)
      .unlistVms(...ids)
      .scaleSet({ capacity: this.state.capacity - ids.length });
  }

  /** Changes the pool entity's memory. */
  remember(change: (memory: PoolMemory) => unknown): this {
    const memory = structuredClone(this.memory ?? emptyMemory(this.settings.pool, this.now));
    change(memory);
    this.memory = memory;
    return this;
  }

  /** A recorded drain of the runner and instance with this id. */
  draining(id: string, phase: DrainPhase = 'waiting', fields: Partial<DrainRecord> = {}): this {
    const record: DrainRecord = {
      ...{ id: `drain-${id}`, scaleInId: 'scalein', kind: 'runner', runnerId: id, vmId: `vmid-${id}`, instanceId: id },
      ...{ computerName: `vm-${id}`, rule: 'scale-in/threshold', adopted: false, startedAt: this.now, phase, phaseAt: this.now },
      ...{ seenAt: this.now, attempts: 0, ...fields },
    };
    return this.remember((memory) => void (memory.drains[record.id] = record));
  }

  wait(minutes: number): this {
    this.now += minutes * MINUTE;
    return this;
  }

  reading(): Extract<Reading, { kind: 'complete' }> {
    const { group, state, instances, operation, ghostChecks } = this;
    return { kind: 'complete', group, state, instances, operation, ghostChecks };
  }

  /** What would be decided now; nothing is kept. */
  look(reading: Reading = this.reading()): TickPlan {
    return this.#plan(reading).plan;
  }

  #plan(reading: Reading): ReturnType<typeof planTick> {
    const memory = this.memory ?? emptyMemory(this.settings.pool, this.now);
    const { settings, fleet, now, cooldownsFromBlobs } = this;
    return planTick({
      settings,
      cooldownsFromBlobs,
      memory,
      fleet,
      reading,
      now,
      tickId: `t${this.#ticks + 1}`,
      warnings: settings.warnings,
      ...(this.learned === undefined ? {} : { learned: this.learned }),
    });
  }

  /** One tick: plan, admit, and every act answered `done` unless `answers` say otherwise. The clock stands still. */
  tick(answers: (act: AdmittedAct) => Omit<ActOutcome, 'act'> = () => ({ answer: 'done' }), reading: Reading = this.reading()): Turn {
    const planned = this.#plan(reading);
    this.#ticks += 1;
    this.fleet = structuredClone(planned.fleet);
    const timing = this.settings.durations;
    const admission = this.#apply<Admission>(OPERATIONS.admit, { plan: planned.plan, timing });
    const outcomes = admission.acts.map((act): ActOutcome => ({ act, ...answers(act) }));
    this.#apply(OPERATIONS.settle, { outcomes, timing });
    return { plan: planned.plan, admission };
  }

  /** Ticks a minute apart; the last one's result. The clock stands at the last tick. */
  ticks(count: number, minutes = 1): Turn {
    let last = this.tick();
    for (let made = 1; made < count; made += 1) last = this.wait(minutes).tick();
    return last;
  }

  fails(code = 'sg-unavailable', retryAfterMs?: number): Turn {
    return this.tick(undefined, { kind: 'failed', code, text: 'it did not answer', retryAfterMs, side: 'stackguardian' });
  }

  #apply<T>(operation: string, input: unknown): T {
    const { memory, result } = applyOperation(this.memory, this.settings.pool, operation, input, this.now);
    this.memory = memory;
    return result as T;
  }
}

/** A pool of settings `env`, empty until runners or VMs are put into it. */
export const aPool = (env: Readonly<Record<string, string>> = {}): PoolBuilder => new PoolBuilder(env);

export const ids = (count: number, from = 0): string[] => Array.from({ length: count }, (_, at) => String(from + at));

/** The order of capacity in a plan, if any. */
export const growthOf = (plan: TickPlan): { add: number; to: number } | undefined => {
  const act = plan.decision.acts.find((each) => each.kind === 'setCapacity');
  return act === undefined ? undefined : { add: act.add, to: act.to };
};

/** Ids of the instances that a plan drains by rule 3. */
export const drainedBy = (plan: TickPlan): string[] =>
  plan.decision.acts.flatMap((act) => (act.kind === 'drain' && act.rule.startsWith('scale-in/') ? [act.instanceId] : []));

/** Ids of the runners that a plan gives back. */
export const givenBackBy = (plan: TickPlan): string[] =>
  plan.decision.acts.flatMap((act) => (act.kind === 'reactivate' ? [act.runnerId] : []));

export const alertsOf = (plan: TickPlan): string[] => plan.alerts.map(({ code }) => code);
