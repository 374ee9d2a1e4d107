import type { Engine } from './engine';
import type { Fault, Step } from './options';
import { nextTurn } from './turns';
import type { ActivityMessage, ControlMessage, EntityMessage, Message } from './storage';

export interface Workers {
  orchestrator(id: string, batch: readonly ControlMessage[], fault: Fault | undefined): Promise<void>;
  entity(id: string, batch: readonly EntityMessage[], fault: Fault | undefined): Promise<void>;
  activity(message: ActivityMessage, fault: Fault | undefined): Promise<void>;
}

/** The extension's greatest batch; an entity takes more in the next one. */
const ENTITY_BATCH = 5000;

/** Hands out messages: one batch at a time per instance or entity, activities side by side up to a limit. */
export class Dispatcher {
  private readonly engine: Engine;
  private readonly workers: Workers;
  private readonly limit: number;
  private readonly boxes = new Map<string, Message[]>();
  private readonly ready = new Set<string>();
  private readonly running = new Set<string>();
  private readonly work: ActivityMessage[] = [];
  private activities = 0;
  private pumping = false;
  private stopped = false;
  private release: (() => void) | undefined;

  constructor(engine: Engine, workers: Workers, activityLimit: number) {
    this.engine = engine;
    this.workers = workers;
    this.limit = activityLimit;
  }

  deliver = (message: Message): void => {
    if (message.queue === 'work') this.work.push(message);
    else {
      const box = this.boxes.get(message.target);
      if (box === undefined) this.boxes.set(message.target, [message]);
      else box.push(message);
      if (!this.running.has(message.target)) this.ready.add(message.target);
    }
    this.pump();
  };

  /** No further step begins. */
  stop(): void {
    this.stopped = true;
  }

  /** Of a killed host: what it had at work no longer holds up a clock that the next host shares. */
  abandon(): void {
    this.stopped = true;
    this.release?.();
    this.release = undefined;
  }

  /** Resolves when nothing is at work any more. */
  async drained(): Promise<void> {
    while (this.running.size > 0 || this.activities > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  }

  /** Work starts in the next turn of the event loop: what one step sends to one target arrives together. */
  private pump(): void {
    if (this.engine.isDead) return;
    this.release ??= this.engine.shared.clock.busy();
    if (this.pumping) return;
    this.pumping = true;
    nextTurn(() => {
      this.pumping = false;
      if (!this.engine.isDead && !this.stopped) {
        for (const target of this.ready) void this.take(target);
        while (this.work.length > 0 && this.activities < this.limit) void this.takeActivity(this.work.shift() as ActivityMessage);
      }
      this.rest();
    });
  }

  private rest(): void {
    if (this.pumping || this.running.size > 0 || this.activities > 0) return;
    this.release?.();
    this.release = undefined;
  }

  private async take(target: string): Promise<void> {
    this.ready.delete(target);
    if (this.engine.parked.has(target)) return;
    this.running.add(target);
    try {
      const isEntity = target.startsWith('@');
      const fault = await this.fault({ kind: isEntity ? 'entity' : 'orchestrator', name: this.nameOf(target), instance: target });
      const box = this.boxes.get(target) ?? [];
      const batch = box.splice(0, isEntity ? ENTITY_BATCH : box.length);
      if (box.length === 0) this.boxes.delete(target);
      if (this.later(batch, fault)) return;
      this.engine.lock(batch);
      if (isEntity) await this.workers.entity(target, batch as EntityMessage[], fault);
      else await this.workers.orchestrator(target, batch as ControlMessage[], fault);
      if (fault?.crash === 'after') this.redeliver(batch);
    } catch (error) {
      this.broken(target, error);
    } finally {
      this.running.delete(target);
      if (this.boxes.has(target)) this.ready.add(target);
      if (this.ready.size > 0) this.pump();
      else this.rest();
    }
  }

  private async takeActivity(message: ActivityMessage): Promise<void> {
    this.activities += 1;
    try {
      this.engine.lock([message]);
      const fault = await this.fault({ kind: 'activity', name: message.name, instance: message.target });
      if (this.later([message], fault)) return;
      await this.workers.activity(message, fault);
      if (fault?.crash === 'after') this.redeliver([message]);
    } catch (error) {
      this.broken(message.target, error);
    } finally {
      this.activities -= 1;
      if (this.work.length > 0) this.pump();
      else this.rest();
    }
  }

  private fault(step: Step): Promise<Fault | undefined> | Fault | undefined {
    return this.engine.shared.options.hooks?.beforeStep?.(step);
  }

  /** Puts a delayed or crashed step back; true when it must not run now. */
  private later(batch: readonly Message[], fault: Fault | undefined): boolean {
    if (fault?.crash === 'before') {
      this.engine.lock(batch);
      this.redeliver(batch);
      return true;
    }
    if (fault?.delayMs === undefined) return false;
    for (const message of batch) this.engine.schedule(message, this.engine.shared.clock.now() + fault.delayMs);
    return true;
  }

  private redeliver(batch: readonly Message[]): void {
    const { clock, options } = this.engine.shared;
    for (const message of batch) this.engine.schedule(message, clock.now() + (options.visibilityTimeoutMs ?? 60_000));
  }

  private nameOf(target: string): string {
    if (target.startsWith('@')) return target.slice(1, target.indexOf('@', 1));
    const known = this.engine.instances.get(target)?.row.name;
    if (known !== undefined) return known;
    const first = this.boxes.get(target)?.[0];
    return first?.queue === 'control' ? (first.event.Name ?? '') : '';
  }

  /** A defect of the host itself, never of the app: shown loudly, since the messages of this step are lost to this process. */
  private broken(target: string, error: unknown): void {
    const message = `The local host failed while working on ${target}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
    this.engine.shared.log({ level: 'critical', category: 'Host.Local', message, instanceId: target });
  }
}
