import { TRANSPORT_KEY, type Transport } from '../../src/adapters/transport';

/** On a virtual clock steps of drains wait for each other by turns of the event loop: half a real second for each would be most of a test. */
export function pauseVirtually(): void {
  Object.assign(globalThis, { [TRANSPORT_KEY]: { pause: () => new Promise(setImmediate) } satisfies Transport });
}
