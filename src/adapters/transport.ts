import { ServiceError } from '../errors';
import type { StateStore } from '../ports/stateStore';
import type { AzureHttpClient } from './azure/arm';

/** Other ways to the services than sockets, and to wait than the machine's timers. What is absent is the network, or those timers. */
export interface Transport {
  readonly fetch?: typeof fetch;
  readonly httpClient?: AzureHttpClient;
  readonly store?: (container: string) => StateStore;
  /** How steps of drains wait for each other: real milliseconds mean nothing where virtual time stands still meanwhile. */
  readonly pause?: (ms: number) => Promise<void>;
}

export const TRANSPORT_KEY = Symbol.for('stackguardian-runner-autoscaler.transport');

/** Set by simulation and local host before they load the app. No app setting leads here, so in Azure it is always empty. */
export function transport(): Transport {
  return (globalThis as { [TRANSPORT_KEY]?: Transport })[TRANSPORT_KEY] ?? {};
}

/** A store from outside the app's bundle knows another class of errors: what has one of our codes becomes one of our own. */
export function withOwnErrors(store: StateStore): StateStore {
  const own = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      const { code, message } = error as { code?: unknown; message?: unknown };
      throw typeof code === 'string' && code.startsWith('store-') ? new ServiceError(code, String(message), { cause: error }) : error;
    }
  };
  return {
    read: (name) => own(() => store.read(name)),
    tail: (name, from) => own(() => store.tail(name, from)),
    write: (name, text, condition) => own(() => store.write(name, text, condition)),
    append: (name, line) => own(() => store.append(name, line)),
    list: (prefix, limit) => own(() => store.list(prefix, limit)),
    delete: (name) => own(() => store.delete(name)),
  };
}
