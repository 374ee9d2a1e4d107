import { ServiceError } from '../../errors';
import { DEADLINE } from '../deadline';
import { brief, errorCode, safeCause } from '../text';

/** Where the texts point the operator. */
export interface Place {
  readonly baseUri: string;
  readonly org: string;
  readonly group: string;
  /** Name of the app setting that holds the key, for the texts. */
  readonly apiKeyFrom: string;
  /** Struck from every text. */
  readonly secrets: readonly string[];
}

/** One answer of the platform, already read whole. */
export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly retryAfterMs: number | undefined;
  /** The Date header. */
  readonly date?: string;
}

/** The error for an answer that is not 2xx; names the setting to check and the next step. */
export function statusError(answer: Answer, place: Place): ServiceError {
  const { status, retryAfterMs } = answer;
  const group = `runner group "${place.group}" of organization "${place.org}"`;
  const make = (code: string, text: string) => new ServiceError(code, brief(text, 500, place.secrets), { retryAfterMs });
  switch (status) {
    case 401:
      return make(
        'sg-unauthorized',
        `StackGuardian rejected the API key (HTTP 401). Check ${place.apiKeyFrom}: the key may be expired, revoked or of another region; create a new key in StackGuardian and put it there.`,
      );
    case 403:
      return make(
        'sg-forbidden',
        `StackGuardian does not let this API key use ${group} (HTTP 403). Check SG_ORG and SG_RUNNER_GROUP, or give the role of the key in ${place.apiKeyFrom} access to the runner group.`,
      );
    case 404:
      return make(
        'sg-not-found',
        `StackGuardian has no ${group} at ${place.baseUri} (HTTP 404). Check SG_RUNNER_GROUP, then SG_ORG and SG_BASE_URI.`,
      );
    case 429:
      return make(
        'sg-throttled',
        `StackGuardian limits our requests for ${group} (HTTP 429)${wish(retryAfterMs)}. The next poll tries again.`,
      );
    default:
      return status >= 500 || status === 408
        ? make('sg-unavailable', `StackGuardian failed to answer for ${group} (HTTP ${String(status)}). The next poll tries again.`)
        : make(
            'sg-malformed',
            `StackGuardian answered HTTP ${String(status)} for ${group}: "${brief(answer.text, 80, place.secrets)}". Check SG_BASE_URI (${place.baseUri}).`,
          );
  }
}

const wish = (retryAfterMs: number | undefined): string =>
  retryAfterMs === undefined ? '' : `, asking to wait ${String(Math.ceil(retryAfterMs / 1_000))} s`;

/** The error for a request without an answer: timeout, reset, name not found. */
export function transportError(error: unknown, place: Place, timeoutMs: number): ServiceError {
  const timedOut = errorCode(error) === DEADLINE || (error instanceof Error && error.name === 'AbortError');
  const reason = timedOut ? `no answer within ${String(timeoutMs / 1_000)} s` : (errorCode(error) ?? 'the connection failed');
  return new ServiceError(
    'sg-unavailable',
    brief(
      `StackGuardian at ${place.baseUri} could not be reached: ${reason}. Check SG_BASE_URI and the network; the next poll tries again.`,
      500,
      place.secrets,
    ),
    { cause: safeCause(error, place.secrets) },
  );
}

/** The error for an answer that arrived but cannot be used. */
export function malformed(problem: string, place: Place): ServiceError {
  return new ServiceError(
    'sg-malformed',
    brief(
      `StackGuardian's answer for runner group "${place.group}" of organization "${place.org}" is not usable: ${problem}.`,
      500,
      place.secrets,
    ),
  );
}

/** HTML, half a JSON or nothing where JSON was expected. */
export function notJson(text: string, place: Place): ServiceError {
  const start = brief(text, 80, place.secrets);
  return malformed(`it is not JSON but ${start === '' ? 'empty' : `"${start}"`}; check SG_BASE_URI (${place.baseUri})`, place);
}
