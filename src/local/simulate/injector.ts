import type { HostClock, HostHooks } from '../host';
import type { WorldFaults } from '../world/faults';
import type { Random } from '../world/random';
import type { World } from '../world/world';
import type { StoreCall, StoreFault } from './memoryStore';

/** What an injector may use. All randomness comes from `random`, all time from `clock`: the same seed gives the same run. */
export interface FaultSite {
  /** An own stream of this injector. */
  readonly random: Random;
  readonly clock: HostClock;
  /** From here on faults begin, and here they cease: after it no injector does anything new, and the world must heal. */
  readonly from: number;
  readonly until: number;
  /** The world, once it stands: not before the first hook or timer runs. */
  readonly world: () => World;
  /** Whether this kind is switched on and the time is between `from` and `until`. */
  on(kind: string): boolean;
  /** Counts an injection, and writes it to the run's log with `note`. */
  count(kind: string, note?: string): void;
  /** Says that what follows is somebody else's doing: this VM's jobs are not ours to answer for (operators, Azure, the original). */
  excuse(vmId: string, why: string): void;
  /** An HTTP request to the app, as an operator sends it; undefined while no host is up. */
  request(method: string, path: string, body?: unknown): Promise<{ readonly status: number; readonly body: unknown } | undefined>;
  /** Changes app settings, which restarts the app as Azure does; undefined deletes one. */
  changeSettings(changes: Readonly<Record<string, string | undefined>>): void;
  /** Settings as they are now. */
  readonly settings: () => Readonly<Record<string, string | undefined>>;
}

/** Hooks into the world, the blobs and the engine; all are asked synchronously. */
export interface Injected {
  readonly world?: WorldFaults;
  readonly store?: (call: StoreCall, name: string) => StoreFault | undefined;
  readonly engine?: HostHooks;
}

/** One family of faults. Deeds (evictions, flaps, an operator) are begun in `start` by timers of `site.clock`. */
export interface Injector {
  /** Names of its faults, as --faults takes them: each is switched and counted on its own. */
  readonly kinds: readonly string[];
  start(site: FaultSite): Injected;
}

/** Several hooks as one: the first that answers decides; answers of services pass through all. */
export function mergeWorldFaults(all: readonly WorldFaults[]): WorldFaults {
  const first =
    <K extends 'onRequest' | 'onVm' | 'onGrowth' | 'onDelete' | 'onTask'>(name: K) =>
    (...given: Parameters<NonNullable<WorldFaults[K]>>): ReturnType<NonNullable<WorldFaults[K]>> => {
      for (const faults of all) {
        const answer: unknown = (faults[name] as ((...args: unknown[]) => unknown) | undefined)?.apply(faults, given);
        if (answer !== undefined) return answer as ReturnType<NonNullable<WorldFaults[K]>>;
      }
      return undefined as ReturnType<NonNullable<WorldFaults[K]>>;
    };
  return {
    onRequest: first('onRequest'),
    onVm: first('onVm'),
    onGrowth: first('onGrowth'),
    onDelete: first('onDelete'),
    onTask: first('onTask'),
    onAnswer: (service, request, response) =>
      all.reduce((answer, faults) => faults.onAnswer?.(service, request, answer) ?? answer, response),
    mayPlace: (pool, job, entry) => all.every((faults) => faults.mayPlace?.(pool, job, entry) ?? true),
    skewMs: (service) => all.reduce((sum, faults) => sum + (faults.skewMs?.(service) ?? 0), 0),
  };
}
