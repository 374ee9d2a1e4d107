import { onTestFinished } from 'vitest';
import { startHost, virtualClock, type Hang, type Host, type HostOptions, type LogLine, type VirtualClock } from '../../../src/local/host';
import { bundled } from './build';

export const START = Date.UTC(2026, 0, 5);

export interface Running {
  readonly host: Host;
  readonly clock: VirtualClock;
  readonly hangs: Hang[];
  readonly lines: LogLine[];
  /** Lets time pass, then everything come to rest. */
  pass(ms: number): Promise<void>;
  output(id: string): unknown;
}

/** A host on virtual time, ended with the test. */
export async function run(app: string, options: Partial<HostOptions> & { startAt?: number } = {}): Promise<Running> {
  const clock = virtualClock(options.startAt ?? START);
  const hangs: Hang[] = [];
  const lines: LogLine[] = [];
  const host = await startHost({
    entry: bundled(app),
    clock,
    transport: 'in-process',
    onHang: (hang) => hangs.push(hang),
    log: (line) => lines.push(line),
    ...options,
  });
  onTestFinished(() => host.kill());
  return {
    host,
    clock,
    hangs,
    lines,
    pass: async (ms) => {
      await host.runUntil(clock.now() + ms);
    },
    output: (id) => host.status(id)?.output,
  };
}
