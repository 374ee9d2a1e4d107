import type { HostClock } from './clock';
import type { Core } from './core';
import type { Log } from './coreTypes';
import type { Counters } from './counters';
import type { HistoryEvent } from './history';
import type { Invoke } from './invoke';
import type { Hang, HostOptions } from './options';
import { isOver, type Commit, type HostStorage, type InstanceRow, type Message } from './storage';

export interface Instance {
  row: InstanceRow;
  /** Rows as JSON text, as stored and as sent to the SDK (which changes what it gets). */
  rows: string[];
  /** The same rows parsed, for the engine's own replay; empty once the instance is over. */
  events: HistoryEvent[];
}

type Unnumbered<M> = M extends Message ? Omit<M, 'id'> : never;
/** A message without its number. */
export type NewMessage = Unnumbered<Message>;

export interface Change extends Omit<Commit, 'now' | 'sent'> {
  readonly sent?: readonly NewMessage[];
}

/** What the parts of the host share. */
export interface Shared {
  readonly options: HostOptions;
  readonly clock: HostClock;
  readonly core: Core;
  readonly invoke: Invoke;
  readonly counters: Counters;
  readonly log: Log;
  readonly random: () => number;
  /** The app's settings. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

type Deliver = (message: Message) => void;

/** Working copy of all state, and the only way to change it: a commit, which is stored before it takes effect. */
export class Engine {
  readonly instances = new Map<string, Instance>();
  readonly shared: Shared;
  /** Instances that spin: set aside, as nothing but a restart frees them in Azure. */
  readonly parked = new Set<string>();
  private readonly storage: HostStorage;
  private deliver: Deliver = () => undefined;
  private nextMessageId = 1;
  private dead = false;

  constructor(shared: Shared, storage: HostStorage) {
    this.shared = shared;
    this.storage = storage;
  }

  get isDead(): boolean {
    return this.dead;
  }

  /** Takes up where the storage says the last host stopped; what that host had at work comes back when its locks end. */
  start(deliver: Deliver): void {
    this.deliver = deliver;
    const snapshot = this.storage.load();
    this.nextMessageId = snapshot.nextMessageId;
    for (const { row, history } of snapshot.instances) {
      const events = isOver(row.status) ? [] : history.map((text) => JSON.parse(text) as HistoryEvent);
      this.instances.set(row.id, { row, rows: [...history], events });
    }
    for (const { message, lockedUntil } of snapshot.messages) this.schedule(message, Math.max(message.visibleAt, lockedUntil));
  }

  commit(change: Change): void {
    if (this.dead) return;
    const sent = (change.sent ?? []).map((message) => ({ ...message, id: this.nextMessageId++ }));
    this.storage.commit({ ...change, sent, now: this.shared.clock.now() });
    this.shared.counters.messages += sent.length;
    const { row } = change;
    if (row !== undefined) {
      const known = this.instances.get(row.id);
      if (known === undefined) this.instances.set(row.id, { row, rows: [], events: [] });
      else known.row = row;
    }
    for (const id of change.purged ?? []) this.instances.delete(id);
    for (const message of sent) this.send(message);
  }

  private send(message: Message): void {
    const { clock, options } = this.shared;
    const fault = options.hooks?.onMessage?.(message);
    if (fault?.lose === true) return this.storage.commit({ done: [message.id], now: clock.now() });
    const due = fault?.delayMs === undefined ? message.visibleAt : Math.max(message.visibleAt, clock.now()) + fault.delayMs;
    this.schedule(message, due);
    if (fault?.againMs !== undefined) this.schedule(message, Math.max(message.visibleAt, clock.now()) + fault.againMs);
  }

  lock(messages: readonly Message[]): void {
    const { clock, options } = this.shared;
    if (!this.dead)
      this.storage.lock(
        messages.map(({ id }) => id),
        clock.now() + (options.visibilityTimeoutMs ?? 60_000),
      );
  }

  /** Brings a message (again) at a time; a due one at once. */
  schedule(message: Message, at: number): void {
    if (at <= this.shared.clock.now()) this.deliver(message);
    else this.shared.clock.at(at, () => (this.dead ? undefined : this.deliver(message)));
  }

  /** From now on nothing is stored and nothing is delivered, as if the process had been killed. */
  die(): void {
    this.dead = true;
  }

  report(hang: Hang): void {
    this.shared.log({
      level: 'warning',
      category: 'Host.Local.Hang',
      message: `${hang.kind}: ${hang.cause}`,
      instanceId: hang.instanceId,
      functionName: hang.name,
    });
    this.shared.options.onHang?.(hang);
  }

  /** 32 hexadecimal digits, from the host's own source of randomness. */
  newId(): string {
    return idOf(this.shared.random);
  }
}

export function idOf(random: () => number): string {
  let text = '';
  while (text.length < 32)
    text += Math.floor(random() * 0x1_0000_0000)
      .toString(16)
      .padStart(8, '0');
  return text;
}
