import { fork, type ChildProcess } from 'node:child_process';
import type { RunReport } from './report';
import type { Told } from './worker';

export interface CrewOptions {
  /** The built file whose process answers `--worker` with {@link workerMain}, and the flags of the whole. */
  readonly script: string;
  readonly args: readonly string[];
  /** Processes. */
  readonly jobs: number;
  readonly seeds: readonly number[];
  /** Reports in the order of the seeds, whichever process was done first. */
  readonly onReport: (report: RunReport, done: number) => void;
  readonly onProgress: (progress: Extract<Told, { kind: 'progress' }>) => void;
}

/** For the memory that is told after each day. A larger young generation brings nothing: 32 and 64 MB were tried. */
const EXEC_ARGS = ['--expose-gc'];

/** Every seed in one of several processes, each seed by itself: who simulates it makes no difference to its result. */
export async function simulateSeeds(options: CrewOptions): Promise<readonly RunReport[]> {
  const { seeds, script, args } = options;
  const found = new Map<number, RunReport>();
  const reports: RunReport[] = [];
  let next = 0;
  const keep = (at: number, report: RunReport): void => {
    found.set(at, report);
    for (let ready = found.get(reports.length); ready !== undefined; ready = found.get(reports.length)) {
      found.delete(reports.length);
      reports.push(ready);
      options.onReport(ready, reports.length);
    }
  };
  const children = Array.from({ length: Math.min(options.jobs, seeds.length) }, () =>
    fork(script, ['--worker', ...args], { execArgv: [...process.execArgv, ...EXEC_ARGS] }),
  );
  try {
    await Promise.all(
      children.map(async (child) => {
        for (let at = next++; at < seeds.length; at = next++) keep(at, await ask(child, seeds[at] as number, options.onProgress));
      }),
    );
  } finally {
    for (const child of children) if (child.connected) child.disconnect();
  }
  return reports;
}

function ask(child: ChildProcess, seed: number, onProgress: CrewOptions['onProgress']): Promise<RunReport> {
  return new Promise((resolve, reject) => {
    const fail = (what: string): void => reject(new Error(`seed ${String(seed)}: ${what}`));
    const onMessage = (told: Told): void => {
      if (told.kind === 'progress') return onProgress(told);
      child.off('message', onMessage).off('exit', onExit);
      if (told.kind === 'done') resolve(told.report);
      else fail(told.text);
    };
    const onExit = (code: number | null, signal: string | null): void => fail(`its process ended with ${String(signal ?? code)}`);
    child.on('message', onMessage).on('exit', onExit);
    // Gone already: its exit tells.
    child.send({ seed }, () => undefined);
  });
}
