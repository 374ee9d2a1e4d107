import { rulesOf } from './rules';
import { settingOf } from './setting';
import type { World } from '../world/world';
import type { App } from './app';
import {
  isOurs,
  JUDGES,
  MINUTE,
  poolOf,
  type Asked,
  type Court,
  type Told,
  type ToldRunner,
  type Violation,
  type Watch,
} from './invariants';
import type { WorldAnswer } from '../world/exchange';
import type { WorldEvent } from '../world/state';

const TOLD_MS = 10 * MINUTE;

/** The judges of a run at their place: everything that happens passes by here, and the first violation of each invariant is kept. */
export interface Bench {
  readonly violations: readonly Violation[];
  sit(world: World, now: () => number): void;
  /** The app whose settings count, once it stands. */
  serve(app: Pick<App, 'settings'>): void;
  onEvent(event: WorldEvent): void;
  onRequest(asked: Asked): void;
  onAnswer(asked: Asked, answer: WorldAnswer): void;
  onLine(line: string): void;
  look(): void;
  /** Somebody else had this runner, VM or pool in hand. */
  touch(subject: string): void;
  untouch(subject: string): void;
  changed(): void;
  /** The clock of the app's host shows so much more than the world's. */
  skew(ms: number): void;
  report(invariant: string, what: string): void;
}

export function createBench(slackMs: number, isCalm: boolean): Bench {
  const violations: Violation[] = [];
  const told = new Map<string, Told[]>();
  const touches = new Map<string, number>();
  let now = (): number => 0;
  let watches: readonly Watch[] = [];
  let world: World | undefined;
  let app: Pick<App, 'settings'> | undefined;
  let lastChange = -Infinity;
  let skew = 0;

  const report = (invariant: string, what: string): void => {
    if (violations.length < 20) violations.push({ invariant, at: now(), what });
  };

  const court = (sitting: World): Court => ({
    world: sitting,
    now: () => now(),
    appNow: () => now() + skew,
    setting: (pool, variable) => settingOf(app?.settings() ?? {}, pool, variable),
    rules: (pool) => rulesOf(app?.settings() ?? {}, pool),
    lastChange: () => lastChange,
    told: (pool) => told.get(pool) ?? [],
    touched: (subject, withinMs) => {
      const at = touches.get(subject);
      return at !== undefined && now() - at <= withinMs;
    },
    slackMs,
    isCalm,
    report,
  });

  /** What people and the original do to a runner. */
  const noteHands = (event: WorldEvent): void => {
    if (isOurs(event)) return;
    touches.set(event.subject, event.at);
    if (event.vmId !== undefined) touches.set(event.vmId, event.at);
  };

  const noteTold = (asked: Asked, answer: WorldAnswer): void => {
    const pool = world === undefined ? undefined : poolOf(world, asked);
    if (pool === undefined || asked.service !== 'stackguardian' || asked.request.method !== 'GET') return;
    const runners = runnersIn(answer);
    if (runners === undefined) return;
    const kept = (told.get(pool.name) ?? []).filter(({ at }) => at >= now() - TOLD_MS);
    told.set(pool.name, [...kept, { at: now(), runners }]);
  };

  return {
    violations,
    sit: (sitting, clock) => {
      world = sitting;
      now = clock;
      watches = JUDGES.map((judge) => judge.watch(court(sitting)));
    },
    serve: (serving) => void (app = serving),
    onEvent: (event) => {
      const pool = world?.pools.find((each) => each.name === event.pool);
      if (pool === undefined) return;
      noteHands(event);
      for (const watch of watches) watch.onEvent?.(event, pool);
    },
    onRequest: (asked) => {
      for (const watch of watches) watch.onRequest?.(asked);
    },
    onAnswer: (asked, answer) => {
      noteTold(asked, answer);
      for (const watch of watches) watch.onAnswer?.(asked, answer);
    },
    onLine: (line) => {
      for (const watch of watches) watch.onLine?.(line);
    },
    look: () => {
      for (const watch of watches) watch.onLook?.();
    },
    touch: (subject) => void touches.set(subject, now()),
    untouch: (subject) => void touches.delete(subject),
    changed: () => void (lastChange = now()),
    skew: (ms) => void (skew = ms),
    report,
  };
}

function runnersIn(answer: WorldAnswer): readonly ToldRunner[] | undefined {
  if (typeof answer === 'string' || answer.status !== 200) return undefined;
  try {
    const { msg } = JSON.parse(answer.body) as { msg?: { ContainerInstances?: unknown } };
    if (!Array.isArray(msg?.ContainerInstances)) return undefined;
    return (msg.ContainerInstances as Record<string, unknown>[]).map((entry) => ({
      runnerId: String(entry['runnerId']),
      status: String(entry['status']),
      connected: entry['agentConnected'] !== false,
    }));
  } catch {
    // A broken answer told nothing.
    return undefined;
  }
}
