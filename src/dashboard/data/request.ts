import { ApiProblem, problemOfAnswer, problemOfNetwork } from './problem';

/** Asks the app that served the page. The key goes into a header: an address would be logged, kept in the browser's history and sent on. */
export interface Api {
  /** Throws {@link ApiProblem}. */
  get(path: string): Promise<unknown>;
  /** Throws {@link ApiProblem}. */
  post(path: string, body: unknown): Promise<unknown>;
}

/** Also of an app that accepts connections and does not answer. */
const MOST_MS = 30_000;

export function createApi(base: string, key: () => string | null, send: typeof fetch): Api {
  async function ask(path: string, init: RequestInit): Promise<unknown> {
    const given = key();
    const headers = given === null ? {} : { 'x-functions-key': given };
    let response: Response;
    let body: string;
    try {
      response = await send(`${base}/${path}`, { ...init, headers, cache: 'no-store', signal: AbortSignal.timeout(MOST_MS) });
      body = await response.text();
    } catch (error) {
      throw problemOfNetwork(error, MOST_MS / 1000);
    }
    if (!response.ok) throw problemOfAnswer(response.status, body);
    try {
      return JSON.parse(body);
    } catch {
      throw new ApiProblem('malformed', 'The app answered with something that is not JSON.', 'Is this address that of the autoscaler?');
    }
  }
  return {
    get: (path) => ask(path, { method: 'GET' }),
    post: (path, body) => ask(path, { method: 'POST', body: JSON.stringify(body) }),
  };
}
