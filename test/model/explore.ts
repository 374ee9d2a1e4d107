import { createHash } from 'node:crypto';
import { carryOut } from '../../src/act/act';
import type { ScaleInInput } from '../../src/act/engine';
import { runStep, type StepInput } from '../../src/drain/runStep';
import type { DrainInput } from '../../src/functions/orchestrators/drain';
import type { Act, ActOutcome, Admission, TickPlan } from '../../src/model/decision';
import type { DrainRecord, DrainTiming, Target } from '../../src/model/drain';
import type { PoolMemory } from '../../src/model/pool';
import { applyOperation, OPERATIONS } from '../../src/persist/poolEntity';
import { isCommitted } from '../../src/persist/records';
import { replay, type Happened, type Pending } from './replay';
import { machine, portsOf, TARGET, type Machine, type ModelWorld, type Variant } from './world';

/** How often each disturbance may happen on one path. */
export interface Budget {
  /** Give-backs that the loop decides on. */
  giveBack: number;
  /** Activities that run once more: before their result counts, or late, after it did. */
  again: number;
  /** Activities that are done and then fail. */
  fail: number;
  /** Writes whose answer is lost. */
  lose: number;
  /** Entity reads that miss the last operation. */
  lag: number;
  /** Drain instances that die. */
  kill: number;
  /** Runners set ACTIVE by another's hand. */
  hand: number;
  /** Jobs that a listed, ACTIVE runner takes. */
  job: number;
  /** protect and release. */
  release: number;
  protect: number;
  /** Pauses of six minutes, in which every granted act expires. */
  pause: number;
  /** Another VM that gets the id of the deleted one. */
  reuse: number;
  /** Adoptions of what drains without a record. */
  adopt: number;
}

const NOTHING: Budget = {
  ...{ giveBack: 0, again: 0, fail: 0, lose: 0, lag: 0, kill: 0, hand: 0, job: 0, release: 0, protect: 0, pause: 0, reuse: 0, adopt: 2 },
};

interface Process {
  readonly id: string;
  input: DrainInput;
  startedAt: number;
  history: Happened[];
  alive: boolean;
  nudges: number;
}

interface Flight {
  readonly id: number;
  /** The drain that waits for its result; none: a late copy, or the loop's. */
  waits: string | undefined;
  readonly step?: StepInput;
  readonly admission?: Pick<Admission, 'acts' | 'scaleIn'>;
  /** Its result counted already. */
  readonly isCopy?: true;
}

interface State {
  now: number;
  memory: PoolMemory | undefined;
  before: PoolMemory | undefined;
  world: ModelWorld;
  drains: Process[];
  flights: Flight[];
  flown: number;
  ticks: number;
  settles: ActOutcome[][];
  busyLooks: number;
  budget: Budget;
}

interface Move {
  readonly name: string;
  /** Goes on by itself: a state without such moves is an end. */
  readonly isProgress: boolean;
  readonly make: (state: State) => Promise<void>;
}

const MINUTE = 60_000;
export const TIMING: DrainTiming = {
  ...{ poll: MINUTE, confirm: MINUTE, grace: 10 * MINUTE, boot: 15 * MINUTE, second: 1000, minute: MINUTE },
};
const TARGETED = { pool: 'p', scaleSetUniqueId: 'set' } as unknown as Target;
const GROWTH = { minute: MINUTE, scaleOutCooldown: 4 * MINUTE };

export interface Explored {
  readonly states: number;
  readonly ends: number;
  readonly wrong: readonly string[];
  /** How many ends each fate of the runner had. */
  readonly fates: Readonly<Record<string, number>>;
}

/** Every state that the disturbances of `budget` can lead to, from a drain just recorded. Stops at the first wrong, or beyond `limit`. */
export async function explore(budget: Partial<Budget>, limit = 50_000): Promise<Explored> {
  const seen = new Set<string>();
  const fates: Record<string, number> = {};
  let ends = 0;
  const stack: { state: State; path: readonly string[] }[] = [{ state: await begin(budget), path: [] }];
  for (let item = stack.pop(); item !== undefined; item = stack.pop()) {
    const { state, path } = item;
    const key = keyOf(state);
    if (seen.has(key)) continue;
    seen.add(key);
    if (seen.size > limit) return { states: seen.size, ends, wrong: [`more than ${String(limit)} states`], fates };
    const moves = movesOf(state);
    const wrong = [...judge(state), ...(moves.some((move) => move.isProgress) ? [] : judgeEnd(state))];
    if (wrong.length > 0) return { states: seen.size, ends, wrong: [...wrong, ...path], fates };
    if (!moves.some((move) => move.isProgress)) {
      ends += 1;
      const fate = fateOf(state);
      fates[fate] = (fates[fate] ?? 0) + 1;
    }
    for (const move of moves) {
      const next = structuredClone(state);
      await move.make(next);
      stack.push({ state: next, path: [...path, move.name] });
    }
  }
  return { states: seen.size, ends, wrong: [], fates };
}

const keyOf = (state: State): string => createHash('sha1').update(JSON.stringify(state)).digest('base64');

async function begin(budget: Partial<Budget>): Promise<State> {
  const world: ModelWorld = {
    ...{ machines: [machine(TARGET.id, TARGET.vmId, TARGET.runnerId, TARGET.name)], blobs: {}, givenBack: [], deleted: [], wrong: [] },
  };
  const state: State = {
    ...{ now: 0, memory: undefined, before: undefined, world, drains: [], flights: [], flown: 0, ticks: 0, settles: [], busyLooks: 0 },
    budget: { ...NOTHING, ...budget },
  };
  tick(state, [drainAct({ adopted: false, replaces: undefined })]);
  return state;
}

function judge({ world, memory }: State): string[] {
  const records = Object.values(memory?.drains ?? {});
  const twins = records.filter((record) => record.vmId === TARGET.vmId).length > 1 ? ['two drains of one runner are recorded'] : [];
  return [...world.wrong, ...twins];
}

/** Nothing moves by itself any more: nothing may be left half done. */
function judgeEnd(state: State): string[] {
  const records = Object.values(state.memory?.drains ?? {});
  const target = targetOf(state);
  const wrong: string[] = [];
  if (records.length > 0) wrong.push(`a record is left: ${String(records[0]?.phase)}`);
  if (!target.gone && !target.listed) wrong.push('the instance is left without its runner');
  if (target.gone && target.listed) wrong.push('the runner is left without its instance');
  if (target.listed && target.status === 'DRAINING') wrong.push('the runner is left draining');
  return wrong;
}

function fateOf(state: State): string {
  const { gone } = targetOf(state);
  return gone ? 'deleted' : 'active';
}

const targetOf = (state: State): Machine => state.world.machines[0] as Machine;
const recordOf = (state: State): DrainRecord | undefined =>
  Object.values(state.memory?.drains ?? {}).find((record) => record.vmId === TARGET.vmId);

function movesOf(state: State): Move[] {
  return [...state.drains.flatMap((drain) => drainMoves(state, drain)), ...flightMoves(state), ...loopMoves(state), ...outsideMoves(state)];
}

// --- the drains ---

function drainMoves(state: State, { id, alive, input, startedAt, history, nudges }: Process): Move[] {
  if (!alive) return [];
  const pending = replay(input, startedAt, history);
  const moves: Move[] = [];
  const add = (name: string, happen: (next: State) => Omit<Happened, 'at'>): void => {
    moves.push({
      name: `${id} ${name}`,
      isProgress: true,
      make: (next) => {
        advance(next, id, happen(next));
        return Promise.resolve();
      },
    });
  };
  if (pending.kind === 'entity') add(pending.operation, (next) => ({ value: call(next, pending.operation, pending.input) }));
  if (pending.kind === 'timer' || (pending.kind === 'race' && mayLook(state)))
    add('timer', (next) => {
      next.now = Math.max(next.now, pending.until);
      if (targetOf(next).tasks > 0) next.busyLooks += 1;
      return {};
    });
  if (pending.kind === 'race' && nudges > 0)
    add('nudge', (next) => {
      processOf(next, id).nudges -= 1;
      return { event: true, value: { news: 'giveBack' } };
    });
  if (state.budget.kill > 0)
    moves.push({
      name: `${id} dies`,
      isProgress: false,
      make: (next) => {
        next.budget.kill -= 1;
        processOf(next, id).alive = false;
        for (const flight of next.flights) if (flight.waits === id) flight.waits = undefined;
        return Promise.resolve();
      },
    });
  return moves;
}

/** While its runner has tasks, a drain may look once; more looks show nothing new. */
const mayLook = (state: State): boolean => targetOf(state).tasks === 0 || state.busyLooks < 1;

const processOf = (state: State, id: string): Process => state.drains.find((drain) => drain.id === id) as Process;

function advance(state: State, id: string, happened: Omit<Happened, 'at'>): void {
  const drain = processOf(state, id);
  drain.history.push({ at: state.now, ...happened });
  settleDown(state, drain);
}

/** A drain that waits for an activity has sent it; one that continues as new begins its next generation. */
function settleDown(state: State, drain: Process): void {
  let pending: Pending = replay(drain.input, drain.startedAt, drain.history);
  while (pending.kind === 'again') {
    Object.assign(drain, { input: pending.input, startedAt: state.now, history: [] });
    pending = replay(drain.input, drain.startedAt, drain.history);
  }
  if (pending.kind === 'over') drain.alive = false;
  if (pending.kind === 'activity') fly(state, { waits: drain.id, step: pending.input as unknown as StepInput });
}

function fly(state: State, flight: Omit<Flight, 'id'>): void {
  state.flown += 1;
  state.flights.push({ ...flight, id: state.flown });
}

function call(state: State, operation: string, input: unknown): unknown {
  const { memory, result } = applyOperation(state.memory, 'p', operation, structuredClone(input), state.now);
  state.before = state.memory;
  state.memory = memory;
  return structuredClone(result);
}

// --- activities ---

function flightMoves(state: State): Move[] {
  return state.flights.flatMap((flight) => {
    const { again, fail, lose, lag } = state.budget;
    const plain: Variant = { loseAnswer: false, lag: false };
    const moves = [run(flight, plain, 'counts')];
    if (lose > 0) moves.push(run(flight, { ...plain, loseAnswer: true }, 'counts'));
    if (lag > 0) moves.push(run(flight, { ...plain, lag: true }, 'counts'));
    if (fail > 0 && flight.waits !== undefined) moves.push(run(flight, plain, 'fails after all'));
    if (again > 0 && flight.waits !== undefined) moves.push(run(flight, plain, 'runs again'), run(flight, plain, 'comes late too'));
    if (again > 0 && flight.admission !== undefined && flight.isCopy !== true) moves.push(run(flight, plain, 'comes late too'));
    return moves;
  });
}

/** runs again: it is done, and its worker dies before the result counts. comes late too: its result counts, and a copy runs later. */
function run(flight: Flight, variant: Variant, how: 'counts' | 'fails after all' | 'runs again' | 'comes late too'): Move {
  const what = flight.step?.step ?? 'act';
  return {
    name: `${what} ${how}${variant.loseAnswer ? ', answer lost' : ''}${variant.lag ? ', reads late' : ''}`,
    isProgress: how === 'counts' && !variant.loseAnswer && !variant.lag,
    make: async (next) => {
      if (variant.loseAnswer) next.budget.lose -= 1;
      if (variant.lag) next.budget.lag -= 1;
      if (how === 'fails after all') next.budget.fail -= 1;
      else if (how !== 'counts') next.budget.again -= 1;
      const result = await carry(next, flight, variant);
      if (how === 'runs again') return;
      next.flights = next.flights.filter(({ id }) => id !== flight.id);
      if (how === 'comes late too') fly(next, { ...flight, waits: undefined, isCopy: true });
      if (flight.waits !== undefined && how === 'fails after all') advance(next, flight.waits, { error: 'it failed' });
      else if (flight.waits !== undefined) advance(next, flight.waits, { value: JSON.parse(JSON.stringify(result)) as unknown });
      else if (flight.admission !== undefined && flight.isCopy !== true) next.settles.push(result as ActOutcome[]);
    },
  };
}

async function carry(state: State, { step, admission }: Flight, variant: Variant): Promise<unknown> {
  const memory = variant.lag ? state.before : state.memory;
  if (step !== undefined) return runStep(portsOf(state.world, memory, state.now, step.record.id, variant), step);
  const acts = admission?.acts ?? [];
  const drain = acts[0]?.kind === 'reactivate' ? acts[0].drainId : '';
  const ports = portsOf(state.world, memory, state.now, drain, variant);
  const engine = {
    readMemory: ports.readMemory,
    startScaleIn: (_id: string, input: ScaleInInput) => {
      for (const record of input.drains) start(state, record);
      return Promise.resolve();
    },
    instanceState: () => Promise.resolve('alive' as const),
    nudge: (id: string) => {
      const found = state.drains.find((each) => each.id === id && each.alive);
      if (found !== undefined) found.nudges = 1;
      return Promise.resolve('sent' as const);
    },
  };
  return carryOut({ ...ports, engine }, { acts, scaleIn: admission?.scaleIn }, TARGETED, TIMING);
}

/** The engine starts an id that it has seen only once. */
function start(state: State, record: DrainRecord): void {
  if (state.drains.some((drain) => drain.id === record.id)) return;
  const input: DrainInput = { record: structuredClone(record), target: TARGETED, timing: TIMING };
  const drain: Process = { id: record.id, input, startedAt: state.now, history: [], alive: true, nudges: 0 };
  state.drains.push(drain);
  settleDown(state, drain);
}

// --- the loop ---

function loopMoves(state: State): Move[] {
  const moves: Move[] = [];
  const add = (name: string, isProgress: boolean, make: (next: State) => void): void => {
    moves.push({
      name,
      isProgress,
      make: (next) => {
        make(next);
        return Promise.resolve();
      },
    });
  };
  if (state.settles.length > 0)
    add('settle', true, (next) => {
      call(next, OPERATIONS.settle, { outcomes: next.settles.shift(), timing: GROWTH });
    });
  const record = recordOf(state);
  const isQuiet = state.settles.length === 0 && !state.flights.some(({ admission, isCopy }) => admission !== undefined && isCopy !== true);
  if (!isQuiet) return moves;
  if (record !== undefined && state.budget.giveBack > 0)
    add('the loop gives back', false, (next) => {
      next.budget.giveBack -= 1;
      tick(next, [{ kind: 'reactivate', drainId: record.id, runnerId: TARGET.runnerId }]);
    });
  // The next tick asks again for a give-back whose answer was lost.
  if (record?.phase === 'givingBack' && !state.drains.some(({ id, alive }) => alive && id === record.id))
    add('the loop gives back again', true, (next) => {
      next.now += MINUTE;
      tick(next, [{ kind: 'reactivate', drainId: record.id, runnerId: TARGET.runnerId }]);
    });
  else if (record !== undefined && !state.drains.some(({ id, alive }) => alive && id === record.id))
    add('the loop finds the drain over', true, (next) => {
      next.now += 9 * MINUTE;
      const act = { kind: 'inspect' as const, drainId: record.id, expiresAt: next.now };
      call(next, OPERATIONS.settle, { outcomes: [{ act, answer: 'over' }], timing: GROWTH });
      goOn(next, record);
    });
  if (record === undefined && state.budget.adopt > 0 && isDraining(state))
    add('the loop adopts', true, (next) => {
      next.budget.adopt -= 1;
      next.now += 5 * MINUTE;
      tick(next, [drainAct({ adopted: true, replaces: undefined })]);
    });
  return moves;
}

const isDraining = (state: State): boolean => {
  const { listed, gone, status } = targetOf(state);
  return listed && !gone && status === 'DRAINING';
};

/** Rule 4 for a record whose instance is over. */
function goOn(state: State, record: DrainRecord): void {
  const stands = isCommitted(record) || isDraining(state);
  if (targetOf(state).gone || !stands) tick(state, [{ kind: 'forgetDrain', drainId: record.id, reason: 'over' }]);
  else tick(state, [drainAct({ adopted: record.adopted, replaces: record.id })]);
}

const drainAct = ({ adopted, replaces }: { adopted: boolean; replaces: string | undefined }): Act => ({
  ...{ kind: 'drain', target: 'runner', runnerId: TARGET.runnerId, vmId: TARGET.vmId, instanceId: TARGET.id, computerName: TARGET.name },
  ...{ rule: 'test', adopted, replaces, stamps: false },
});

function tick(state: State, acts: readonly Act[]): void {
  state.ticks += 1;
  const plan = {
    ...{ tickId: `t${String(state.ticks)}`, at: state.now, nextAt: 0, held: false, alerts: [], warnings: [], dryRun: false },
    ...{ decision: { rule: 'test', reason: 'test', acts }, binding: { scaleSet: 'set', group: 'g' } },
  } as unknown as TickPlan;
  const admission = call(state, OPERATIONS.admit, { plan, timing: GROWTH }) as Admission;
  if (admission.acts.length > 0 || admission.scaleIn !== undefined)
    fly(state, { waits: undefined, admission: { acts: admission.acts, scaleIn: admission.scaleIn } });
}

// --- everybody else ---

function outsideMoves(state: State): Move[] {
  const target = targetOf(state);
  const { hand, job, release, protect, pause, reuse } = state.budget;
  const moves: Move[] = [];
  const add = (name: string, isProgress: boolean, make: (next: State) => void): void => {
    moves.push({
      name,
      isProgress,
      make: (next) => {
        make(next);
        return Promise.resolve();
      },
    });
  };
  const lives = target.listed && !target.gone;
  if (target.tasks > 0)
    add('the job ends', true, (next) => {
      targetOf(next).tasks = 0;
    });
  if (job > 0 && lives && target.status === 'ACTIVE' && target.tasks === 0)
    add('a job starts', false, (next) => {
      next.budget.job -= 1;
      targetOf(next).tasks = 1;
    });
  if (hand > 0 && lives && target.status === 'DRAINING')
    add('a hand sets it ACTIVE', false, (next) => {
      next.budget.hand -= 1;
      targetOf(next).status = 'ACTIVE';
    });
  for (const [operation, left] of [
    ['releaseRunner', release],
    ['protectRunner', protect],
  ] as const) {
    if (left > 0 && recordOf(state) !== undefined)
      add(operation, false, (next) => {
        next.budget[operation === 'releaseRunner' ? 'release' : 'protect'] -= 1;
        const answer = call(next, operation, { runnerId: TARGET.runnerId }) as { drain?: string };
        const found = next.drains.find((each) => each.id === answer.drain && each.alive);
        if (found !== undefined) found.nudges = 1;
      });
  }
  if (pause > 0)
    add('six minutes pass', false, (next) => {
      next.budget.pause -= 1;
      next.now += 6 * MINUTE;
    });
  if (reuse > 0 && target.gone)
    add('its id is used again', false, (next) => {
      next.budget.reuse -= 1;
      // It boots: no entry speaks for it, its vmId alone tells it from the one that went.
      next.world.machines.push({ ...machine(TARGET.id, 'vm-next', 'runner-next', 'host-next'), listed: false });
    });
  return moves;
}
