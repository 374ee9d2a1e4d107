import type { Engine, NewMessage } from './engine';
import { event, EVENT } from './history';
import { jsonOf } from './invoke';
import type { Fault } from './options';
import type { EntityMessage, InstanceRow } from './storage';

interface EntityResponse {
  readonly results: readonly { readonly isError: boolean; readonly result?: string }[];
  readonly signals: readonly {
    readonly target: { readonly name: string; readonly key: string };
    readonly name: string;
    readonly input: string;
  }[];
  readonly entityExists?: boolean;
  readonly entityState?: string | null;
}

/** The extension gives a batch up when its function breaks down, and takes it again seconds later. */
const AGAIN_MS = 2_000;

/** Entity names are lower-cased in ids, keys keep their case. */
export const entityId = (name: string, key: string): string => `@${name.toLowerCase()}@${key}`;

export function partsOf(id: string): { name: string; key: string } {
  const cut = id.indexOf('@', 1);
  return { name: id.slice(1, cut), key: id.slice(cut + 1) };
}

/**
 * Runs a batch of operations on one entity. What an operation set before it threw stays, and its signals are sent:
 * there is no rollback outside .NET in process.
 */
export async function runEntity(engine: Engine, id: string, batch: readonly EntityMessage[], fault: Fault | undefined): Promise<void> {
  const { clock, counters } = engine.shared;
  const known = engine.instances.get(id)?.row;
  const answered = fault?.worker === undefined ? await invokeBatch(engine, id, known, batch) : undefined;
  if (answered === undefined) return giveUp(engine, batch);
  if (fault?.crash === 'after') return;
  counters.entityBatches += 1;
  counters.entityOperations += batch.length;
  const now = clock.now();
  const sent: NewMessage[] = [];
  batch.forEach((message, index) => {
    if (message.isSignal || message.caller === undefined) return;
    const result = answered.results[index];
    const Input = JSON.stringify({ result: result?.result ?? null, ...(result?.isError === true ? { exceptionType: 'Error' } : {}) });
    const { instanceId: target, executionId } = message.caller;
    sent.push({
      queue: 'control',
      target,
      executionId,
      visibleAt: 0,
      event: event(EVENT.EventRaised, now, { Name: message.requestId, Input }),
    });
  });
  for (const signal of answered.signals) {
    const target = entityId(signal.target.name, signal.target.key);
    const input = signal.input === '' ? null : signal.input;
    sent.push({ queue: 'entity', target, operation: signal.name, input, isSignal: true, requestId: engine.newId(), visibleAt: 0 });
  }
  const state = answered.entityExists === true ? (answered.entityState ?? null) : null;
  const fresh = known === undefined ? { createdAt: now, executionId: engine.newId() } : {};
  engine.commit({ done: batch.map((message) => message.id), sent, row: { ...(known ?? blank(id)), ...fresh, updatedAt: now, state } });
}

/** The batch comes again: its callers hear nothing of a function that broke down, or of a worker that ended under it. */
function giveUp(engine: Engine, batch: readonly EntityMessage[]): void {
  for (const message of batch) engine.schedule(message, engine.shared.clock.now() + AGAIN_MS);
}

const blank = (id: string): InstanceRow => ({
  id,
  name: `@${partsOf(id).name}`,
  version: '',
  executionId: '',
  status: 'Running',
  input: null,
  output: null,
  customStatus: null,
  createdAt: 0,
  updatedAt: 0,
  parent: null,
  generation: 0,
  state: null,
});

async function invokeBatch(
  engine: Engine,
  id: string,
  row: InstanceRow | undefined,
  batch: readonly EntityMessage[],
): Promise<EntityResponse | undefined> {
  const { core, invoke, log } = engine.shared;
  const self = partsOf(id);
  const state = row?.state ?? null;
  const exists = state !== null;
  const fn = core.find(self.name, 'entityTrigger');
  const operations = batch.map(({ operation, input, isSignal, requestId }) => ({ name: operation, input, isSignal, id: requestId }));
  const complain = (message: string): void =>
    log({ level: 'error', category: `Function.${self.name}`, message, functionName: self.name, instanceId: id });
  if (fn === undefined) {
    const text = `The function '${self.name}' doesn't exist, is disabled, or is not an entity function.`;
    complain(text);
    const results = batch.map(() => ({ isError: true, result: JSON.stringify(text) }));
    return { results, signals: [], entityExists: exists, entityState: state };
  }
  try {
    const { response } = await invoke(fn, { json: JSON.stringify({ self, exists, state, batch: operations }) }, id);
    return JSON.parse(jsonOf(response.returnValue)) as EntityResponse;
  } catch (error) {
    complain(`Entity function '${self.name}' failed: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}
