import { adviceOf, type ServiceError } from '../errors';

/** One line of the preflight. `ok` null: cannot tell, or nothing wrong but worth knowing. `next`: what to do, where there is something. */
export interface CheckItem {
  readonly name: string;
  readonly ok: boolean | null;
  readonly text: string;
  readonly next?: string;
}

export const good = (name: string, text: string): CheckItem => ({ name, ok: true, text });
export const bad = (name: string, text: string, next: string): CheckItem => ({ name, ok: false, text, next });
export const unsure = (name: string, text: string, next: string): CheckItem => ({ name, ok: null, text, next });

/** The adapters' texts end with what to do: after "Next:" a command, after "Check" or "Break" a place to look at. */
export function failed(name: string, error: ServiceError): CheckItem {
  const { message } = error;
  const { said, command } = adviceOf(message);
  if (command !== undefined) return bad(name, said, command);
  const at = message.search(/\b(?:Check |Break |In Azure: |or give the role )/);
  return bad(name, message, at < 0 ? 'Ask again in a minute; if it lasts, look at the network and the service.' : message.slice(at));
}
