export type Level = 'information' | 'warning' | 'error';

/** One structured log line: JSON on one line, so that a query finds it by its event. Nothing secret is ever passed in. */
export function line(level: Level, event: string, fields: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ level, event, ...fields });
}
