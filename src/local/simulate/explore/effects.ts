import type { HostStorage, Message } from '../../host';
import type { ActivityMessage, Commit } from '../../host/storage';

/**
 * One durable effect of the app, the smallest step that outlives its process. taken: the messages of a step are being worked on, and hidden
 * from another host for the visibility timeout. stored: a checkpoint – a turn of an orchestration, an activity's answer, a batch of an
 * entity, a start or an event sent. blob: a write to the store. sent: a request to StackGuardian or Azure that changes something.
 */
export interface Effect {
  readonly kind: 'taken' | 'stored' | 'blob' | 'sent';
  readonly of: Owner;
  readonly what: string;
  /** taken: the activity that is about to run. */
  readonly activity?: ActivityMessage;
  /** stored: messages go out with it; it ends the work on messages. */
  readonly sends?: boolean;
  readonly ends?: boolean;
}

export type Owner = 'loop' | 'scaleIn' | 'drain' | 'other';

/** How a process may die at a checkpoint: after all of it, or within it. */
export type Death = 'after' | 'torn' | 'unacknowledged';

/**
 * A storage that tells each effect, and asks whether the host dies at it. A checkpoint of the real engine has three parts, in this order:
 * its messages are enqueued, its history is written, the messages it worked on are deleted. torn: dies after the first, unacknowledged:
 * after the second; both work on the same messages again.
 */
export function watchStorage(inner: HostStorage, tell: (effect: Effect) => Death | undefined, die: () => void): HostStorage {
  const known = new Map<number, Message>();
  const messages = (ids: readonly number[]): readonly Message[] => ids.flatMap((id) => known.get(id) ?? []);

  function commit(change: Commit): void {
    const { now, sent = [], done = [], row } = change;
    for (const message of sent) known.set(message.id, message);
    const worked = messages(done);
    const name = row?.id ?? worked[0]?.target ?? sent[0]?.target ?? 'purge';
    const death = tell({
      kind: 'stored',
      of: ownerOf([...worked, ...(worked.length === 0 ? sent : [])], name),
      what: `${name} ${worked.map(nameOf).join('+')} → ${sent.map(nameOf).join('+')}`,
      sends: sent.length > 0 && (row !== undefined || done.length > 0),
      // A repeated request to an entity is told from a new one by the real engine.
      ends: row !== undefined && worked.some(({ queue }) => queue === 'control'),
    });
    if (death === 'torn') inner.commit({ now, sent });
    else if (death === 'unacknowledged') inner.commit({ ...change, done: [] });
    else inner.commit(change);
    if (death !== undefined) die();
  }

  function lock(ids: readonly number[], until: number): void {
    inner.lock(ids, until);
    const taken = messages(ids);
    const activity = taken.find((message) => message.queue === 'work');
    const effect = { kind: 'taken', of: ownerOf(taken, ''), what: `${taken[0]?.target ?? ''} ${taken.map(nameOf).join('+')}` } as const;
    if (tell(activity === undefined ? effect : { ...effect, activity }) !== undefined) die();
  }

  return { load: () => inner.load(), commit, lock, close: () => inner.close() };
}

const nameOf = (message: Message): string => {
  if (message.queue === 'work') return `${message.name}${stepOf(message)}`;
  return message.queue === 'entity' ? message.operation : `${message.event.Name ?? ''}#${String(message.event.EventType)}`;
};

const stepOf = ({ input }: ActivityMessage): string => {
  const step = (JSON.parse(input) as { step?: unknown } | null)?.step;
  return typeof step === 'string' ? `:${step}` : '';
};

/** Whose work it is: an entity works for its callers. */
function ownerOf(messages: readonly Message[], name: string): Owner {
  const ids = messages.map((message) => (message.queue === 'entity' ? (message.caller?.instanceId ?? '') : message.target));
  const owners = [...ids, name].map((id) => /^(autoscaler|scalein|drain)-/.exec(id)?.[1]);
  if (owners.includes('drain')) return 'drain';
  if (owners.includes('scalein')) return 'scaleIn';
  return owners.includes('autoscaler') ? 'loop' : 'other';
}
