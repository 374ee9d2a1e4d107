import { dayOf } from '../../forecast/past';
import { BLOBS } from '../../names';
import type { Mode } from '../world/state';
import type { TraceJob } from '../traces';
import { aftermath } from './aftermath';
import { createBench } from './bench';
import { drawRun, pastOf, type Draw } from './draw';
import { ENGINE_FAULTS, type EngineContext } from './engineFaults';
import { engineHub } from './engineHub';
import { createHub, FAULTS, installFaults, storeFaultsOf, traitFlags } from './faults';
import { shareLimits } from './faults/limits';
import { handsOf } from './hands';
import { createRandom } from '../world/random';
import { secretsIn } from './invariants/i8';
import { excessOf } from './invariants/i9';
import type { Violation } from './invariants';
import { createStage, type Stage } from './stage';

export interface SimulationOptions {
  readonly seed: number | string;
  /** Days with faults; the hours after them, in which everything must heal, come on top. */
  readonly days: number;
  /** Names of faults. */
  readonly faults: readonly string[];
  readonly runners?: number;
  readonly pools?: number;
  readonly mode?: Mode;
  readonly intensity?: number;
  /** App settings over those drawn. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly entry?: string;
  /** Leaves out the calm after the faults, and what must be so at its end. */
  readonly faultsOnly?: boolean;
  /** Goes on after a violation; the default is to stop at the first. */
  readonly goOn?: boolean;
  readonly onLine?: (line: string) => void;
  /** `stored`: bytes that the simulated storage, blobs and task hub, holds in this process. */
  readonly onProgress?: (simulatedMs: number, ticks: number, stored: () => number) => void;
  /** At the end: every blob's text by its name. */
  readonly onBlobs?: (texts: ReadonlyMap<string, string>) => void;
}

export interface SimulationResult {
  readonly seed: number | string;
  readonly simulatedDays: number;
  /** Days under faults, times pools. */
  readonly fleetDays: number;
  /** Epoch ms. */
  readonly startedAt: number;
  readonly ticks: number;
  readonly heldTicks: number;
  readonly jobs: number;
  /** Killed by whomever: Azure, operators, the original – and us, which is a violation. */
  readonly jobsKilled: number;
  readonly vmsRequested: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly violations: readonly Violation[];
  /** The last lines before the end. */
  readonly story: readonly string[];
  /** Over every byte of the run's log. */
  readonly digest: string;
}

/** All faults by name: of the world and of the engine. */
export const ALL_FAULTS: readonly string[] = [...FAULTS, ...ENGINE_FAULTS].map(({ name }) => name);

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const LOOK_MS = 600_000;
/** How late an act may come after its decision where the engine is hostile. */
const HOSTILE_SLACK_MS = 6 * 60_000;

/** One seeded run: a drawn fleet under faults for some days, then calm; judged throughout. The same options give the same result. */
export async function simulateRun(options: SimulationOptions): Promise<SimulationResult> {
  const { seed, days, faults: kinds } = options;
  const draw = drawRun({
    seed,
    ...(options.runners === undefined ? {} : { runners: options.runners }),
    ...(options.pools === undefined ? {} : { poolCount: options.pools }),
    ...(options.mode === undefined ? {} : { mode: options.mode }),
  });
  const engineKinds = ENGINE_FAULTS.filter(({ name }) => kinds.includes(name));
  const bench = createBench(engineKinds.length > 0 ? HOSTILE_SLACK_MS : 0, kinds.length === 0);
  const counts: Record<string, number> = Object.fromEntries(kinds.map((name) => [name, 0]));
  const hub = createHub();
  const engine = engineHub();
  const progress = { ticks: 0, held: 0 };
  const note = (message: string): void => {
    if (!message.startsWith('{"') || !message.includes('"event":"tick"')) return;
    progress.ticks += 1;
    if (message.includes('"held":true')) progress.held += 1;
  };
  const stage: Stage = await createStage({
    seed,
    pools: draw.pools,
    flags: { ...draw.flags, ...tailOf(seed, draw), ...traitFlags(seed, kinds) },
    settings: { ...draw.settings, ...options.settings },
    worldFaults: hub.faults,
    storeFaults: storeFaultsOf(hub.faults),
    hooks: engine.hooks,
    ...(options.entry === undefined ? {} : { entry: options.entry }),
    onWorld: (world, now) => bench.sit(world, now),
    onEvent: (event) => bench.onEvent(event),
    onRequest: (service, request, app) => bench.onRequest({ service, request, app }),
    onAnswer: (service, request, answer, app) => bench.onAnswer({ service, request, app }, answer),
    onLine: (line) => {
      bench.onLine(line);
      options.onLine?.(line);
    },
    onLog: ({ message }) => note(message),
  });
  const clock = (): number => stage.clock.now();
  const { world, startedAt } = stage;
  // Before any fault: what the keeper would have learned in the week before.
  for (const { name } of draw.pools) await stage.store.write(BLOBS.past(name), JSON.stringify(pastOf(seed, name, dayOf(startedAt))));
  bench.serve(stage.app);

  const until = startedAt + days * DAY;
  const count = (name: string, what: string | undefined): void => {
    counts[name] = (counts[name] ?? 0) + 1;
    stage.log.add(clock(), 'fault', what === undefined ? name : `${name} ${what}`);
  };
  const limits = installFaults(
    kinds.filter((name) => FAULTS.some((each) => each.name === name)),
    {
      ...{ seed, clock: stage.clock, world, hub, until, confirmSeconds: draw.confirmSeconds },
      intensity: options.intensity ?? 1,
      app: handsOf({
        ...{ app: stage.app, clock: stage.clock, pools: world.pools, bench },
        say: (text) => stage.log.add(clock(), 'hands', text),
      }),
      hostSkew: (ms) => {
        bench.skew(ms);
        stage.app.skew(ms);
      },
      // Storage fails the original as it fails us.
      stamp: (pool, which, at) => void stage.store.write(stampBlob(draw, pool.name, which), stampText(at)).catch(() => undefined),
      onInjection: count,
    },
  );
  for (const kind of engineKinds) {
    const context: EngineContext = {
      ...{ world, clock: stage.clock, limits, until, intensity: options.intensity ?? 1 },
      random: createRandom(seed).fork('engine').fork(kind.name),
      ...{ app: undefined, hostSkew: undefined, stamp: undefined },
      hook: (hooks) => hub.add(hooks),
      count: (what) => {
        count(kind.name, what);
        if (CHANGES.has(kind.name)) bench.changed();
      },
      main: stage.app,
      join: (settings) => stage.join(settings),
      onStep: (hook) => engine.addStep((step) => (clock() < until ? hook(step) : undefined)),
      onMessage: (hook) => engine.addMessage((message) => (clock() < until ? hook(message) : undefined)),
    };
    kind.install(context);
  }

  for (const { name } of draw.pools)
    for (let day = 0; day < days; day += 1)
      world.addJobs(within(draw.day(name, day), days - day), { pool: name, from: startedAt + day * DAY });

  const isOver = (): boolean => bench.violations.length > 0 && options.goOn !== true;
  async function look(to: number): Promise<void> {
    while (clock() < to && !isOver()) {
      await stage.runUntil(Math.min(to, clock() + LOOK_MS));
      bench.look();
      const host = stage.app.host();
      const excess = host === undefined ? undefined : excessOf(host);
      if (excess !== undefined) bench.report('I9', excess);
      options.onProgress?.(clock() - startedAt, progress.ticks, () => storedBytes(stage));
    }
  }
  await look(until);
  if (!isOver() && options.faultsOnly !== true) await aftermath(stage, bench, look);
  if (!isOver()) searchSecrets(stage, bench.report);
  const metrics = world.metrics();
  const result: SimulationResult = {
    seed,
    simulatedDays: (clock() - startedAt) / DAY,
    fleetDays: (Math.min(clock() - startedAt, days * DAY) / DAY) * draw.pools.length,
    startedAt,
    ...{ ticks: progress.ticks, heldTicks: progress.held },
    ...{ jobs: metrics.jobs, jobsKilled: metrics.jobsKilled, vmsRequested: metrics.vmsRequested },
    faults: counts,
    violations: bench.violations,
    story: stage.log.tail(),
    digest: stage.log.digest(),
  };
  options.onBlobs?.(stage.store.texts);
  await stage.stop();
  return result;
}

function storedBytes(stage: Stage): number {
  const { instances } = stage.app.storage().load();
  const rows = instances.flatMap(({ row, history }) => [JSON.stringify(row), ...history]);
  return rows.reduce((all, row) => all + row.length, stage.store.keptBytes);
}

/** Engine faults after which an operator would not hold the rules of before against us: the hub's memory itself is another. */
const CHANGES: ReadonlySet<string> = new Set(['hub-restored', 'hub-lost', 'second-app', 'code-changed']);

/** The stopping tail is part of what may show a wrong zero. */
function tailOf(seed: number | string, draw: Draw): Record<string, number> {
  const { tailSeconds } = shareLimits(draw.confirmSeconds, createRandom(seed).fork('faults').fork('limits'));
  return { stopSeconds: Math.min(10, tailSeconds) };
}

const within = (jobs: readonly TraceJob[], days: number): TraceJob[] => jobs.filter((job) => job.arrivalSeconds < days * 86_400);

const stampBlob = (draw: Draw, pool: string, which: 'in' | 'out'): string =>
  draw.pools.length === 1 ? `scale_${which}_timestamp` : `${pool}/scale_${which}_timestamp`;

/** As the original writes it: ISO 8601 without a zone. */
const stampText = (at: number): string => new Date(at).toISOString().replace('Z', '000');

function searchSecrets(stage: Stage, report: (invariant: string, what: string) => void): void {
  const secrets = [...stage.world.keys, stage.world.identity.header];
  for (const [name, text] of stage.store.texts)
    if (secretsIn(text, secrets) !== undefined) report('I8', `a secret stands in the blob ${name}`);
  const hub = stage.app.storage().load();
  for (const { row, history } of hub.instances)
    if (secretsIn(JSON.stringify(row) + history.join(''), secrets) !== undefined) report('I8', `a secret stands in the instance ${row.id}`);
}
