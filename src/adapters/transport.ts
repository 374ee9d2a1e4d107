import type { StateStore } from '../ports/stateStore';
import type { AzureHttpClient } from './azure/arm';

/** Other ways to the services than sockets. What is absent goes over the network. */
export interface Transport {
  readonly fetch?: typeof fetch;
  readonly httpClient?: AzureHttpClient;
  readonly store?: (container: string) => StateStore;
}

const KEY = Symbol.for('stackguardian-runner-autoscaler.transport');

/** Set by the simulation before it loads the app. No app setting leads here, so in Azure it is always empty. */
export function transport(): Transport {
  return (globalThis as { [KEY]?: Transport })[KEY] ?? {};
}
