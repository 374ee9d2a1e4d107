import type { Bucket, DecisionRow, DrainRow, RunnerRow } from '../../../src/functions/http/historyAnswers';

/** A working day of a pool that follows its queue with a delay: what the history routes would answer, made from a seed. */
export interface Day {
  readonly buckets: readonly Bucket[];
  /** Newest first. */
  readonly decisions: readonly DecisionRow[];
  readonly drains: readonly DrainRow[];
  readonly runners: readonly RunnerRow[];
}

const MINUTE = 60_000;
const iso = (at: number): string => new Date(at).toISOString();

/** Always the same draws for the same seed. */
function draws(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

export interface DayShape {
  readonly end: number;
  readonly ticks?: number;
  readonly seed?: number;
  readonly runners?: number;
}

export const arnOf = (index: number): string =>
  `arn:aws:ecs:eu-central-1:4711:container-instance/private-runners/${(index * 7_919 + 104_729).toString(16).padStart(8, '0')}e5f0`;

export function aDay({ end, ticks = 1_440, seed = 1, runners = 14 }: DayShape): Day {
  const draw = draws(seed);
  const buckets: Bucket[] = [];
  const decisions: DecisionRow[] = [];
  const drains: DrainRow[] = [];
  let jobs: number[] = [];
  let waiting = 0;
  let booting: number[] = [];
  let ready = 2;
  let leaving: number[] = [];
  let unserved = 0;
  let lastOut = -10;
  let lastIn = -10;
  for (let tick = 0; tick < ticks; tick += 1) {
    const at = end - (ticks - tick) * MINUTE;
    const hour = new Date(at).getUTCHours();
    const rate = hour >= 7 && hour < 18 ? 0.42 : 0.05;
    if (draw() < rate) waiting += 1 + Math.floor(draw() * draw() * 8);
    jobs = jobs.map((left) => left - 1).filter((left) => left > 0);
    const booted = booting.filter((left) => left <= 1).length;
    booting = booting.map((left) => left - 1).filter((left) => left > 0);
    ready += booted;
    leaving = leaving.map((left) => left - 1).filter((left) => left > 0);
    const started = Math.min(waiting, ready - jobs.length);
    for (let job = 0; job < started; job += 1) jobs.push(3 + Math.floor(draw() * 14));
    waiting -= started;
    unserved = waiting > booting.length ? unserved + 60 : 0;
    const isHeld = tick % 487 > 470;
    let outs = 0;
    let ins = 0;
    const row = (rule: string, reason: string, more: Partial<DecisionRow> = {}): void =>
      void decisions.unshift({
        ...{ at: iso(at), tick: `t${tick}`, rule, reason, held: isHeld, dryRun: false, acts: [], done: [], alerts: [], noticed: [] },
        ...more,
      });
    const idle = ready - jobs.length;
    if (isHeld) row('hold/sg-unavailable', 'Nothing is done: StackGuardian answered 503, the runner group could not be read.');
    else if (waiting >= 3 && booting.length < waiting && tick - lastOut >= 4 && ready + booting.length < 24) {
      outs = 1;
      lastOut = tick;
      const [from, to] = [ready + booting.length, ready + booting.length + 2];
      booting.push(3, 3);
      const act = { kind: 'setCapacity' as const, add: 2, from, to };
      const reason = `${waiting} jobs wait (${waiting - booting.length + 2} unserved), above SCALE_OUT_THRESHOLD 3: ordering 2 instances, capacity ${from} to ${to}.`;
      row('scale-out/threshold', reason, { acts: [act], done: [{ act, answer: 'done' }] });
    } else if (waiting <= 1 && idle > 1 && ready > 2 && tick - Math.max(lastIn, lastOut) >= 5) {
      ins = 1;
      lastIn = tick;
      ready -= 1;
      leaving.push(4);
      const runner = arnOf(drains.length);
      const drain = `default-t${tick}-1`;
      const act = {
        kind: 'drain' as const,
        runner,
        vm: `vm-${drains.length}`,
        drain,
        target: 'runner' as const,
        rule: 'scale-in/threshold',
      };
      row(
        'scale-in/threshold',
        `${waiting} jobs wait, at or below SCALE_IN_THRESHOLD 1; ${idle} of ${ready + 1} runners are idle: draining 1.`,
        {
          acts: [act],
          done: [{ act, answer: 'done' }],
        },
      );
      drains.unshift({
        ...{
          id: drain,
          kind: 'runner',
          rule: 'scale-in/threshold',
          runner,
          vm: `vm-${drains.length}`,
          computerName: `runners_${drains.length}`,
        },
        ...{ startedAt: iso(at), phase: 'over', endedAt: iso(at + 4 * MINUTE), outcome: 'deleted', note: null, steps: [], window: null },
      });
    } else if (tick % 5 === 0)
      row('steady', `${waiting} jobs wait; ${ready} runners (${idle} idle), ${booting.length} booting: nothing to do.`);
    buckets.push({
      ...{ at: iso(at), demand: waiting, waiting, active: ready, idle: ready - jobs.length, busy: jobs.length, booting: booting.length },
      ...{
        draining: leaving.length,
        instances: ready + booting.length + leaving.length,
        capacity: ready + booting.length + leaving.length,
      },
      ...{ unservedSeconds: unserved, held: isHeld ? 1 : 0, scaleOuts: outs, scaleIns: ins },
    });
  }
  return { buckets, decisions, drains, runners: Array.from({ length: runners }, (_, index) => aRunner(index, end, draw)) };
}

function aRunner(index: number, now: number, draw: () => number): RunnerRow {
  const state =
    index % 17 === 5 ? 'disconnected' : index % 9 === 4 ? 'draining' : index % 6 === 3 ? 'booting' : draw() < 0.6 ? 'busy' : 'idle';
  return {
    runner: state === 'booting' ? null : arnOf(1_000 + index),
    vm: `6f1c2a34-0000-4000-8000-${String(index).padStart(12, '0')}`,
    instance: String(index),
    computerName: `runners_${String(index).padStart(6, '0')}`,
    state,
    tasks: state === 'booting' ? null : state === 'busy' ? 1 : 0,
    since: iso(now - Math.floor(draw() * 40 * MINUTE)),
    bornAt: iso(now - Math.floor(draw() * 500 * MINUTE) - 40 * MINUTE),
    protected: false,
    drain: null,
  };
}
