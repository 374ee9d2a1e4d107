import type { Transport } from '../../adapters/transport';
import type { StateStore } from '../../ports/stateStore';
import type { HostClock } from '../host';

/** One life of the app's process. What it has sent when it ends takes effect, and nothing comes back: no answer, no timer. */
export interface Life {
  readonly clock: HostClock;
  readonly transport: Required<Omit<Transport, 'pause'>>;
  end(): void;
}

export function createLife(clock: HostClock, ways: Required<Omit<Transport, 'pause'>>): Life {
  let alive = true;
  const never = new Promise<never>(() => undefined);
  const mortal = async <T>(send: () => Promise<T>): Promise<T> => {
    if (!alive) return never;
    try {
      const answer = await send();
      return alive ? answer : await never;
    } catch (error) {
      if (!alive) return never;
      throw error;
    }
  };
  const { fetch, httpClient } = ways;
  return {
    clock: { ...clock, at: (time, run) => clock.at(time, () => (alive ? run() : undefined)) },
    transport: {
      fetch: (...given) => mortal(() => fetch(...given)),
      httpClient: { sendRequest: (request) => mortal(() => httpClient.sendRequest(request)) },
      store: (container) => {
        const store = ways.store(container);
        return {
          read: (...given) => mortal(() => store.read(...given)),
          tail: (...given) => mortal(() => store.tail(...given)),
          write: (...given) => mortal(() => store.write(...given)),
          append: (...given) => mortal(() => store.append(...given)),
          list: (...given) => mortal(() => store.list(...given)),
          delete: (...given) => mortal(() => store.delete(...given)),
        } satisfies StateStore;
      },
    },
    end: () => {
      alive = false;
    },
  };
}
