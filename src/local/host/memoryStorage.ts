import type { Commit, HostStorage, InstanceRow, Message, Snapshot } from './storage';

/** Outlives a host within one process: enough for tests that kill a host and start another. `from`: a hub restored from a snapshot. */
export function memoryStorage(from?: Snapshot): HostStorage {
  const rows = new Map<string, InstanceRow>();
  /** Each replaced, never changed: snapshots share them, and one that is kept costs what has changed since. */
  const histories = new Map<string, readonly string[]>();
  const messages = new Map<number, Message>();
  const locks = new Map<number, number>();
  let now = from?.now ?? 0;
  let nextMessageId = from?.nextMessageId ?? 1;
  for (const { row, history } of from?.instances ?? []) {
    rows.set(row.id, row);
    histories.set(row.id, history);
  }
  for (const { message } of from?.messages ?? []) messages.set(message.id, message);

  function commit(change: Commit): void {
    now = Math.max(now, change.now);
    for (const id of change.done ?? []) {
      messages.delete(id);
      locks.delete(id);
    }
    for (const message of change.sent ?? []) {
      messages.set(message.id, message);
      nextMessageId = Math.max(nextMessageId, message.id + 1);
    }
    const { row, history } = change;
    if (row !== undefined) rows.set(row.id, row);
    if (row !== undefined && history !== undefined) {
      const before = history.replace ? undefined : histories.get(row.id);
      histories.set(row.id, [...(before ?? []), ...history.rows]);
    }
    for (const id of change.purged ?? []) {
      rows.delete(id);
      histories.delete(id);
    }
  }

  const load = (): Snapshot => ({
    now,
    nextMessageId,
    instances: [...rows.values()].map((row) => ({ row, history: histories.get(row.id) ?? [] })),
    messages: [...messages.values()].map((message) => ({ message, lockedUntil: locks.get(message.id) ?? 0 })),
  });

  return {
    load,
    commit,
    lock: (ids, until) => ids.forEach((id) => locks.set(id, until)),
    close: () => undefined,
  };
}
