/** `1 job`, `2 jobs`. */
export const count = (many: number, one: string, more = `${one}s`): string => `${many} ${many === 1 ? one : more}`;

/** `1 job waits`, `2 jobs wait`. */
export const jobsWait = (many: number): string => `${count(many, 'job')} ${many === 1 ? 'waits' : 'wait'}`;

/** What is left of a wait, rounded up to minutes of the rules. */
export const minutesLeft = (ms: number, minute: number): string => count(Math.max(1, Math.ceil(ms / minute)), 'minute');

const MOST_LISTED = 5;

/** The first five by name: a sentence that names fifty is read by nobody, and crosses the engine each time. */
export function listed(names: readonly string[]): string {
  const rest = names.length - MOST_LISTED;
  return `${names.slice(0, MOST_LISTED).join(', ')}${rest > 0 ? ` and ${String(rest)} more` : ''}`;
}
