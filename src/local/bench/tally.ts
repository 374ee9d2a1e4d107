import { createStage, type Stage, type StageOptions } from '../simulate/stage';

/** What a stretch of a run asked of the services, the blobs and the engine. Requests for tokens are left out: the SDK keeps one for a day. */
export interface Tally {
  readonly ticks: number;
  readonly stackguardian: Readonly<Record<string, number>>;
  readonly azure: Readonly<Record<string, number>>;
  readonly blobReads: number;
  readonly blobWrites: number;
  readonly activities: number;
  readonly entityCalls: number;
  readonly timers: number;
  /** Of ended generations of the loop. */
  readonly historyRows: number;
  readonly historyBytes: number;
}

export interface CountedStage {
  readonly stage: Stage;
  /** All since the start. */
  tally(): Tally;
}

/** A stage whose blob calls are counted as well. */
export async function createCountedStage(options: StageOptions): Promise<CountedStage> {
  const blobs = { read: 0, write: 0, append: 0, list: 0, delete: 0 };
  const stage = await createStage({
    ...options,
    storeFaults: (call) => {
      blobs[call] += 1;
      return undefined;
    },
  });
  return {
    stage,
    tally: () => {
      const counters = stage.app.host()?.counters;
      if (counters === undefined) throw new Error('The host is down.');
      const loop = counters.generations.get('autoscaler');
      return {
        ticks: counters.functions.get('poll')?.calls ?? 0,
        stackguardian: { ...ofService(stage, 'stackguardian') },
        azure: { ...ofService(stage, 'azure') },
        blobReads: blobs.read + blobs.list,
        blobWrites: blobs.write + blobs.append + blobs.delete,
        activities: counters.activities,
        entityCalls: counters.entityOperations,
        timers: counters.timers,
        historyRows: loop?.rows ?? 0,
        historyBytes: loop?.bytes ?? 0,
      };
    },
  };
}

function ofService(stage: Stage, service: string): Record<string, number> {
  const mine = Object.entries(stage.world.counters).filter(([name]) => name.startsWith(`${service} `));
  return Object.fromEntries(mine.map(([name, count]) => [name.slice(service.length + 1), count]));
}

const less = (after: Readonly<Record<string, number>>, before: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(
    Object.entries(after).flatMap(([name, count]) => (count > (before[name] ?? 0) ? [[name, count - (before[name] ?? 0)]] : [])),
  );

/** What came between two tallies. */
export function between(before: Tally, after: Tally): Tally {
  const numbers = Object.fromEntries(
    Object.entries(after).flatMap(([name, value]) =>
      typeof value === 'number' ? [[name, value - (before[name as keyof Tally] as number)]] : [],
    ),
  );
  return {
    ...(numbers as unknown as Tally),
    stackguardian: less(after.stackguardian, before.stackguardian),
    azure: less(after.azure, before.azure),
  };
}

export const sum = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((all, count) => all + count, 0);
