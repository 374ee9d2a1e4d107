import type { Certificate } from '../../../model/drain';
import { findingsOf } from '../../crash/inspect';
import { memoryStorage } from '../../host';
import type { ActivityMessage } from '../../host/storage';
import { living } from '../../world/capacity';
import type { Mode, WorldEvent } from '../../world/state';
import { createBench } from '../bench';
import { excessOf } from '../invariants/i9';
import type { Violation } from '../invariants';
import { createStage, type Stage } from '../stage';
import { courseOf, FLAGS, SETTINGS } from './courses';
import { type Death, type Effect, watchStorage } from './effects';
import { unrest } from './rest';
import { strikeOf } from './strikes';

/** One thing that happens at the effect of this number, counted from 1 in its run. */
export interface Planned {
  readonly at: number;
  readonly strike: string;
}

export interface TrialOptions {
  readonly course: string;
  readonly mode: Mode;
  readonly plan: readonly Planned[];
  readonly entry?: string;
  readonly onLine?: (line: string) => void;
}

export interface Trial {
  /** All effects up to rest; those of an undisturbed run are the points of the exploration. */
  readonly effects: readonly Effect[];
  readonly violations: readonly Violation[];
  readonly story: readonly string[];
  readonly startedAt: number;
  /** Simulated, until everything was at rest. */
  readonly minutes: number;
}

const MINUTE = 60_000;
/** How late an act may come after its decision. */
const SLACK_MS = 6 * MINUTE;
/** Within so long after the last strike everything that was begun has ended. */
const BOUND_MS = 40 * MINUTE;
const LOOK_MS = 15_000;
/** A pool at rest stays so: two more ticks. */
const STILL_MS = 2 * MINUTE + LOOK_MS;

/** One run of a course with what is planned, judged at every step and once it has come to rest. */
export async function runTrial({ course: name, mode, plan, entry, onLine }: TrialOptions): Promise<Trial> {
  const course = courseOf(name);
  const bench = createBench(SLACK_MS, false);
  const effects: Effect[] = [];
  const events: WorldEvent[] = [];
  let stage: Stage | undefined;
  let lastAt = 0;
  let downMs = 0;

  const die = (): void => void stage?.app.crash({ downMs });
  const tell = (effect: Effect): Death | undefined => {
    if (stage === undefined) return undefined;
    effects.push(effect);
    let death: Death | undefined;
    for (const planned of plan.filter(({ at }) => at === effects.length)) {
      const strike = strikeOf(planned.strike);
      if (!strike.fits(effect))
        throw new RangeError(`The strike ${strike.name} does not fit effect ${String(planned.at)}: ${effect.what}.`);
      lastAt = stage.clock.now() + (strike.againMs ?? 0);
      stage.log.add(stage.clock.now(), 'strike', `${strike.name} at effect ${String(planned.at)}: ${effect.kind} ${effect.what}`);
      if (strike.againMs !== undefined && effect.activity !== undefined) again(stage, effect.activity, lastAt);
      if (strike.death === undefined) continue;
      downMs = strike.downMs ?? 0;
      death = strike.death;
    }
    return death;
  };

  const opened = await createStage({
    seed: 1,
    pools: [{ name: 'default', mode, initialRunners: course.runners }],
    flags: FLAGS,
    settings: { ...SETTINGS, ...course.settings },
    storage: watchStorage(memoryStorage(), tell, die),
    ...(entry === undefined ? {} : { entry }),
    ...(course.worldFaults === undefined ? {} : { worldFaults: course.worldFaults }),
    storeFaults: (call, blob) => {
      if (call === 'read' || call === 'list') return undefined;
      if (tell({ kind: 'blob', of: blob.startsWith('drains/') ? 'drain' : 'loop', what: `${call} ${blob}` }) !== undefined) die();
      return undefined;
    },
    onWorld: (world, now) => bench.sit(world, now),
    onEvent: (event) => {
      events.push(event);
      bench.onEvent(event);
      if (stage === undefined) return;
      course.onEvent?.(event, stage);
      const [pool] = stage.world.pools;
      const now = pool === undefined ? 0 : living(pool).length;
      if (event.kind === 'vm-requested' && now > course.peak)
        bench.report('I4', `there are ${String(now)} instances, where ${String(course.peak)} are all that the course needs`);
    },
    onRequest: (service, request, app) => {
      bench.onRequest({ service, request, app });
      if (request.method === 'GET' || service === 'identity') return;
      const path = new URL(request.url).pathname;
      const isLoops = /virtualmachinescalesets\/[^/]+(?:\/virtualmachines\/[^/]+)?$/i.test(path) && request.method !== 'DELETE';
      if (tell({ kind: 'sent', of: isLoops ? 'loop' : 'drain', what: `${request.method} ${path}` }) !== undefined) die();
    },
    onAnswer: (service, request, answer, app) => bench.onAnswer({ service, request, app }, answer),
    onLine: (line) => {
      bench.onLine(line);
      onLine?.(line);
    },
    onHang: ({ kind, instanceId, cause }) => bench.report('hang', `${kind} ${instanceId}: ${cause}`),
  });
  stage = opened;
  const { world, clock, startedAt } = opened;
  const [pool] = world.pools;
  if (pool === undefined) throw new Error('The world has no pool.');
  bench.serve(opened.app);
  course.begin?.(opened);

  let missing: string | undefined = 'nothing has begun';
  let restedSince: number | undefined;
  let uptoRest = 0;
  const isMoved = (): boolean => effects.some(({ of }) => of === 'drain');
  while (bench.violations.length === 0 && clock.now() < Math.max(startedAt, lastAt) + BOUND_MS) {
    await opened.runUntil(clock.now() + LOOK_MS);
    bench.look();
    missing = isMoved() ? unrest(opened, pool, 1) : 'no drain has begun';
    const wasAtRest = restedSince !== undefined;
    restedSince = missing === undefined && clock.now() > lastAt ? (restedSince ?? clock.now()) : undefined;
    if (!wasAtRest) uptoRest = effects.length;
    if (restedSince !== undefined && clock.now() - restedSince >= STILL_MS) break;
  }
  if (bench.violations.length === 0 && missing !== undefined)
    bench.report('liveness', `no rest ${String(BOUND_MS / MINUTE)} minutes after the last strike: ${missing}`);
  const host = opened.app.host();
  const excess = host === undefined ? undefined : excessOf(host);
  if (excess !== undefined) bench.report('I9', excess);
  if (bench.violations.length === 0) for (const what of leftOver(opened, events)) bench.report('I4', what);
  if (world.metrics().jobsKilled > 0) bench.report('I1', `${String(world.metrics().jobsKilled)} jobs were killed`);
  const trial = {
    effects: effects.slice(0, uptoRest),
    violations: bench.violations,
    story: opened.log.tail(),
    startedAt,
    minutes: (clock.now() - startedAt) / MINUTE,
  };
  await opened.stop();
  return trial;
}

/** To whichever host runs then; while none does, to the next. */
function again(stage: Stage, activity: ActivityMessage, at: number): void {
  stage.clock.at(at, () => {
    const host = stage.app.host();
    if (host === undefined) again(stage, activity, stage.clock.now() + 1_000);
    else host.engine.schedule(activity, at);
  });
}

/** What certificates and events say of one another. */
function leftOver(stage: Stage, events: readonly WorldEvent[]): readonly string[] {
  const certificates = [...stage.store.texts]
    .filter(([blob]) => blob.startsWith('drains/'))
    .map(([, text]) => JSON.parse(text) as Certificate);
  return findingsOf(
    events,
    certificates,
    1,
    events.filter(({ kind }) => kind === 'capacity').map(({ subject }) => Number(subject)),
  );
}
