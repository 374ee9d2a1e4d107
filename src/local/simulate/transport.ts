import type { AzureHttpClient } from '../../adapters/azure/arm';
import type { Transport } from '../../adapters/transport';
import type { HostClock } from '../host';
import { IN_PROCESS, type World } from '../world/world';
import type { Service, WorldResponse } from '../world/exchange';

export interface TransportOptions {
  readonly world: Pick<World, 'handle'>;
  readonly clock: HostClock;
  /** Milliseconds on the way there and on the way back. */
  readonly latencyMs: () => number;
}

interface Exchange {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly signal: AbortSignal | undefined;
  /** Ends the attempt; 0: never. */
  readonly timeoutMs: number;
}

type Outcome = WorldResponse | 'reset' | 'aborted';

/** The app's fetch and the Azure SDKs' HTTP client, answered by the world in this process. */
export function createTransport({ world, clock, latencyMs }: TransportOptions): Required<Omit<Transport, 'store' | 'pause'>> {
  const pause = (): Promise<void> => new Promise((resolve) => clock.at(clock.now() + latencyMs(), resolve));

  const travel = async (exchange: Exchange): Promise<Outcome> => {
    const { url, method, headers, body } = exchange;
    await pause();
    const answer = await world.handle(serviceOf(url), { url, method, headers, body });
    if (answer === 'hang') return new Promise(() => undefined);
    await pause();
    return answer;
  };

  const send = (exchange: Exchange): Promise<Outcome> =>
    new Promise((resolve, reject) => {
      const { signal, timeoutMs } = exchange;
      const cancel = timeoutMs > 0 ? clock.at(clock.now() + timeoutMs, () => resolve('aborted')) : () => undefined;
      if (signal?.aborted === true) resolve('aborted');
      const abort = (): void => resolve('aborted');
      signal?.addEventListener('abort', abort, { once: true });
      travel(exchange)
        .then(resolve, reject)
        .finally(() => {
          cancel();
          signal?.removeEventListener('abort', abort);
        });
    });

  return {
    fetch: async (input, init) => {
      const request = input instanceof Request ? input : new Request(input, init);
      const { url, method } = request;
      const body = request.body === null ? undefined : await request.text();
      const outcome = await send({ url, method, headers: Object.fromEntries(request.headers), body, signal: request.signal, timeoutMs: 0 });
      // Held until here: a Request that the collector takes passes no abort on, and a run would depend on when it comes by.
      if (outcome === 'aborted') throw request.signal.reason;
      if (outcome === 'reset') throw new TypeError('fetch failed', { cause: lost() });
      return new Response(outcome.body === '' ? null : outcome.body, { status: outcome.status, headers: outcome.headers });
    },
    httpClient: {
      sendRequest: async (request) => {
        const { url, method, timeout: timeoutMs } = request;
        const body = typeof request.body === 'string' ? request.body : undefined;
        const signal = request.abortSignal as AbortSignal | undefined;
        const outcome = await send({ url, method, headers: request.headers.toJSON(), body, signal, timeoutMs });
        if (outcome === 'aborted') throw named('AbortError', new Error('The operation was aborted.'));
        if (outcome === 'reset') throw Object.assign(named('RestError', lost()), { request });
        const headers = headersLike(request.headers, outcome.headers);
        return { request, status: outcome.status, headers, bodyAsText: outcome.body };
      },
    },
  };
}

type SdkHeaders = Parameters<AzureHttpClient['sendRequest']>[0]['headers'];

/** The SDK's own header class, of which the request brings a specimen: the app's bundle keeps the class to itself. */
function headersLike(specimen: SdkHeaders, values: Readonly<Record<string, string>>): SdkHeaders {
  const HttpHeaders = specimen.constructor as new (values: Readonly<Record<string, string>>) => SdkHeaders;
  return new HttpHeaders(values);
}

const lost = (): Error => Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
const named = (name: string, error: Error): Error => Object.assign(error, { name });

function serviceOf(url: string): Service {
  for (const service of ['stackguardian', 'azure', 'identity'] as const) if (url.startsWith(IN_PROCESS[service])) return service;
  throw new Error(`The simulation knows no service at ${url}.`);
}
