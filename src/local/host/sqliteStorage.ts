import type { DatabaseSync as Database } from 'node:sqlite';
import type { Commit, HostStorage, InstanceRow, Message, Snapshot } from './storage';

const SCHEMA = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = OFF;
  CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value REAL NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS instance (id TEXT PRIMARY KEY, row TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS history (seq INTEGER PRIMARY KEY, id TEXT NOT NULL, row TEXT NOT NULL);
  CREATE INDEX IF NOT EXISTS history_of ON history (id, seq);
  CREATE TABLE IF NOT EXISTS message (id INTEGER PRIMARY KEY, locked REAL NOT NULL DEFAULT 0, body TEXT NOT NULL);
`;

/**
 * One file that survives SIGKILL of the process: each commit is one transaction in the write-ahead log.
 * synchronous=OFF leaves the flushing to the operating system; only its own crash, or a power cut, could lose the last commits.
 */
export function sqliteStorage(file: string): HostStorage {
  // Loaded on use: where node:sqlite is missing, hosts with memory storage still run.
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
  const db: Database = new DatabaseSync(file);
  db.exec(SCHEMA);
  const sql = {
    begin: db.prepare('BEGIN'),
    end: db.prepare('COMMIT'),
    undo: db.prepare('ROLLBACK'),
    meta: db.prepare('INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = max(value, excluded.value)'),
    done: db.prepare('DELETE FROM message WHERE id = ?'),
    send: db.prepare('INSERT INTO message (id, body) VALUES (?, ?)'),
    lock: db.prepare('UPDATE message SET locked = ? WHERE id = ?'),
    row: db.prepare('INSERT INTO instance VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET row = excluded.row'),
    forget: db.prepare('DELETE FROM history WHERE id = ?'),
    append: db.prepare('INSERT INTO history (id, row) VALUES (?, ?)'),
    purge: db.prepare('DELETE FROM instance WHERE id = ?'),
  };

  function whole(work: () => void): void {
    sql.begin.run();
    try {
      work();
      sql.end.run();
    } catch (error) {
      sql.undo.run();
      throw error;
    }
  }

  function write({ now, done, sent, row, history, purged }: Commit): void {
    sql.meta.run('now', now);
    for (const id of done ?? []) sql.done.run(id);
    for (const message of sent ?? []) sql.send.run(message.id, JSON.stringify(message));
    const last = sent?.at(-1);
    if (last !== undefined) sql.meta.run('nextMessageId', last.id + 1);
    if (row !== undefined) sql.row.run(row.id, JSON.stringify(row));
    if (row !== undefined && history?.replace === true) sql.forget.run(row.id);
    if (row !== undefined) for (const text of history?.rows ?? []) sql.append.run(row.id, text);
    for (const id of purged ?? []) {
      sql.purge.run(id);
      sql.forget.run(id);
    }
  }

  function load(): Snapshot {
    const meta = new Map(
      db
        .prepare('SELECT key, value FROM meta')
        .all()
        .map((r) => [String(r['key']), Number(r['value'])]),
    );
    const histories = new Map<string, string[]>();
    for (const r of db.prepare('SELECT id, row FROM history ORDER BY seq').all()) {
      const id = String(r['id']);
      const rows = histories.get(id);
      if (rows === undefined) histories.set(id, [String(r['row'])]);
      else rows.push(String(r['row']));
    }
    const instances = db
      .prepare('SELECT row FROM instance')
      .all()
      .map((r) => JSON.parse(String(r['row'])) as InstanceRow);
    const messages = db.prepare('SELECT locked, body FROM message ORDER BY id').all();
    return {
      now: meta.get('now') ?? 0,
      nextMessageId: meta.get('nextMessageId') ?? 1,
      instances: instances.map((row) => ({ row, history: histories.get(row.id) ?? [] })),
      messages: messages.map((r) => ({ message: JSON.parse(String(r['body'])) as Message, lockedUntil: Number(r['locked']) })),
    };
  }

  return {
    load,
    commit: (change) => whole(() => write(change)),
    lock: (ids, until) => whole(() => ids.forEach((id) => sql.lock.run(until, id))),
    close: () => db.close(),
  };
}
