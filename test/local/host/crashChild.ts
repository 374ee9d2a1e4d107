import { appendFileSync } from 'node:fs';
import { scaledClock, sqliteStorage, startHost } from '../../../src/local/host';

/** Runs a host in a process of its own, to be killed: arguments are entry, database, file for notes. */
async function main(): Promise<void> {
  const [, , entry = '', file = '', notes = ''] = process.argv;
  const storage = sqliteStorage(file);
  const clock = scaledClock(20, Math.max(Date.now(), storage.load().now));
  const host = await startHost({ entry, clock, storage, patchDate: false, visibilityTimeoutMs: 2_000, env: { NOTES: notes } });
  if (host.status('loop') === undefined) host.startNew('bookkeeper', 'loop', { goal: 40 });
  appendFileSync(notes, 'ready\n');
  await host.runUntil(() => host.status('loop')?.runtimeStatus === 'Completed');
  appendFileSync(notes, `end ${JSON.stringify({ status: host.status('loop'), entity: host.readEntity('ledger', 'main') })}\n`);
  await host.stop();
  storage.close();
}

void main();
