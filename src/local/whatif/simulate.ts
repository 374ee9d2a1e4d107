import { targetsOf, type Targets } from '../../decide/targets';
import type { ForecastAdvice } from '../../forecast/advice';
import type { ActOutcome, Admission, AdmittedAct, TickPlan } from '../../model/decision';
import { emptyMemory, type PoolMemory } from '../../model/pool';
import { admit } from '../../persist/admit';
import { settle, settlementsOf } from '../../persist/settle';
import type { FleetMemory } from '../../poll/fleetMemory';
import { planTick } from '../../poll/planTick';
import type { PoolSettings } from '../../settings/settings';
import { virtualTimeline } from '../host/clock';
import type { TraceJob } from '../traces';
import { writeCapacity } from '../world/capacity';
import { setStatus } from '../world/entries';
import { feed } from '../world/feed';
import type { PoolState } from '../world/state';
import { Drains } from './drains';
import { isMoving, nextTickThatMatters } from './quiet';
import { createFleet, readFleet, FLEET_MODEL, type FleetModel } from './fleetModel';

export interface PoolRun {
  readonly jobs: readonly TraceJob[];
  readonly settings: PoolSettings;
  readonly fleet?: FleetModel;
  readonly seed?: number;
  /** Epoch ms of the trace's zero. */
  readonly startAt?: number;
  /** Simulated seconds; default: three hours beyond the last arrival. Jobs that arrive later are left out. */
  readonly seconds?: number;
  /** Ms from the start until the loop's first tick; default 0. */
  readonly firstTick?: number;
  /** What the pool's own past would have advised at that moment (epoch ms). */
  readonly forecast?: (now: number) => ForecastAdvice | undefined;
  /** Also the ticks that can change nothing: slow, for a comparison. */
  readonly everyTick?: true;
}

export interface PoolResult {
  /** Seconds from arrival to start, in order of arrival; a wait that is not over counts up to the end. */
  readonly waits: readonly number[];
  readonly vmHours: number;
  readonly vms: number;
  readonly scaleOuts: number;
  readonly scaleIns: number;
  /** Of the VMs' time, the share in which they did not run a job: boot, idle and drain. */
  readonly idleShare: number;
  readonly ticks: number;
}

const HOUR = 3_600_000;
const TIDY_TICKS = 16;
const TIDY_MS = 600_000;
/** A Monday morning. */
export const START = Date.UTC(2025, 3, 7, 6);
const AFTER_LAST_SECONDS = 3 * 3_600;

/**
 * A pool's past under given settings: the app's own thinking of a tick and its own memory, over a fleet that never fails. The loop, its
 * drains and the world run on one virtual clock without engine, storage or transport. The same input gives the same result.
 */
export function simulatePool(run: PoolRun): PoolResult {
  const loop = new Loop(run);
  loop.run();
  return loop.result();
}

const sameTargets = (a: Targets, b: Targets): boolean =>
  a.minRunners === b.minRunners &&
  a.minIdle === b.minIdle &&
  a.idleFor === b.idleFor &&
  a.keepNewestIdle === b.keepNewestIdle &&
  a.kept?.newest === b.kept?.newest &&
  a.kept?.idleFor === b.kept?.idleFor;

class Loop {
  readonly #run: PoolRun;
  readonly #clock: ReturnType<typeof virtualTimeline>;
  readonly #pool: PoolState;
  readonly #memory: PoolMemory;
  readonly #drains: Drains;
  readonly #end: number;
  readonly #jobs: readonly TraceJob[];
  #fleet: FleetMemory | undefined;
  #changed = true;
  #ticks = 0;
  #scaleOuts = 0;
  #scaleIns = 0;

  constructor(run: PoolRun) {
    this.#run = run;
    const start = run.startAt ?? START;
    this.#clock = virtualTimeline(start);
    this.#pool = createFleet(this.#clock, run.fleet ?? FLEET_MODEL, run.seed ?? 1, () => (this.#changed = true));
    this.#memory = emptyMemory(run.settings.pool, start);
    this.#drains = new Drains(this.#pool, this.#memory);
    const last = run.jobs.reduce((most, job) => Math.max(most, job.arrivalSeconds), 0);
    const seconds = run.seconds ?? last + AFTER_LAST_SECONDS;
    this.#jobs = run.jobs.filter((job) => job.arrivalSeconds < seconds);
    this.#end = start + seconds * 1_000;
  }

  run(): void {
    feed(this.#pool, this.#jobs, this.#clock.now());
    for (let next = this.#clock.now() + (this.#run.firstTick ?? 0); next < this.#end;) {
      while (this.#clock.advance(next));
      next = this.#quietUntil(this.#tick());
    }
    while (this.#clock.advance(this.#end));
  }

  /** Poll, decide, admit, act, settle: as the loop's orchestrator does. */
  #tick(): TickPlan {
    const now = this.#clock.now();
    const { settings, forecast } = this.#run;
    const memory = this.#memory;
    this.#changed = false;
    this.#ticks += 1;
    const operation = memory.growth?.state === 'over' ? undefined : memory.growth?.operation;
    const advice = forecast?.(now);
    // Nothing came during ticks that were left out: to the pool's memory of arrivals they are no silence.
    const work = this.#fleet?.work;
    if (work !== undefined) work.at = Math.max(work.at, now - settings.durations.poll);
    const { plan, fleet } = planTick({
      settings,
      memory,
      fleet: this.#fleet,
      reading: readFleet(this.#pool, operation),
      now,
      tickId: this.#ticks.toString(36),
      warnings: [],
      inPlace: true,
      untold: true,
      ...(advice === undefined ? {} : { forecast: advice }),
    });
    this.#fleet = fleet;
    const timing = settings.durations;
    const admission = admit(memory, { plan, timing }, now);
    this.#act(admission, timing, now);
    if (this.#ticks % TIDY_TICKS === 0) this.#tidy(now);
    return plan;
  }

  #act(admission: Admission, timing: PoolSettings['durations'], now: number): void {
    const outcomes = admission.acts.map((act): ActOutcome => this.#carryOut(act));
    if (outcomes.length > 0) settle(this.#memory, { outcomes: settlementsOf(outcomes), timing }, now);
    if (admission.scaleIn === undefined) return;
    this.#scaleIns += 1;
    for (const record of admission.scaleIn.drains) this.#drains.begin(record);
  }

  #carryOut(act: AdmittedAct): ActOutcome {
    switch (act.kind) {
      case 'setCapacity': {
        const accepted = writeCapacity(this.#pool, act.to);
        if (!accepted.ok) return { act, answer: 'refused', code: accepted.refusal.code, text: accepted.refusal.message };
        this.#scaleOuts += 1;
        return { act, answer: 'done', operation: accepted.operation.id };
      }
      case 'reactivate':
        return { act, answer: setStatus(this.#pool, act.runnerId, 'ACTIVE').ok ? 'done' : 'gone' };
      case 'nudge':
        if (act.news === 'complete') this.#drains.complete(act.drainId);
        return { act, answer: 'done' };
      case 'inspect':
        return { act, answer: 'alive' };
      default:
        return { act, answer: 'done' };
    }
  }

  /** What is over is looked through by every tick and decides nothing: kept for hours by the app, for minutes here. */
  #tidy(now: number): void {
    const before = now - TIDY_MS;
    const drop = (map: Record<string, { lastSeen: number; gone?: true }>): void => {
      for (const [key, { lastSeen, gone }] of Object.entries(map)) if (gone === true && lastSeen < before) delete map[key];
    };
    if (this.#fleet !== undefined) [this.#fleet.instances, this.#fleet.runners].forEach(drop);
    const { operations } = this.#pool;
    for (const [id, { endedAt }] of operations) if (endedAt !== undefined && endedAt < before) operations.delete(id);
  }

  /** Ticks that could change nothing are left out. */
  #quietUntil(plan: TickPlan): number {
    const pool = this.#pool;
    const { settings, everyTick } = this.#run;
    if (this.#changed || plan.held || everyTick === true || isMoving(pool, this.#memory)) return plan.nextAt;
    const targets = this.#targets(plan.at);
    return nextTickThatMatters({
      nextAt: plan.nextAt,
      nextEvent: Math.min(this.#clock.next() ?? Infinity, this.#end),
      settings,
      pool,
      fleet: this.#fleet,
      targets,
      isSame: (at) => sameTargets(this.#targets(at), targets),
    });
  }

  #targets(now: number): Targets {
    return targetsOf(this.#run.settings, this.#run.forecast?.(now), now);
  }

  result(): PoolResult {
    const { jobs, vms } = this.#pool;
    const now = this.#clock.now();
    const living = [...vms.values()].reduce((ms, vm) => ms + now - vm.requestedAt, 0);
    const vmMs = this.#pool.vmMs + living;
    const ran = jobs.reduce((ms, job) => ms + (job.startedAt === undefined ? 0 : Math.min(now - job.startedAt, job.durationMs)), 0);
    const slots = (this.#run.fleet ?? FLEET_MODEL).tasksPerRunner;
    return {
      waits: jobs.map((job) => ((job.startedAt ?? now) - job.arrivedAt) / 1_000),
      vmHours: vmMs / HOUR,
      vms: this.#pool.vmsRequested,
      scaleOuts: this.#scaleOuts,
      scaleIns: this.#scaleIns,
      idleShare: vmMs === 0 ? 0 : Math.max(0, 1 - ran / slots / vmMs),
      ticks: this.#ticks,
    };
  }
}
