export type Level = 'information' | 'warning' | 'error';

/** One structured log line: JSON on one line, its event and fields as listed in events.ts. Nothing secret is ever passed in. */
export function line(level: Level, event: string, fields: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ level, event, ...fields });
}

/** The part of a function's context that logs, by level. */
export interface Logger {
  log(text: string): void;
  warn(text: string): void;
  error(text: string): void;
}

/** Writes one line at its own level, so that the host's filters by level see what the line says. */
export function emit(logger: Logger, level: Level, event: string, fields: Readonly<Record<string, unknown>>): void {
  const text = line(level, event, fields);
  if (level === 'error') logger.error(text);
  else if (level === 'warning') logger.warn(text);
  else logger.log(text);
}
