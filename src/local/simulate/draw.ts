import type { Past } from '../../forecast/past';
import { createRandom, type Random } from '../world/random';
import type { Mode, PoolSpec } from '../world/state';
import { generateDay, type TraceJob } from '../traces';

/** What one seed stands for: a fleet, its settings, its jobs. Everything within what the README calls survivable. */
export interface Draw {
  readonly pools: readonly PoolSpec[];
  readonly flags: Readonly<Record<string, number>>;
  readonly settings: Readonly<Record<string, string>>;
  readonly confirmSeconds: number;
  /** Jobs of one day of a pool, from the begin of its work. */
  day(pool: string, day: number): readonly TraceJob[];
}

export interface DrawOptions {
  readonly seed: number | string;
  /** About so many runners in all; drawn where absent. */
  readonly runners?: number;
  readonly poolCount?: number;
  readonly mode?: Mode;
}

/** A scale set holds no more, nor does MAX_RUNNERS take more (`settings/schema.ts`). */
const LARGEST = 1_000;

const NAMES = ['default', 'blue', 'green', 'red', 'amber', 'violet', 'olive', 'teal', 'coral', 'ivory'] as const;

export function drawRun({ seed, runners, poolCount, mode }: DrawOptions): Draw {
  const random = createRandom(seed).fork('draw');
  const count = poolCount ?? (random.next() < 0.7 ? 1 : 2 + random.below(2));
  const confirmSeconds = pick(random, [60, 60, 60, 75, 90, 120]);
  const perPool = runners === undefined ? 2 + random.below(9) : Math.max(1, Math.min(LARGEST, Math.round(runners / count)));
  const pools = NAMES.slice(0, count).map((name): PoolSpec => ({
    name,
    mode: mode ?? pick(random, ['Uniform', 'Flexible'] as const),
    tasksPerRunner: pick(random, [1, 1, 1, 2, 4]),
    initialRunners: random.below(Math.min(perPool, 20) + 1),
  }));
  return {
    pools,
    confirmSeconds,
    flags: {
      bootSeconds: 40 + random.below(120),
      registerSeconds: 20 + random.below(80),
      deleteSeconds: 10 + random.below(80),
      pendingSeconds: random.below(20),
    },
    settings: settingsOf(random, pools, perPool, confirmSeconds),
    day: (pool, day) => {
      const jobs = jobsOf(createRandom(seed).fork(`jobs ${pool} ${String(day)}`), perPool);
      const durationSeconds = lengthOf(createRandom(seed).fork(`length ${pool}`));
      return durationSeconds === undefined ? jobs : jobs.map((job) => ({ ...job, durationSeconds }));
    },
  };
}

function settingsOf(random: Random, pools: readonly PoolSpec[], perPool: number, confirmSeconds: number): Record<string, string> {
  const poll = pick(random, [30, 60, 60, 60, 90, 120]);
  const common = {
    POLL_INTERVAL_SECONDS: String(poll),
    DRAIN_CONFIRM_SECONDS: String(confirmSeconds),
    BOOT_TIMEOUT_MINUTES: String(10 + random.below(11)),
    DISCONNECT_GRACE_MINUTES: String(5 + random.below(11)),
    REPAIR_MAX_PER_TICK: pick(random, ['1', '1', '2']),
    PROTECT_INSTANCES: pick(random, ['true', 'false']),
    DRAIN_ALERT_MINUTES: '120',
  };
  const own = pools.map(({ name }) => ({
    ...poolSettings(random, perPool),
    ...strategyOf(random.fork(`strategy ${name}`)),
    ...forecastOf(random.fork(`forecast ${name}`)),
  }));
  const [only] = own;
  if (pools.length === 1 && only !== undefined) return { ...common, ...only };
  const items = pools.map(({ name }, at) => ({ name, ...placeOf(name), ...own[at] }));
  return { ...common, POOLS: JSON.stringify(items) };
}

/** As the simulated world names them. */
const placeOf = (name: string): Record<string, string> =>
  name === 'default'
    ? { AZURE_VMSS_NAME: 'runners', SG_RUNNER_GROUP: 'runners' }
    : { AZURE_VMSS_NAME: `vmss-${name}`, SG_RUNNER_GROUP: `runners-${name}` };

function poolSettings(random: Random, perPool: number): Record<string, string> {
  const least = Math.min(perPool, LARGEST - 1, random.below(Math.max(3, Math.floor(perPool / 2))));
  const step = perPool > 50 ? Math.ceil(perPool / 20) : 1 + random.below(3);
  return {
    MIN_RUNNERS: String(least),
    MAX_RUNNERS: String(Math.min(LARGEST, Math.max(least + 1, perPool) + random.below(3))),
    SCALE_OUT_THRESHOLD: String(1 + random.below(5)),
    SCALE_IN_THRESHOLD: String(random.below(3)),
    SCALE_OUT_STEP: String(step),
    SCALE_IN_STEP: String(perPool > 50 ? Math.min(50, step) : 1 + random.below(3)),
    SCALE_OUT_COOLDOWN_DURATION: String(1 + random.below(8)),
    SCALE_IN_COOLDOWN_DURATION: String(1 + random.below(12)),
    STARVATION_MINUTES: pick(random, ['5', '10', '10', '20']),
  };
}

/** The step rule in a third of all, any mixture in the others. */
function strategyOf(random: Random): Record<string, string> {
  const fast = { POLL_MIN_SECONDS: pick(random, ['10', '10', '20', '3600']) };
  if (random.below(3) === 0) return fast;
  const newest = pick(random, [undefined, '0', '1']);
  const hour = String(random.below(24));
  const raised = { cron: `${String(random.below(60))} ${hour} * * *`, timeZone: pick(random, ['Europe/Berlin', 'America/New_York']) };
  const schedule = { ...raised, forMinutes: 30 + random.below(90), MIN_IDLE_RUNNERS: 1, SCALE_IN_IDLE_MINUTES: 2 + random.below(10) };
  return {
    ...fast,
    SCALE_OUT_STRATEGY: pick(random, ['step', 'demand', 'demand']),
    SCALE_OUT_EXTRA: pick(random, ['0', '0', '1', '2']),
    SCALE_IN_STRATEGY: pick(random, ['step', 'idle-only', 'surplus', 'surplus']),
    SCALE_IN_IDLE_MINUTES: String(random.below(11)),
    ...(newest === undefined ? {} : { KEEP_NEWEST_IDLE: newest }),
    MIN_IDLE_RUNNERS: pick(random, ['0', '0', '1', '2']),
    ...(random.below(3) === 0 ? { SCHEDULES: JSON.stringify([schedule]) } : {}),
  };
}

/** So dear a wait that the little past of {@link pastOf} keeps runners warm at any hour. */
const forecastOf = (random: Random): Record<string, string> => ({
  FORECAST: pick(random, ['off', 'observe', 'on', 'on']),
  WAIT_MINUTE_WORTH: pick(random, ['5', '200', '1000']),
});

/** A past of a week as the keeper keeps it, so that a run of hours has what takes a week to learn. `today`: whole days since 1970. */
export function pastOf(seed: number | string, pool: string, today: number): Past {
  const random = createRandom(seed).fork(`past ${pool}`);
  const days = Array.from({ length: 7 }, (_, index) => ({
    day: today - 7 + index,
    // One an hour, and another soon after some of them: little enough to be chosen on in a moment.
    arrivals: Array.from({ length: 24 }, (_unused, hour) => hour * 3_600 + random.below(1_800))
      .flatMap((second) => (random.below(3) === 0 ? [second, second + 60 + random.below(900)] : [second]))
      .toSorted((a, b) => a - b),
    jobSeconds: 120 + random.below(600),
  }));
  return { schema: 1, through: today - 1, days };
}

/** Seconds that every job of a pool takes, in half of all pools: there the app foretells who will be free (poll/learnedRuns.ts). */
const lengthOf = (random: Random): number | undefined => (random.below(2) === 0 ? 120 + random.below(480) : undefined);

/** A day's work that the pool can carry: days laid over each other, or one thinned out. */
function jobsOf(random: Random, perPool: number): TraceJob[] {
  const share = perPool / 7;
  const days = Math.ceil(share);
  return (
    Array.from({ length: days }, () => generateDay(random.next()))
      .flat()
      .filter(() => random.next() < share / days)
      // The run begins with the working day: short ones would see the night alone.
      .map((job) => ({ ...job, arrivalSeconds: (job.arrivalSeconds + 16 * 3_600) % 86_400 }))
      .sort((a, b) => a.arrivalSeconds - b.arrivalSeconds)
  );
}

function pick<T>(random: Random, from: readonly T[]): T {
  return from[random.below(from.length)] as T;
}
