import type { Engine, NewMessage } from './engine';
import { entityId } from './entities';
import { event, EVENT } from './history';
import { isOver, type InstanceRow } from './storage';

export type Answer = 'accepted' | 'unknown' | 'over';

/** What a durable client can do, without HTTP around it. Answers are those that the HTTP API turns into status codes. */
export class Client {
  private readonly engine: Engine;

  constructor(engine: Engine) {
    this.engine = engine;
  }

  row(id: string): InstanceRow | undefined {
    return this.engine.instances.get(id)?.row;
  }

  /** 'running' when an instance of this id is at work: only one that is over may be started again. `input` is JSON text. */
  start(name: string, id: string, input: string, version: string): 'accepted' | 'running' {
    const known = this.row(id);
    if (known !== undefined && !isOver(known.status)) return 'running';
    const now = this.engine.shared.clock.now();
    const executionId = this.engine.newId();
    const begin = event(EVENT.ExecutionStarted, now, {
      Name: name,
      Version: version,
      Input: input,
      OrchestrationInstance: { InstanceId: id, ExecutionId: executionId },
    });
    const row: InstanceRow = {
      ...{ id, name, version, executionId, status: 'Pending', input, output: null, customStatus: null },
      ...{ createdAt: now, updatedAt: now, parent: null, generation: 0, state: null },
    };
    this.engine.commit({
      row,
      history: { replace: true, rows: [] },
      sent: [{ queue: 'control', target: id, executionId, event: begin, visibleAt: 0 }],
    });
    const instance = this.engine.instances.get(id);
    if (instance !== undefined) [instance.rows, instance.events] = [[], []];
    return 'accepted';
  }

  raise(id: string, name: string, input: string): Answer {
    return this.tell(id, EVENT.EventRaised, { Name: name, Input: input });
  }

  /** Not recursive: children and activities at work go on. */
  terminate(id: string, reason: string): Answer {
    return this.tell(id, EVENT.ExecutionTerminated, { Input: JSON.stringify(reason) });
  }

  suspend(id: string, reason: string): Answer {
    return this.tell(id, EVENT.ExecutionSuspended, { Reason: reason });
  }

  resume(id: string, reason: string): Answer {
    return this.tell(id, EVENT.ExecutionResumed, { Reason: reason });
  }

  signal(name: string, key: string, operation: string, input: string | null): void {
    this.send({
      queue: 'entity',
      target: entityId(name, key),
      operation,
      input,
      isSignal: true,
      requestId: this.engine.newId(),
      visibleAt: 0,
    });
  }

  /** The state as JSON text; undefined when the entity does not exist. */
  entityState(name: string, key: string): string | undefined {
    return this.row(entityId(name, key))?.state ?? undefined;
  }

  /** Entities may be purged at any time, orchestrations only when they are over. */
  purge(id: string): Answer {
    const row = this.row(id);
    if (row === undefined) return 'unknown';
    if (!id.startsWith('@') && !isOver(row.status)) return 'over';
    this.engine.commit({ purged: [id] });
    return 'accepted';
  }

  private tell(id: string, type: number, fields: Parameters<typeof event>[2]): Answer {
    const row = this.row(id);
    if (row === undefined || id.startsWith('@')) return 'unknown';
    if (isOver(row.status)) return 'over';
    this.send({ queue: 'control', target: id, event: event(type, this.engine.shared.clock.now(), fields), visibleAt: 0 });
    return 'accepted';
  }

  private send(message: NewMessage): void {
    this.engine.commit({ sent: [message] });
  }
}
