import type { RunnerService } from '../ports/runnerService';
import type { Instance, OrchestrationMode, ScaleSet, ScaleSetState } from '../ports/scaleSet';

/** Drains that confirm together are granted their step within so many milliseconds of each other. */
const GATHER_MS = 500;

/** Above this many a list costs fewer calls than single reads, and stays within Azure's 12 reads of single VMs a minute. */
export const SINGLE_READS = 3;

export interface Services {
  readonly runners: RunnerService;
  readonly scaleSet: ScaleSet;
}

/**
 * The same services with readings that are shared by drains which ask at the same time. A reading begins after the last of those that
 * share it has asked, so it is as fresh for each of them as one of its own: nothing is kept, and a reading under way is not joined.
 */
export function sharedReadings({ runners, scaleSet }: Services, pause: (ms: number) => Promise<void>): Services {
  let known: ScaleSetState | undefined;
  const readInstances = gathered(pause, 0, (asked: readonly Asked[]) => readTogether(scaleSet, known, asked));
  const readGroup = gathered(pause, GATHER_MS, () => runners.readGroup());
  const readState = gathered(pause, 0, () => scaleSet.readState());
  return {
    runners: { ...runners, readGroup: () => readGroup(undefined) },
    scaleSet: {
      ...scaleSet,
      readState: async () => (known = await readState(undefined)),
      readInstance: async (mode, id) => (await readInstances({ mode, id })).get(id),
    },
  };
}

interface Asked {
  readonly mode: OrchestrationMode;
  readonly id: string;
}

async function readTogether(
  scaleSet: ScaleSet,
  state: ScaleSetState | undefined,
  asked: readonly Asked[],
): Promise<ReadonlyMap<string, Instance>> {
  const found = new Map<string, Instance>();
  const wanted = new Map(asked.map(({ id, mode }) => [id, mode]));
  if (state !== undefined && wanted.size > SINGLE_READS)
    for (const instance of await scaleSet.listInstances(state)) if (wanted.has(instance.id)) found.set(instance.id, instance);
  // That one is missing from a list is no proof that it is gone: it is looked at by itself.
  for (const [id, mode] of [...wanted].filter(([each]) => !found.has(each))) {
    const instance = await scaleSet.readInstance(mode, id);
    if (instance !== undefined) found.set(id, instance);
  }
  return found;
}

/** One `read` for all that ask within `ms` of the first; it gets what they asked for. */
function gathered<Q, A>(
  pause: (ms: number) => Promise<void>,
  ms: number,
  read: (asked: readonly Q[]) => Promise<A>,
): (question: Q) => Promise<A> {
  let waiting: { readonly asked: Q[]; readonly answer: Promise<A> } | undefined;
  return (question) => {
    if (waiting === undefined) {
      const asked: Q[] = [];
      const answer = pause(ms).then(() => {
        waiting = undefined;
        return read(asked);
      });
      waiting = { asked, answer };
    }
    waiting.asked.push(question);
    return waiting.answer;
  };
}
