import { MalformedAnswer } from './decode';

export type ProblemKind = 'key' | 'refused' | 'missing' | 'broken' | 'network' | 'malformed';

/** A request that failed, in words: `message` says what happened, `next` what to do. */
export class ApiProblem extends Error {
  readonly kind: ProblemKind;
  readonly next: string;
  constructor(kind: ProblemKind, message: string, next: string) {
    super(message);
    this.kind = kind;
    this.next = next;
  }
}

/** The app's own refusals carry `{error:{code,message}}`; the Functions host answers without a body. */
export function problemOfAnswer(status: number, body: string): ApiProblem {
  const said = saidIn(body);
  if (status === 401 || status === 403)
    return new ApiProblem('key', 'The app refused the function key.', 'Enter a key of this app; it may have been renewed.');
  if (status === 404)
    return new ApiProblem('missing', said ?? 'The app has no such route (404).', 'A pool may have left the settings, or the app is older.');
  if (status === 409 || status === 400) return new ApiProblem('refused', said ?? `The app refused this (${status}).`, '');
  if (status === 429) return new ApiProblem('broken', 'The app is asked too often (429).', 'The page asks again by itself, less often.');
  const next = 'Look at the log stream of the Functions app; POST …/check says what is wrong with its surroundings.';
  return new ApiProblem('broken', said ?? `The app failed to answer (${status}).`, next);
}

/** No answer at all: the app is down, the network is, or the time is over. */
export function problemOfNetwork(error: unknown, seconds: number): ApiProblem {
  if (error instanceof Error && error.name === 'TimeoutError')
    return new ApiProblem(
      'network',
      `The app did not answer within ${seconds} seconds.`,
      'It may be starting; the page asks again by itself.',
    );
  return new ApiProblem(
    'network',
    'The app cannot be reached.',
    'Check your connection, and whether the Functions app runs; the page asks again by itself.',
  );
}

/** Whatever was thrown, as a problem that can be shown. */
export function problemOf(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error;
  const said = error instanceof Error ? error.message : String(error);
  if (error instanceof MalformedAnswer)
    return new ApiProblem('malformed', `The app's answer is not understood: ${said}.`, 'Reload the page: the app may be newer than it.');
  return new ApiProblem('broken', `The page failed: ${said}.`, 'Reload the page.');
}

function saidIn(body: string): string | undefined {
  try {
    const { error } = JSON.parse(body) as { error?: { message?: unknown } };
    return typeof error?.message === 'string' ? error.message.slice(0, 400) : undefined;
  } catch {
    return undefined;
  }
}
