import { ACTION, describe, type Action, type OrchestratorResponse } from './actions';
import type { Engine, Instance, NewMessage } from './engine';
import { event, EVENT, type HistoryEvent } from './history';
import { callOrchestrator } from './orchestratorCall';
import { WORKER_EXIT, type Fault } from './options';
import { replay, type Replayed } from './replay';
import { inbox } from './inbox';
import { nextTurn } from './turns';
import { outbox, tellParent } from './outbox';
import type { ControlMessage, InstanceRow, RuntimeStatus } from './storage';

/** The extension's bound for a custom status, in bytes of UTF-16. */
const STATUS_LIMIT = 16 * 1024;
/** An answer that came before its request is on record is looked at again so much later. */
const EARLY_AGAIN_MS = 5_000;

/**
 * One turn of an orchestration: the new messages, the function, the engine's replay, and one commit at the end.
 * continueAsNew goes on within the turn; an orchestrator that does so every time never comes to its commit: it spins.
 */
export async function runTurn(engine: Engine, id: string, batch: readonly ControlMessage[], fault: Fault | undefined): Promise<void> {
  const { clock, counters, options } = engine.shared;
  const taken = inbox(engine.instances.get(id), batch, clock.now());
  const done = batch.filter((message) => !taken.early.includes(message)).map((message) => message.id);
  for (const message of taken.early) engine.schedule(message, clock.now() + EARLY_AGAIN_MS);
  if (taken.row === undefined) return done.length === 0 ? undefined : engine.commit({ done });
  const sent: NewMessage[] = [];
  let { row, past, news, replaced } = taken;
  for (let generations = 0; ; generations += 1) {
    if (generations >= (options.spinLimit ?? 50)) return park(engine, row, generations);
    const now = clock.now();
    const fresh = [event(EVENT.OrchestratorStarted, now), ...news];
    const freshRows = fresh.map((item) => JSON.stringify(item));
    const result = await episode(engine, row, past, fresh, freshRows, fault);
    if (engine.isDead) return;
    row = { ...row, updatedAt: now, ...(result.customStatus === undefined ? {} : { customStatus: result.customStatus }) };
    const { records, messages } = outbox(engine, row, result.replayed.scheduled, now);
    sent.push(...messages);
    const { outcome } = result.replayed;
    if (outcome.kind === 'continued') {
      const all = [...past.rows, ...freshRows, ...records.map((item) => JSON.stringify(item))];
      counters.generationEnded(row.name, all.length, bytes(all));
      row = nextGeneration(engine, row, outcome.input, now);
      const begin = event(EVENT.ExecutionStarted, now, startFields(row));
      [past, news, replaced] = [{ rows: [], events: [] }, [begin, ...outcome.carried], true];
      if (generations > 2) await new Promise<void>((resolve) => nextTurn(resolve));
      continue;
    }
    if (fault?.crash === 'after') return;
    row = ended(row, result.replayed);
    sent.push(...tellParent(row, outcome, now));
    const added = [...records, event(EVENT.OrchestratorCompleted, now)];
    store(
      engine,
      row,
      past,
      { events: [...fresh, ...added], rows: [...freshRows, ...added.map((item) => JSON.stringify(item))] },
      { done, sent, replaced },
    );
    if (result.replayed.withheldBy.length > 0) watch(engine, row, result.replayed.withheldBy);
    return;
  }
}

interface Past {
  readonly rows: string[];
  readonly events: HistoryEvent[];
}

interface Episode {
  readonly replayed: Replayed;
  readonly customStatus?: string | null;
}

async function episode(
  engine: Engine,
  row: InstanceRow,
  past: Past,
  fresh: HistoryEvent[],
  freshRows: string[],
  fault: Fault | undefined,
): Promise<Episode> {
  const parentId = row.parent?.OrchestrationInstance.InstanceId ?? null;
  const rows = [...past.rows, ...freshRows];
  const called =
    fault?.worker === undefined ? await callOrchestrator(engine, row.name, row.id, rows, row.input, parentId) : { broken: WORKER_EXIT };
  if ('broken' in called) return { replayed: failure(`Orchestrator function '${row.name}' failed: ${called.broken}`) };
  const { response, repeated } = called;
  const customStatus = response.customStatus === undefined ? undefined : JSON.stringify(response.customStatus);
  if (customStatus !== undefined && customStatus.length * 2 > STATUS_LIMIT) {
    const size = Math.ceil((customStatus.length * 2) / 1024);
    return {
      replayed: failure(
        `Orchestrator function '${row.name}' failed: The UTF-16 size of the JSON-serialized payload must not exceed 16 KB. The current size is ${size} KB.`,
      ),
    };
  }
  const replayed = replay(
    row.executionId,
    [...past.events, ...fresh],
    response,
    (text) => `Orchestrator function '${row.name}' failed: ${text}`,
  );
  judge(engine, row, response, replayed, repeated);
  return { replayed, ...(customStatus === undefined ? {} : { customStatus }) };
}

const failure = (reason: string): Replayed => ({
  outcome: { kind: 'failed', reason },
  scheduled: [],
  suspended: false,
  withheldBy: [],
  diverged: false,
  unawaited: [],
});

/** Reports what will hang, or go round once too often, as soon as it can be known. */
function judge(
  engine: Engine,
  { id, name }: InstanceRow,
  response: OrchestratorResponse,
  replayed: Replayed,
  repeated: readonly Action[],
): void {
  const report = (kind: 'event-again' | 'repeated-task' | 'diverged', cause: string): void =>
    engine.report({ kind, instanceId: id, name, cause });
  if (repeated.length > 0)
    report('repeated-task', `yielded more than once, so scheduled more than once: ${repeated.map(describe).join(', ')}`);
  if (replayed.diverged)
    report(
      'diverged',
      'every action is carried out, yet the code waits: a retry timeout ran out, or sequence ids of SDK and engine no longer agree',
    );
  if (replayed.outcome.kind !== 'continued') return;
  const again = replayed.outcome.carried.map((item) => item.Name ?? '').filter((event) => wonAgainstTimer(response.actions.flat(), event));
  if (again.length > 0)
    report(
      'event-again',
      `event ${again.join(', ')} beat a cancelled timer, and continueAsNew came in the same turn: it is delivered once more`,
    );
  if (replayed.unawaited.length === 0) return;
  const message = `Events that nobody awaited are lost at continueAsNew: ${replayed.unawaited.join(', ')}`;
  engine.shared.log({ level: 'warning', category: 'Host.Local', message, functionName: name, instanceId: id });
}

/** Whether the last step before continueAsNew was a race of this event against a timer that was cancelled. */
function wonAgainstTimer(actions: readonly Action[], event: string): boolean {
  const steps = actions.filter(({ actionType }) => actionType !== ACTION.ContinueAsNew && actionType !== ACTION.SignalEntity);
  const racers = steps.at(-1)?.compoundActions ?? [];
  return racers.some((racer) => racer.isCanceled === true) && racers.some((racer) => racer.externalEventName === event);
}

const startFields = (row: InstanceRow): Partial<HistoryEvent> => ({
  Name: row.name,
  Version: row.version,
  Input: row.input,
  OrchestrationInstance: { InstanceId: row.id, ExecutionId: row.executionId },
  Generation: row.generation,
  ...(row.parent === null ? {} : { ParentInstance: row.parent }),
});

/** Same id, name, version and parent; everything else begins anew, the time of creation and the custom status too. */
function nextGeneration(engine: Engine, row: InstanceRow, input: unknown, now: number): InstanceRow {
  // The SDK turns a string into JSON before it sends it; anything else comes as it is.
  const text = typeof input === 'string' ? input : JSON.stringify(input ?? null);
  return {
    ...row,
    executionId: engine.newId(),
    input: text,
    customStatus: null,
    createdAt: now,
    generation: row.generation + 1,
    status: 'Running',
  };
}

function ended(row: InstanceRow, { outcome, suspended }: Replayed): InstanceRow {
  const over = (status: RuntimeStatus, output: string): InstanceRow => ({ ...row, status, output });
  if (outcome.kind === 'completed') return over('Completed', JSON.stringify(outcome.output ?? null));
  if (outcome.kind === 'failed') return over('Failed', JSON.stringify(outcome.reason));
  if (outcome.kind === 'terminated') return over('Terminated', outcome.reason);
  return { ...row, status: suspended ? 'Suspended' : 'Running', output: null };
}

const bytes = (rows: readonly string[]): number => rows.reduce((sum, text) => sum + text.length, 0);

interface Storing {
  readonly done: number[];
  readonly sent: NewMessage[];
  readonly replaced: boolean;
}

function store(engine: Engine, row: InstanceRow, past: Past, { rows, events }: Past, { done, sent, replaced }: Storing): void {
  engine.commit({ done, sent, row, history: { replace: replaced, rows } });
  const instance = engine.instances.get(row.id) as Instance;
  const over = row.status !== 'Running' && row.status !== 'Suspended';
  past.rows.push(...rows);
  if (!over) past.events.push(...events);
  instance.rows = past.rows;
  instance.events = over ? [] : past.events;
  if (over) engine.shared.counters.generationEnded(row.name, past.rows.length, bytes(past.rows));
}

function park(engine: Engine, row: InstanceRow, generations: number): void {
  engine.parked.add(row.id);
  engine.report({
    kind: 'spin',
    instanceId: row.id,
    name: row.name,
    cause: `${generations} generations in one turn without a durable step; set aside until the host restarts`,
  });
}

/** Says what completion waits for, if it still waits after a while. */
function watch(engine: Engine, { id, name, executionId }: InstanceRow, tasks: readonly string[]): void {
  const { clock, options } = engine.shared;
  clock.at(clock.now() + (options.hangAfterMs ?? 60_000), () => {
    const now = engine.instances.get(id)?.row;
    if (engine.isDead || now?.executionId !== executionId || now.status !== 'Running') return;
    engine.report({
      kind: 'open-tasks',
      instanceId: id,
      name,
      cause: `the code is over, but its end is withheld while these are open: ${tasks.join(', ')}`,
    });
  });
}
