import { TRANSPORT_KEY, type Transport } from '../adapters/transport';

/**
 * On a virtual clock steps of drains wait for each other by turns of the event loop: time stands still meanwhile, and half a real second for each
 * would be most of a run. To be called before the app is loaded.
 */
export function pauseVirtually(): void {
  Object.assign(globalThis, { [TRANSPORT_KEY]: { pause: () => new Promise(setImmediate) } satisfies Transport });
}
