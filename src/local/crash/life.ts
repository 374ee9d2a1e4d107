import { scaledClock, sqliteStorage, startHost } from '../host';

/** What one life of the host needs to know; the clock is the parent's, carried over by the time of the real one. */
export interface LifeOptions {
  readonly appDirectory: string;
  readonly entry: string;
  /** The task hub: a file that outlives each kill. */
  readonly database: string;
  readonly env: Readonly<Record<string, string>>;
  readonly speed: number;
  /** Simulated and real epoch ms of the same moment. */
  readonly simulated: number;
  readonly real: number;
}

/** The first line that a life says, followed by the address of its host. */
export const READY = 'ready ';

/** Runs the built app on a host in this process until it is killed. */
export async function live(options: LifeOptions): Promise<never> {
  const { appDirectory, entry, database, env, speed, simulated, real } = options;
  const storage = sqliteStorage(database);
  const now = simulated + (Date.now() - real) * speed;
  const clock = scaledClock(speed, Math.max(now, storage.load().now));
  const say = (text: string): void => void process.stdout.write(`${text}\n`);
  const host = await startHost({ appDirectory, entry, env, storage, clock, transport: 'in-process', log: ({ message }) => say(message) });
  say(READY + host.url);
  return new Promise(() => undefined);
}
