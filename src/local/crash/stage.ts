import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { scaledClock, type HostClock } from '../host';
import { startChild, type Child } from './child';

/** What a trial needs of the host that it kills. */
export interface Stage {
  /** The world's clock. */
  readonly clock: HostClock;
  /** Where the clock is the real one, all durations are so many times shorter, the app's by TRIAL_SPEED; otherwise 1. */
  readonly pace: number;
  /** A Functions host keeps its task hub in Azurite's queues and tables. */
  readonly services: 'blob' | 'all';
  /** Real ms, at least, between the start of the host and the next kill. */
  readonly restMs: number;
  /** One life of the host, with the same task hub each time. `env`: the app settings. */
  begin(env: Readonly<Record<string, string>>): Promise<Child>;
  /** Removes what it has put down. */
  end(): void;
}

const START = Date.UTC(2025, 3, 7, 6);

/** The local host in a process of its own, `speed` simulated seconds a second. */
export function localHostStage(options: {
  readonly speed: number;
  readonly appDirectory: string;
  /** The built app, and the script whose `--life` runs it. */
  readonly entry: string;
  readonly script: string;
}): Stage {
  const { speed, appDirectory, entry, script } = options;
  const folder = mkdtempSync(join(tmpdir(), 'crash-trial-'));
  const database = join(folder, 'hub.db');
  const clock = scaledClock(speed, START);
  const at = { simulated: clock.now(), real: Date.now() };
  return {
    clock,
    pace: 1,
    services: 'blob',
    restMs: 200,
    begin: (env) =>
      startChild(process.execPath, [script, '--life', JSON.stringify({ appDirectory, entry, database, env, speed, ...at })], env),
    end: () => rmSync(folder, { recursive: true, force: true }),
  };
}
