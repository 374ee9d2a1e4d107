import type { WorldFaults } from '../../world/faults';

/** The hooks of many kinds as one: the first that has something to do with a request does it, answers pass through all. */
export interface Hub {
  readonly faults: WorldFaults;
  add(hooks: WorldFaults): void;
}

export function createHub(): Hub {
  const all: WorldFaults[] = [];
  const first = <T>(ask: (hooks: WorldFaults) => T | undefined): T | undefined => {
    for (const hooks of all) {
      const answer = ask(hooks);
      if (answer !== undefined) return answer;
    }
    return undefined;
  };
  /** Asked for each runner and job: only those that have an answer. */
  const placing: WorldFaults[] = [];
  return {
    add: (hooks) => {
      all.push(hooks);
      if (hooks.mayPlace !== undefined) placing.push(hooks);
    },
    faults: {
      onRequest: (service, request) => first((hooks) => hooks.onRequest?.(service, request)),
      onAnswer: (service, request, response) =>
        all.reduce((answer, hooks) => hooks.onAnswer?.(service, request, answer) ?? answer, response),
      onVm: (pool, vm) => first((hooks) => hooks.onVm?.(pool, vm)),
      onGrowth: (pool, wanted) => first((hooks) => hooks.onGrowth?.(pool, wanted)),
      onDelete: (pool, vms) => first((hooks) => hooks.onDelete?.(pool, vms)),
      onTask: (pool, job, entry) => first((hooks) => hooks.onTask?.(pool, job, entry)),
      onStore: (operation, name) => first((hooks) => hooks.onStore?.(operation, name)),
      mayTake: (pool, job) => all.every((hooks) => hooks.mayTake?.(pool, job) !== false),
      mayPlace: (pool, job, entry) => placing.every((hooks) => hooks.mayPlace?.(pool, job, entry) !== false),
      tokenSeconds: () => first((hooks) => hooks.tokenSeconds?.()),
      skewMs: (service) => all.reduce((sum, hooks) => sum + (hooks.skewMs?.(service) ?? 0), 0),
    },
  };
}
