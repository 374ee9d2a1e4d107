import { ComputeManagementClient, type ComputeManagementClientOptionalParams } from '@azure/arm-compute';
import { type ComputeManagementContext, createComputeManagement } from '@azure/arm-compute/api';
import type { TokenCredential } from '@azure/identity';
import { ServiceError } from '../../errors';
import { hear } from './heard';
import { parseRetryAfter, realSleep, type Sleep, waitBefore } from '../retry';

/** Another transport for Azure's clients (in-process simulation, another CA). */
export type AzureHttpClient = NonNullable<ComputeManagementClientOptionalParams['httpClient']>;
type Policy = NonNullable<ComputeManagementClientOptionalParams['additionalPolicies']>[number]['policy'];

export interface ArmOptions {
  readonly subscriptionId: string;
  /** Resource Manager's address without a trailing slash, https://management.azure.com in public Azure. */
  readonly endpoint: string;
  readonly credential: TokenCredential;
  readonly httpClient?: AzureHttpClient;
  readonly sleep?: Sleep;
}

export interface Arm {
  readonly client: ComputeManagementClient;
  /** The same pipeline for a URL that Azure gave us, which the typed client has no method for. */
  readonly plain: ComputeManagementContext;
}

/** One attempt, in ms. */
const ATTEMPT_MS = 20_000;

/**
 * The SDK's client for one Resource Manager. The token's audience is the endpoint itself: in public and sovereign clouds that is the
 * documented one, and a login for public Azure can thereby never be sent to another host (a simulated identity endpoint takes any).
 */
export function createArm(options: ArmOptions): Arm {
  const { credential, subscriptionId } = options;
  const settings = (): ComputeManagementClientOptionalParams => ({
    endpoint: options.endpoint,
    credentials: { scopes: [`${options.endpoint}/.default`] },
    // The bounds below retry instead: the SDK waits for any Retry-After, and repeats writes.
    retryOptions: { maxRetries: 0 },
    redirectOptions: { maxRetries: 0 },
    additionalPolicies: [{ policy: bounds(options.endpoint, options.sleep ?? realSleep), position: 'perCall' }],
    ...(options.httpClient === undefined ? {} : { httpClient: options.httpClient }),
  });
  return {
    client: new ComputeManagementClient(credential, subscriptionId, settings()),
    plain: createComputeManagement(credential, subscriptionId, settings()),
  };
}

/** Whether an absolute URL (a next page, an operation) belongs to this Resource Manager: only there may the token go. */
export function isSameHost(endpoint: string, url: string): boolean {
  return URL.canParse(url) && new URL(url).origin === new URL(endpoint).origin;
}

/** Our host alone; 20 s an attempt; readings twice more after 408, 429, 5xx or a lost connection, writes never. */
function bounds(endpoint: string, sleep: Sleep): Policy {
  return {
    name: 'autoscalerBounds',
    sendRequest: async (request, next) => {
      if (!isSameHost(endpoint, request.url)) {
        throw new ServiceError('azure-malformed', `Azure pointed to another host (${hostOf(request.url)}); nothing was sent there.`);
      }
      request.timeout = ATTEMPT_MS;
      for (let retry = 0; ; retry += 1) {
        const outcome = await next(request).then(
          (response) => ({ response, error: undefined }),
          (error: unknown) => ({ response: undefined, error }),
        );
        const { response, error } = outcome;
        const passing = response === undefined ? isLost(error) : [408, 429, 500, 502, 503, 504].includes(response.status);
        const wait =
          request.method === 'GET' && passing && request.abortSignal?.aborted !== true
            ? waitBefore(retry, parseRetryAfter(response?.headers.get('retry-after')))
            : undefined;
        if (response !== undefined && response.status >= 400) hear(request, response.bodyAsText);
        if (wait !== undefined) await sleep(wait);
        else if (response !== undefined) return response;
        else throw error;
      }
    },
  };
}

/** An attempt that got no answer, as the SDK reports it. */
const isLost = (error: unknown): boolean => error instanceof Error && (error.name === 'RestError' || error.name === 'AbortError');

const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : 'not a URL');
