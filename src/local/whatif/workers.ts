import { availableParallelism } from 'node:os';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import type { Figures } from './figures';
import { runTask, type Past, type Task } from './tasks';

/** Figures of tasks, in their order. `told` hears of each one that is done. */
export type RunTasks = (tasks: readonly Task[], told?: (done: number) => void) => Promise<readonly Figures[]>;

export interface Crew {
  readonly run: RunTasks;
  readonly stop: () => Promise<void>;
}

interface Answer {
  readonly index: number;
  readonly figures?: Figures;
  readonly error?: Error;
}

/** In this thread: for few tasks, and for tests. */
export function alone(past: Past): Crew {
  return {
    run: (tasks, told) =>
      Promise.resolve(
        tasks.map((task, at) => {
          const figures = runTask(past, task);
          told?.(at + 1);
          return figures;
        }),
      ),
    stop: () => Promise.resolve(),
  };
}

/** Each core a thread of the built file `script`, which begins with {@link work}. */
export function crewOf(past: Past, script: string, count = availableParallelism()): Crew {
  if (count === 1) return alone(past);
  const workers = Array.from({ length: count }, () => new Worker(script, { workerData: past }));
  return {
    run: (tasks, told) => share(workers, tasks, told ?? (() => undefined)),
    stop: async () => void (await Promise.all(workers.map((worker) => worker.terminate()))),
  };
}

async function share(workers: readonly Worker[], tasks: readonly Task[], told: (done: number) => void): Promise<readonly Figures[]> {
  const found = new Array<Figures>(tasks.length);
  let next = 0;
  let done = 0;
  const busy = workers.map(async (worker) => {
    for (let index = next++; index < tasks.length; index = next++) {
      found[index] = await ask(worker, index, tasks[index] as Task);
      told((done += 1));
    }
  });
  await Promise.all(busy);
  return found;
}

function ask(worker: Worker, index: number, task: Task): Promise<Figures> {
  return new Promise((resolve, reject) => {
    const clear = (): void => {
      worker.off('message', onMessage);
      worker.off('error', onError);
    };
    const onMessage = ({ figures, error }: Answer): void => {
      clear();
      if (figures === undefined) reject(error ?? new Error('a worker gave no figures'));
      else resolve(figures);
    };
    const onError = (error: Error): void => {
      clear();
      reject(error);
    };
    worker.on('message', onMessage);
    worker.on('error', onError);
    worker.postMessage({ index, task });
  });
}

/** Of a worker's thread: answers tasks until it is stopped. False in the main thread. */
export function work(): boolean {
  if (isMainThread || parentPort === null) return false;
  const port = parentPort;
  port.on('message', ({ index, task }: { readonly index: number; readonly task: Task }) => {
    try {
      port.postMessage({ index, figures: runTask(workerData as Past, task) } satisfies Answer);
    } catch (error) {
      port.postMessage({ index, error: error instanceof Error ? error : new Error(String(error)) } satisfies Answer);
    }
  });
  return true;
}
