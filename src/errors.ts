/** Base of all errors that an operator can act on. `code` is stable and is what code branches on; the message names the next step. */
export class AutoscalerError extends Error {
  override readonly name: string = 'AutoscalerError';
  constructor(
    readonly code: string,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

/** A service (StackGuardian, Azure, blob storage) did not give what was asked. Texts carry no secret and at most 500 characters. */
export class ServiceError extends AutoscalerError {
  override readonly name = 'ServiceError' as const;
  /** What the service asked us to wait (Retry-After), in milliseconds. */
  readonly retryAfterMs: number | undefined;
  constructor(code: string, message: string, options?: { cause?: unknown; retryAfterMs?: number | undefined }) {
    super(code, message, options);
    this.retryAfterMs = options?.retryAfterMs;
  }
}

/** The settings cannot be used; the message lists every problem. */
export class SettingsError extends AutoscalerError {
  override readonly name = 'SettingsError' as const;
  constructor(readonly problems: readonly string[]) {
    super('settings-invalid', `Settings are not usable:\n${problems.map((problem) => `- ${problem}`).join('\n')}`);
  }
}

const COMMAND = ' Next: ';

/** The longest text of an error, for those who keep one: cut shorter, the command at its end would be lost. */
export const MOST_TEXT = 500;

/** An error's text without the command that ends it after "Next: ", and that command, where there is one. */
export function adviceOf(text: string): { readonly said: string; readonly command: string | undefined } {
  const at = text.indexOf(COMMAND);
  return at < 0 ? { said: text, command: undefined } : { said: text.slice(0, at), command: text.slice(at + COMMAND.length) };
}
