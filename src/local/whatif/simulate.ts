import { targetsOf } from '../../decide/targets';
import type { ForecastAdvice } from '../../forecast/advice';
import type { ActOutcome, Admission, AdmittedAct, TickPlan } from '../../model/decision';
import { emptyMemory, type PoolMemory } from '../../model/pool';
import { admit } from '../../persist/admit';
import { settle } from '../../persist/settle';
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
  /** What the pool's own past would have advised at that moment (epoch ms). */
  readonly forecast?: (now: number) => ForecastAdvice | undefined;
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
    for (let next = this.#clock.now(); next < this.#end;) {
      while (this.#clock.advance(next));
      next = this.#tick();
      next = this.#quietUntil(next);
    }
    while (this.#clock.advance(this.#end));
  }

  /** Poll, decide, admit, act, settle: as the loop's orchestrator does. Returns when the next tick is due. */
  #tick(): number {
    const now = this.#clock.now();
    const { settings, forecast } = this.#run;
    const memory = this.#memory;
    this.#changed = false;
    this.#ticks += 1;
    const operation = memory.growth?.state === 'over' ? undefined : memory.growth?.operation;
    const advice = forecast?.(now);
    const { plan, fleet } = planTick({
      settings,
      memory,
      fleet: this.#fleet,
      reading: readFleet(this.#pool, operation),
      now,
      tickId: this.#ticks.toString(36),
      warnings: [],
      ...(advice === undefined ? {} : { forecast: advice }),
    });
    this.#fleet = fleet;
    const timing = settings.durations;
    const admission = admit(memory, { plan, timing }, now);
    this.#act(admission, timing, now);
    this.#plan = plan;
    return plan.nextAt;
  }

  #plan: TickPlan | undefined;

  #act(admission: Admission, timing: PoolSettings['durations'], now: number): void {
    const outcomes = admission.acts.map((act): ActOutcome => this.#carryOut(act));
    if (outcomes.length > 0) settle(this.#memory, { outcomes, timing }, now);
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

  /** Ticks that could change nothing are left out: nobody waits, nothing is under way, and no runner more than the targets ask for. */
  #quietUntil(next: number): number {
    if (this.#changed || this.#plan === undefined || this.#plan.held) return next;
    const { settings, forecast } = this.#run;
    const pool = this.#pool;
    const memory = this.#memory;
    if (pool.waiting.length > 0 || Object.keys(memory.drains).length > 0) return next;
    if (memory.growth !== undefined && memory.growth.state !== 'over') return next;
    if (pool.vms.size !== pool.entries.size) return next;
    const { poll } = settings.durations;
    let at = next;
    for (;;) {
      const { minRunners, minIdle } = targetsOf(settings, forecast?.(at), at);
      const idle = [...pool.entries.values()].filter((entry) => entry.running === 0).length;
      if (pool.vms.size !== minRunners && !(pool.vms.size < minRunners)) break;
      if (pool.vms.size < minRunners || idle < minIdle) break;
      const due = this.#clock.next();
      if (at >= this.#end || due === undefined || due <= at) break;
      at += poll;
    }
    return at;
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
