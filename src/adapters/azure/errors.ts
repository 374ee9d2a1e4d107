import { ServiceError } from '../../errors';
import type { AzureOutcome } from '../../ports/scaleSet';
import { parseRetryAfter } from '../retry';
import { heardMessage } from './heard';
import { brief, errorCode, safeCause } from '../text';

/** What Azure said, taken out of an SDK error; the error itself carries the request with its token and is dropped. */
export interface Failure {
  /** HTTP status; undefined where there was no answer. */
  readonly status: number | undefined;
  /** Azure's code (AuthorizationFailed), or the network's (ECONNRESET). */
  readonly code: string;
  readonly message: string;
  readonly retryAfterMs: number | undefined;
}

const TOKEN_ERRORS = new Set([
  'CredentialUnavailableError',
  'ChainedTokenCredentialUnavailable',
  'AuthenticationError',
  'AggregateAuthenticationError',
  'AuthenticationRequiredError',
]);

/** The status, and Azure's code where it says more. */
const statusText = (status: number, { code }: Failure): string =>
  code === `HTTP ${String(status)}` ? code : `HTTP ${String(status)}, ${code}`;

/** Reads the SDK's RestError by shape, so that a second copy of the SDK core does no harm. */
export function failureOf(error: unknown): Failure {
  const get = (from: unknown, key: string): unknown => (typeof from === 'object' && from !== null ? Reflect.get(from, key) : undefined);
  const status = get(error, 'statusCode');
  const headers = get(get(error, 'response'), 'headers');
  const getHeader = get(headers, 'get');
  const header: unknown = typeof getHeader === 'function' ? Reflect.apply(getHeader, headers, ['retry-after']) : undefined;
  return {
    status: typeof status === 'number' ? status : undefined,
    code: brief(errorCode(error) ?? (typeof status === 'number' ? `HTTP ${String(status)}` : 'no answer'), 80),
    message: brief(heardMessage(get(error, 'request')) ?? (error instanceof Error ? error.message : String(error)), 700),
    retryAfterMs: parseRetryAfter(typeof header === 'string' ? header : undefined),
  };
}

export const isTokenError = (error: unknown): boolean => error instanceof Error && TOKEN_ERRORS.has(error.name);

/** Any error of a reading as the port's ServiceError. `what` names the thing, e.g. `scale set "vmss-runners"`. */
export function toServiceError(error: unknown, what: string): ServiceError {
  if (error instanceof ServiceError) return error;
  const failure = failureOf(error);
  const make = (code: string, text: string) =>
    new ServiceError(code, brief(text, 500), { cause: safeCause(error), retryAfterMs: failure.retryAfterMs });
  if (isTokenError(error)) return make('azure-unauthorized', tokenText(failure));
  const { status } = failure;
  if (status === undefined) {
    const abandoned = error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError;
    // The SDK stumbles over what is missing: its own words would be those of a program, not of an answer.
    const how = error instanceof TypeError ? 'a part of it is missing' : failure.message;
    return abandoned
      ? make('azure-malformed', `Azure's answer for ${what} cannot be read: ${how}.`)
      : make(
          'azure-unavailable',
          `Azure did not answer for ${what} (${failure.code}). Check the network and AZURE_RESOURCE_MANAGER_ENDPOINT; the next poll tries again.`,
        );
  }
  if (status < 300) return make('azure-malformed', `Azure's answer for ${what} cannot be read: ${failure.message}.`);
  if (status === 401) return make('azure-unauthorized', tokenText(failure));
  if (status === 403) return make('azure-forbidden', forbiddenText(failure, what));
  if (status === 404) return make('azure-not-found', notFoundText(failure, what));
  if (status === 429)
    return make('azure-throttled', `Azure limits our requests for ${what} (${statusText(429, failure)}). The next poll tries again.`);
  if (status >= 500 || status === 408)
    return make('azure-unavailable', `Azure failed to answer for ${what} (${statusText(status, failure)}). The next poll tries again.`);
  return make('azure-malformed', `Azure did not take the request for ${what} (${statusText(status, failure)}): ${failure.message}`);
}

/** The outcome of a write that was not accepted: 4xx did nothing; without an answer or after 5xx nobody knows. */
export function toOutcome(error: unknown, what: string): AzureOutcome {
  const told = toServiceError(error, what);
  if (isTokenError(error)) return refused(told, 'azure-unauthorized', 401);
  const failure = failureOf(error);
  const { status } = failure;
  if (status === undefined || status < 300 || status >= 500 || status === 408)
    return { kind: 'unknown', code: told.code, text: told.message };
  return refused(told, failure.code, status);
}

const refused = (told: ServiceError, code: string, status: number): AzureOutcome => ({
  kind: 'refused',
  code,
  text: told.message,
  status,
  retryAfterMs: told.retryAfterMs,
});

const tokenText = (failure: Failure): string =>
  `Azure accepted no identity (${failure.code}). In Azure: switch on the app's managed identity, and set AZURE_CLIENT_ID for a user-assigned one. On a laptop: run az login. ${failure.message}`;

/** Azure's text: "The client '…' with object id '…' does not have authorization to perform action '…' over scope '…' or …". */
function forbiddenText(failure: Failure, what: string): string {
  const action = /perform action '([^']+)'/.exec(failure.message)?.[1];
  const scope = /over scope '([^']+)'/.exec(failure.message)?.[1];
  const identity = /object id '([^']+)'/.exec(failure.message)?.[1] ?? '<object id of the app identity>';
  if (action === undefined) return `Azure refused ${what} (HTTP 403, ${failure.code}): ${failure.message}`;
  return `Azure refused ${action} on ${what} (HTTP 403, ${failure.code}). Next: az role assignment create --assignee ${identity} --role "Virtual Machine Contributor" --scope ${roleScope(scope)}`;
}

/** The resource group of a scope: a role at the single VM would not cover the next one. */
const roleScope = (scope: string | undefined): string =>
  /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+/i.exec(scope ?? '')?.[0] ?? '<resource group id>';

function notFoundText(failure: Failure, what: string): string {
  const setting =
    failure.code === 'SubscriptionNotFound'
      ? 'AZURE_SUBSCRIPTION_ID'
      : failure.code === 'ResourceGroupNotFound'
        ? 'AZURE_RESOURCE_GROUP_NAME'
        : 'AZURE_VMSS_NAME, then AZURE_RESOURCE_GROUP_NAME and AZURE_SUBSCRIPTION_ID';
  return `Azure has no ${what} (HTTP 404, ${failure.code}). Check ${setting}.`;
}
