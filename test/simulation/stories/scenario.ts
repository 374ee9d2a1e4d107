import { onTestFinished } from 'vitest';
import { createHub, storeFaultsOf } from '../../../src/local/simulate/faults';
import { createStage, type Stage, type StageOptions } from '../../../src/local/simulate/stage';
import type { WorldFaults } from '../../../src/local/world/faults';
import { place } from '../../../src/local/world/jobs';
import type { Mishaps } from '../../../src/local/world/mishaps';
import type { PoolState, Vm, WorldEvent } from '../../../src/local/world/state';

/** One request of the app to StackGuardian or Azure. */
export interface Sent {
  readonly at: number;
  readonly service: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Readonly<Record<string, any>>;
}

/** One tick of the loop, as its log line tells it. */
export interface Tick {
  readonly at: number;
  readonly rule: string;
  readonly held: boolean;
}

export interface Status {
  readonly mode: string;
  readonly decision: { readonly rule: string; readonly reason: string };
  readonly counts: Readonly<Record<string, number>>;
  readonly drains: readonly Record<string, unknown>[];
  readonly alerts: readonly { readonly code: string; readonly text: string; readonly next?: string }[];
  readonly lastTick: { readonly at: string; readonly ticks: number };
  readonly nextTick: string;
}

/** The whole app on a stage, with what a story needs to set its scene and to tell what came of it. */
export interface Scenario extends Stage {
  readonly pool: PoolState;
  readonly mishaps: Mishaps;
  readonly events: readonly WorldEvent[];
  readonly sent: readonly Sent[];
  readonly ticks: readonly Tick[];
  /** Lets so many minutes pass. */
  pass(minutes: number): Promise<void>;
  /** Lets time pass until it holds; throws after so many minutes. */
  until(what: string, holds: () => boolean, withinMinutes: number): Promise<void>;
  /** Makes the world hostile from now on. */
  hostile(hooks: WorldFaults): void;
  /** Jobs that arrive now, each of so many minutes. */
  jobs(count: number, minutes: number): void;
  /** Takes back what waits. */
  cancelWaiting(): void;
  status(pool?: string): Promise<Status>;
  post(path: string, body?: unknown): Promise<{ readonly status: number; readonly body: any }>;
  /** VMs in order of creation. */
  vms(): Vm[];
  /** Writes of sku.capacity. */
  growths(): Sent[];
  deletes(): Sent[];
}

const MINUTE = 60_000;

export type ScenarioOptions = Partial<Omit<StageOptions, 'worldFaults' | 'storeFaults' | 'onEvent' | 'onRequest'>> & {
  readonly mode?: 'Uniform' | 'Flexible';
};

export async function scenario({ mode = 'Uniform', ...options }: ScenarioOptions = {}): Promise<Scenario> {
  const hub = createHub();
  const events: WorldEvent[] = [];
  const sent: Sent[] = [];
  const ticks: Tick[] = [];
  const now = { read: (): number => 0 };
  const stage = await createStage({
    seed: 1,
    pools: [{ name: 'default', mode }],
    ...options,
    worldFaults: hub.faults,
    storeFaults: storeFaultsOf(hub.faults),
    onEvent: (event) => void events.push(event),
    onRequest: (service, { method, url, headers, body }) => {
      const parsed = body === undefined || body === '' ? {} : (JSON.parse(body) as Sent['body']);
      sent.push({ at: now.read(), service, method, path: new URL(url).pathname, headers, body: parsed });
    },
    onLog: (line) => {
      options.onLog?.(line);
      if (!line.message.startsWith('{"') || !line.message.includes('"event":"tick"')) return;
      const { rule, held } = JSON.parse(line.message) as { rule: string; held?: boolean };
      ticks.push({ at: now.read(), rule, held: held === true });
    },
  });
  onTestFinished(() => stage.stop());
  now.read = stage.clock.now;
  const [pool] = stage.world.pools;
  if (pool === undefined) throw new Error('the world has no pool');
  const request: Scenario['post'] = async (path, body) => {
    let answer: Awaited<ReturnType<Scenario['post']>> | undefined;
    void stage.app.request('POST', path, body).then((given) => (answer = given));
    await until(`an answer to POST ${path}`, () => answer !== undefined, 10);
    return answer ?? { status: 0, body: undefined };
  };
  const until: Scenario['until'] = async (what, holds, withinMinutes) => {
    const end = stage.clock.now() + withinMinutes * MINUTE;
    while (!holds()) {
      if (stage.clock.now() >= end) throw new Error(`Within ${String(withinMinutes)} minutes there was not: ${what}.`);
      await stage.runUntil(stage.clock.now() + 1_000);
    }
  };
  return {
    ...stage,
    pool,
    mishaps: stage.world.mishaps(pool.name),
    events,
    sent,
    ticks,
    until,
    pass: (minutes) => stage.runUntil(stage.clock.now() + minutes * MINUTE),
    hostile: (hooks) => hub.add(hooks),
    jobs: (count, minutes) =>
      stage.world.addJobs(
        Array.from({ length: count }, () => ({ arrivalSeconds: 0, durationSeconds: minutes * 60 })),
        { pool: pool.name },
      ),
    cancelWaiting: () => {
      for (const job of pool.waiting.splice(0)) job.state = 'done';
      place(pool);
    },
    status: async (name = pool.name) => {
      let body: unknown;
      void stage.app.request('GET', `pools/${name}`).then((answer) => (body = answer.body));
      await until('a status', () => body !== undefined, 10);
      return body as Status;
    },
    post: request,
    vms: () => [...pool.vms.values()].sort((a, b) => a.seq - b.seq),
    growths: () => sent.filter(({ service, method }) => service === 'azure' && method === 'PATCH'),
    deletes: () =>
      sent.filter(
        ({ service, method, path }) => service === 'azure' && (method === 'DELETE' || (method === 'POST' && path.endsWith('/delete'))),
      ),
  };
}

/** What the world knows: nothing was killed, and nothing is left over. */
export const CLEAN = { jobsKilled: 0, jobsOpen: 0, orphanVms: 0, ghostRunners: 0 } as const;
