import type { Cancel } from './clock';
import type { RegisteredFunction } from './core';
import { parseCron } from './cron';
import type { Engine } from './engine';
import { iso } from './history';

/** Timer functions on the host's clock. A run never overlaps the one before: what comes due meanwhile is skipped. */
export class TimerFunctions {
  private readonly engine: Engine;
  private readonly functions: RegisteredFunction[];
  private readonly cancels = new Map<string, Cancel>();
  private readonly running = new Set<string>();
  private stopped = false;

  constructor(engine: Engine) {
    this.engine = engine;
    this.functions = [...engine.shared.core.functions.values()].filter(({ trigger }) => trigger.type === 'timerTrigger');
  }

  start(): void {
    for (const fn of this.functions) {
      this.arm(fn);
      if (fn.trigger.runOnStartup === true) void this.invoke(fn, this.engine.shared.clock.now());
    }
  }

  stop(): void {
    this.stopped = true;
    for (const cancel of this.cancels.values()) cancel();
  }

  /** Runs a timer function at once, as POST /admin/functions/{name} does; false when there is none of this name. */
  async run(name: string): Promise<boolean> {
    const fn = this.functions.find(({ metadata }) => metadata.name.toLowerCase() === name.toLowerCase());
    if (fn !== undefined) await this.invoke(fn, this.engine.shared.clock.now());
    return fn !== undefined;
  }

  private next(fn: RegisteredFunction): number {
    const schedule = (fn.trigger.schedule ?? '').replace(/%([^%]+)%/g, (_, name: string) => this.engine.shared.env[name] ?? '');
    return parseCron(schedule).next(this.engine.shared.clock.now());
  }

  private arm(fn: RegisteredFunction): void {
    if (this.stopped) return;
    const due = this.next(fn);
    const { name } = fn.metadata;
    this.cancels.set(
      name,
      this.engine.shared.clock.at(due, () => {
        if (!this.stopped && !this.running.has(name)) void this.invoke(fn, due);
        this.arm(fn);
      }),
    );
  }

  private async invoke(fn: RegisteredFunction, due: number): Promise<void> {
    const { clock, counters, invoke, log, options } = this.engine.shared;
    const { name } = fn.metadata;
    const rest = clock.busy();
    this.running.add(name);
    try {
      const fault = await options.hooks?.beforeStep?.({ kind: 'timer', name, instance: name });
      if (fault?.crash !== undefined || this.stopped) return;
      counters.timerFunctions += 1;
      const next = iso(this.next(fn));
      const timer = {
        Schedule: { AdjustForDST: true },
        ScheduleStatus: { Last: iso(due), Next: next, LastUpdated: iso(due) },
        IsPastDue: clock.now() - due > 1000,
      };
      await invoke(fn, { json: JSON.stringify(timer) });
    } catch (error) {
      const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
      log({ level: 'error', category: `Function.${name}`, message, functionName: name });
    } finally {
      this.running.delete(name);
      rest();
    }
  }

  /** Resolves when no timer function runs any more. */
  async drained(): Promise<void> {
    while (this.running.size > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
