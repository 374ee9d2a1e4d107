import ky, { type KyInstance } from 'ky';
import { ServiceError } from '../../errors';
import type { RunnerGroup, RunnerService, WriteOutcome } from '../../ports/runnerService';
import { within } from '../deadline';
import { parseRetryAfter, realSleep, type Sleep, waitBefore } from '../retry';
import { brief } from '../text';
import { type Answer, malformed, notJson, type Place, statusError, transportError } from './errors';
import { parseGroup } from './schema';

export interface RunnerServiceOptions {
  /** Without a trailing slash, e.g. https://api.app.stackguardian.io */
  readonly baseUri: string;
  readonly org: string;
  readonly group: string;
  readonly apiKey: string;
  /** The app setting that holds the key, named in texts. Default SG_API_KEY. */
  readonly apiKeyFrom?: string;
  /** Another transport; gets a Request. */
  readonly fetch?: typeof fetch;
  /** For one attempt, body included. Default 10,000 ms. */
  readonly timeoutMs?: number;
  readonly sleep?: Sleep;
}

/** A group of 1,000 runners is about 2 MB. */
const MOST_BYTES = 8 * 1024 * 1024;

/**
 * The StackGuardian API as {@link RunnerService}. Readings are tried three times; writes are sent once. Redirects are not followed, so
 * that the key goes to SG_BASE_URI alone, and it appears in no error.
 */
export function createRunnerService(options: RunnerServiceOptions): RunnerService {
  const { apiKey, timeoutMs = 10_000, sleep = realSleep } = options;
  const baseUri = options.baseUri.replace(/\/+$/, '');
  const place: Place = {
    baseUri,
    org: options.org,
    group: options.group,
    apiKeyFrom: options.apiKeyFrom ?? 'SG_API_KEY',
    secrets: [apiKey],
  };
  const root = `${baseUri}/api/v1/orgs/${encodeURIComponent(options.org)}/runnergroups/${encodeURIComponent(options.group)}/`;
  const http = ky.create({
    headers: { authorization: `apikey ${apiKey}`, accept: 'application/json' },
    retry: 0,
    // The deadline below bounds the body as well, which ky's own timeout does not.
    timeout: false,
    throwHttpErrors: false,
    redirect: 'manual',
    ...(options.fetch === undefined ? {} : { fetch: options.fetch }),
  });

  const send = (url: string, json?: unknown): Promise<Answer> => request(http, url, json, place, timeoutMs);

  const readOnce = async (): Promise<RunnerGroup> => {
    const answer = await send(`${root}?getActiveWorkflows=true`);
    if (answer.status < 200 || answer.status > 299) throw statusError(answer, place);
    const body = parseJson(answer.text);
    if (body === undefined) throw notJson(answer.text, place);
    const parsed = parseGroup(body, place.secrets);
    if (!parsed.ok) throw malformed(parsed.problem, place);
    const serverTime = Date.parse(answer.date ?? '');
    return { ...parsed.group, ...(Number.isNaN(serverTime) ? {} : { serverTime }) };
  };

  const write = async (path: string, json: unknown): Promise<WriteOutcome> => {
    try {
      return outcomeOf(await send(`${root}${path}/`, json), place);
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      return { kind: 'unknown', code: error.code, text: error.message };
    }
  };

  return {
    readGroup: async () => {
      for (let retry = 0; ; retry += 1) {
        try {
          return await readOnce();
        } catch (error) {
          const passing = error instanceof ServiceError && (error.code === 'sg-throttled' || error.code === 'sg-unavailable');
          const wait = passing ? waitBefore(retry, error.retryAfterMs) : undefined;
          if (wait === undefined) throw error;
          await sleep(wait);
        }
      }
    },
    setStatus: (runnerId, status) => write('runner_status', { RunnerId: runnerId, Status: status }),
    deregister: (runnerId, force) => write('deregister', { RunnerId: runnerId, ...(force ? { ForceDeregister: true } : {}) }),
  };
}

/** 404 is the runner's: the group was read moments before. Of other 4xx nothing happened; a 2xx page that is no JSON came from a proxy. */
function outcomeOf(answer: Answer, place: Place): WriteOutcome {
  const { status, text } = answer;
  if (status >= 200 && status <= 299) {
    if (text.trim() === '' || parseJson(text) !== undefined) return { kind: 'done' };
    const error = notJson(text, place);
    return { kind: 'unknown', code: error.code, text: error.message };
  }
  if (status === 404) return { kind: 'gone' };
  const error = statusError(answer, place);
  const said = brief(reason(text), 200, place.secrets);
  const told = said === '' ? error.message : `${error.message} It said: "${said}".`;
  const lost = status >= 500 || status === 429 || status === 408;
  return { kind: lost ? 'unknown' : 'refused', code: lost ? error.code : codeOf(status, error), text: brief(told, 500, place.secrets) };
}

const codeOf = (status: number, error: ServiceError): string =>
  status === 401 || status === 403 ? error.code : `sg-http-${String(status)}`;

/** The platform's own words: `msg`, `message`, `detail` or `error` of a JSON answer, else its text. */
function reason(text: string): string {
  const body = parseJson(text);
  if (typeof body !== 'object' || body === null) return text;
  for (const key of ['msg', 'message', 'detail', 'error']) {
    const value: unknown = Reflect.get(body, key);
    if (typeof value === 'string') return value;
  }
  return text;
}

async function request(http: KyInstance, url: string, json: unknown, place: Place, timeoutMs: number): Promise<Answer> {
  try {
    return await within(timeoutMs, async (signal) => {
      const response = await http(url, {
        method: json === undefined ? 'get' : 'post',
        signal,
        ...(json === undefined ? {} : { json }),
      });
      const text = await readBounded(response, place, signal);
      const date = response.headers.get('date') ?? '';
      return { status: response.status, text, date, retryAfterMs: parseRetryAfter(response.headers.get('retry-after')) };
    });
  } catch (error) {
    throw error instanceof ServiceError ? error : transportError(error, place, timeoutMs);
  }
}

/** Gives the connection up with the signal: the one that fetch was given reaches a body no more once ky's Request was collected. */
async function readBounded(response: Response, place: Place, signal: AbortSignal): Promise<string> {
  if (response.body === null) return '';
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const giveUp = (): void => void reader.cancel().catch(() => undefined);
  signal.addEventListener('abort', giveUp, { once: true });
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  try {
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      bytes += chunk.value.byteLength;
      if (bytes > MOST_BYTES) throw malformed('it is longer than 8 MB', place);
      text += decoder.decode(chunk.value, { stream: true });
    }
  } finally {
    signal.removeEventListener('abort', giveUp);
    giveUp();
  }
  return text + decoder.decode();
}

/** Undefined when it is not JSON (JSON itself has no undefined). */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
