export interface FunctionTimes {
  calls: number;
  totalMs: number;
  maxMs: number;
}

export interface GenerationSizes {
  generations: number;
  rows: number;
  bytes: number;
  maxRows: number;
  maxBytes: number;
}

/** What the host has done since it started, for benchmarks and tests. Sizes are of ended generations. */
export class Counters {
  activities = 0;
  orchestratorEpisodes = 0;
  entityBatches = 0;
  entityOperations = 0;
  timers = 0;
  timerFunctions = 0;
  messages = 0;
  clientRequests = 0;
  readonly functions = new Map<string, FunctionTimes>();
  readonly generations = new Map<string, GenerationSizes>();

  invoked(name: string, ms: number): void {
    const times = this.functions.get(name) ?? { calls: 0, totalMs: 0, maxMs: 0 };
    times.calls += 1;
    times.totalMs += ms;
    times.maxMs = Math.max(times.maxMs, ms);
    this.functions.set(name, times);
  }

  generationEnded(name: string, rows: number, bytes: number): void {
    const sizes = this.generations.get(name) ?? { generations: 0, rows: 0, bytes: 0, maxRows: 0, maxBytes: 0 };
    sizes.generations += 1;
    sizes.rows += rows;
    sizes.bytes += bytes;
    sizes.maxRows = Math.max(sizes.maxRows, rows);
    sizes.maxBytes = Math.max(sizes.maxBytes, bytes);
    this.generations.set(name, sizes);
  }
}
