import type { Certificate } from '../../../model/drain';
import { findingsOf } from '../../crash/inspect';
import { memoryStorage } from '../../host';
import { living } from '../../world/capacity';
import type { Mode, PoolState, WorldEvent } from '../../world/state';
import { createBench, type Bench } from '../bench';
import { excessOf } from '../invariants/i9';
import type { Violation } from '../invariants';
import { createStage, type Stage } from '../stage';
import { courseOf, FLAGS, runnersAtRest, SETTINGS, type Course } from './courses';
import { type Effect, watchStorage } from './effects';
import { poolOf } from './onePool';
import { unrest } from './rest';
import { createStriker, type Planned, type Striker } from './striker';

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
  /** Simulated, until everything had been at rest for a while. */
  readonly minutes: number;
}

const MINUTE = 60_000;
/** How late an act may come after its decision. */
const SLACK_MS = 6 * MINUTE;
/** Within so long after the last strike everything that was begun has ended. */
const BOUND_MS = 40 * MINUTE;
const LOOK_MS = 15_000;
/** By then a course is under way: before, one runner and no job look like rest. */
const BEGUN_MS = 2 * MINUTE;
/** A pool at rest stays so: two more ticks. */
const STILL_MS = 2 * MINUTE + LOOK_MS;

/** One run of a course with what is planned, judged at every step and once it has come to rest. */
export async function runTrial(options: TrialOptions): Promise<Trial> {
  const course = courseOf(options.course);
  const bench = createBench(SLACK_MS, false);
  const events: WorldEvent[] = [];
  const set: { stage?: Stage } = {};
  const striker = createStriker(options.plan, () => set.stage);
  const stage = await createStage({
    ...watched(course, options, bench, striker),
    onEvent: (event) => {
      events.push(event);
      bench.onEvent(event);
      if (set.stage === undefined) return;
      course.onEvent?.(event, set.stage);
      if (event.kind === 'vm-requested') countInstances(set.stage, course, bench);
    },
  });
  set.stage = stage;
  bench.serve(stage.app);
  course.begin?.(stage);
  const upto = await untilRest(stage, poolOf(stage), course, bench, striker);
  if (bench.violations.length === 0) for (const what of leftOver(stage, events)) bench.report('I4', what);
  const { jobsKilled } = stage.world.metrics();
  if (jobsKilled > 0) bench.report('I1', `${String(jobsKilled)} jobs were killed`);
  await stage.stop();
  return {
    effects: striker.effects.slice(0, upto),
    violations: bench.violations,
    story: stage.log.tail(),
    minutes: (stage.clock.now() - stage.startedAt) / MINUTE,
  };
}

/** The stage of a course, each durable effect of the app told to the striker, everything else to the judges. */
function watched(course: Course, { mode, entry, onLine }: TrialOptions, bench: Bench, striker: Striker): Parameters<typeof createStage>[0] {
  const tell = (effect: Effect): void => {
    if (striker.tell(effect) !== undefined) striker.die();
  };
  return {
    seed: 1,
    pools: [{ name: 'default', mode, initialRunners: course.runners }],
    flags: FLAGS,
    settings: { ...SETTINGS, ...course.settings },
    storage: watchStorage(memoryStorage(), striker.tell, striker.die),
    ...(entry === undefined ? {} : { entry }),
    ...(course.worldFaults === undefined ? {} : { worldFaults: course.worldFaults }),
    storeFaults: (call, blob) => {
      if (call !== 'read' && call !== 'list')
        tell({ kind: 'blob', of: blob.startsWith('drains/') ? 'drain' : 'loop', what: `${call} ${blob}` });
      return undefined;
    },
    onWorld: (world, now) => bench.sit(world, now),
    onRequest: (service, request, app) => {
      bench.onRequest({ service, request, app });
      if (request.method === 'GET' || service === 'identity') return;
      const { pathname } = new URL(request.url);
      tell({ kind: 'sent', of: isOfDrain(pathname, request.method) ? 'drain' : 'loop', what: `${request.method} ${pathname}` });
    },
    onAnswer: (service, request, answer, app) => bench.onAnswer({ service, request, app }, answer),
    onLine: (line) => {
      bench.onLine(line);
      onLine?.(line);
    },
    onHang: ({ kind, instanceId, cause }) => bench.report('hang', `${kind} ${instanceId}: ${cause}`),
  };
}

/** The loop writes capacity and protects instances; statuses, deregistrations and deletes are the drains'. */
const isOfDrain = (path: string, method: string): boolean =>
  method === 'DELETE' || /\/(?:runner_status|deregister)\/$|\/delete$/.test(path.toLowerCase());

function countInstances(stage: Stage, { peak }: Course, bench: Bench): void {
  const count = living(poolOf(stage)).length;
  if (count > peak) bench.report('I4', `there are ${String(count)} instances, where ${String(peak)} are all that the course needs`);
}

/** Runs until everything that was begun has ended and has stayed so. How many effects there were up to then. */
async function untilRest(stage: Stage, pool: PoolState, course: Course, bench: Bench, striker: Striker): Promise<number> {
  const { clock, startedAt } = stage;
  let missing: string | undefined;
  let since: number | undefined;
  let upto = 0;
  while (bench.violations.length === 0 && clock.now() < Math.max(startedAt, striker.lastAt) + BOUND_MS) {
    await stage.runUntil(clock.now() + LOOK_MS);
    bench.look();
    missing = clock.now() < startedAt + BEGUN_MS ? 'the course has not begun' : unrest(stage, pool, runnersAtRest(course));
    if (since === undefined) upto = striker.effects.length;
    since = missing === undefined && clock.now() > striker.lastAt ? (since ?? clock.now()) : undefined;
    if (since !== undefined && clock.now() - since >= STILL_MS) break;
  }
  if (missing !== undefined) bench.report('liveness', `no rest ${String(BOUND_MS / MINUTE)} minutes after the last strike: ${missing}`);
  const host = stage.app.host();
  const excess = host === undefined ? undefined : excessOf(host);
  if (excess !== undefined) bench.report('I9', excess);
  return upto;
}

/** What certificates and events say of one another. */
function leftOver(stage: Stage, events: readonly WorldEvent[]): readonly string[] {
  const pages = [...stage.store.texts].filter(([blob]) => blob.startsWith('drains/'));
  const certificates = pages.map(([, text]) => JSON.parse(text) as Certificate);
  const capacities = events.filter(({ kind }) => kind === 'capacity').map(({ subject }) => Number(subject));
  return findingsOf(events, certificates, 1, capacities);
}
